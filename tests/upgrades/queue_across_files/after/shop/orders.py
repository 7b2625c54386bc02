"""What happens to an order."""

from dbos import DBOS, SetEnqueueOptions

from shop.mailing import mail
from shop.queues import PACKING, SHIPPING


@DBOS.workflow()
def pack(order: str) -> str:
    return f"{order} packed"


@DBOS.workflow()
def ship(order: str) -> str:
    return f"{order} shipped"


@DBOS.workflow()
def handle(order: str) -> list[str]:
    packed = DBOS.enqueue_workflow(PACKING, pack, order).get_result()
    shipped = DBOS.enqueue_workflow(SHIPPING, ship, order)
    with SetEnqueueOptions(priority=1):
        mailed = DBOS.enqueue_workflow("mails", mail, order)
    return [packed, shipped.get_result(), mailed.get_result()]
