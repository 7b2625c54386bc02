"""Payments: each call of the provider is a step, so that no customer pays twice."""

from dbos import DBOS

from shop.models import Payment

LIMIT = 5_000


@DBOS.step(retries_allowed=True, max_attempts=5, interval_seconds=2.0)
def charge(customer: str, order_number: str, amount: float) -> Payment:
    DBOS.logger.info("%s pays %.2f", customer, amount)
    return Payment(accepted=amount <= LIMIT, reference=f"PAY-{order_number}")


@DBOS.step()
def is_settled(payment: Payment) -> bool:
    return payment.accepted
