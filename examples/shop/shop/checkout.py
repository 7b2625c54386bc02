"""The checkout: from a basket to a paid order and a mail."""

import time
import uuid

from dbos import DBOS

from shop.mail import QUEUE, confirm
from shop.models import Order
from shop.payments import charge, is_settled
from shop.pricing import quote
from shop.rates import exchange_rate


@DBOS.workflow()
def checkout(order: Order) -> dict[str, str | float]:
    order_number = f"ORD-{uuid.uuid4().hex[:8]}"
    total = round(quote(order) * exchange_rate(order.currency), 2)
    payment = charge(order.customer, order_number, total)
    if not payment.accepted:
        return {"order": order_number, "state": "declined", "total": total}
    while not is_settled(payment):
        time.sleep(30)
    DBOS.enqueue_workflow(QUEUE, confirm, order.email, order_number, total)
    return {"order": order_number, "state": "paid", "total": total}
