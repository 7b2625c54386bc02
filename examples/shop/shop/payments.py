"""Payments: each call of the provider is a step, so that no customer pays twice."""

from dbos import DBOS

from shop.models import Payment
from shop.support import escalate

LIMIT = 5_000


@DBOS.step(max_attempts=5, interval_seconds=2.0)
def charge(customer: str, order_number: str, amount: float) -> Payment:
    accepted = amount <= LIMIT
    if not accepted:
        escalate(f"payment of {order_number} by {customer} was declined")
    return Payment(accepted=accepted, reference=f"PAY-{order_number}")


@DBOS.step()
def is_settled(payment: Payment) -> bool:
    return payment.accepted
