"""Orders and their numbers."""

import uuid
from uuid import uuid4 as new_id

from dbos import DBOS, SetWorkflowID


@DBOS.step()
def ship(order: str, *more: object) -> str:
    return order


@DBOS.workflow()
def pack(order: str) -> str:
    return ship(order)


@DBOS.workflow()
def checkout(items: list[str]) -> str:
    order_id = str(uuid.uuid4())
    short: str = new_id().hex[:8]
    ship(order_id, short)
    ship(f"order-{uuid.uuid4()}", f'{new_id().hex!s:>40}')
    with SetWorkflowID(str(uuid.uuid4())):  # one box each
        pack(order_id)
    boxes = {item: uuid.uuid4() for item in items}
    return ship("boxes", boxes)
