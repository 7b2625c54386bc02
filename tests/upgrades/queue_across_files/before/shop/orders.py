"""What happens to an order."""

from dbos import DBOS, SetEnqueueOptions

from shop import queues
from shop.mailing import mail
from shop.queues import packing, shipping


@DBOS.workflow()
def pack(order: str) -> str:
    return f"{order} packed"


@DBOS.workflow()
def ship(order: str) -> str:
    return f"{order} shipped"


@DBOS.workflow()
def handle(order: str) -> list[str]:
    packed = packing.enqueue(pack, order).get_result()
    shipped = shipping.enqueue(ship, order)
    with SetEnqueueOptions(priority=1):
        mailed = queues.mails.enqueue(mail, order)
    return [packed, shipped.get_result(), mailed.get_result()]
