"""The checkout: from a basket to a paid order and a mail."""

import uuid

from dbos import DBOS

from shop.mail import QUEUE, confirm
from shop.models import Order
from shop.payments import charge, is_settled
from shop.pricing import quote
from shop.rates import exchange_rate
from shop.support import escalate


@DBOS.step()
def new_order_number() -> str:
    return f"ORD-{uuid.uuid4().hex[:8]}"


@DBOS.workflow()
def checkout(order: Order) -> dict[str, str | float]:
    order_number = new_order_number()
    total = round(quote(order) * exchange_rate(order.currency), 2)
    payment = charge(order.customer, order_number, total)
    if not payment.accepted:
        escalate(f"payment of {order_number} by {order.customer} was declined")
        return {"order": order_number, "state": "declined", "total": total}
    while not is_settled(payment):
        DBOS.sleep(30)
    DBOS.enqueue_workflow(QUEUE, confirm, order.email, order_number, total)
    return {"order": order_number, "state": "paid", "total": total}
