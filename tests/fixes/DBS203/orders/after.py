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
    order_id = str(DBOS.run_step({"name": "order_id"}, uuid.uuid4))
    short: str = DBOS.run_step({"name": "short"}, new_id).hex[:8]
    ship(order_id, short)
    ship(f"order-{DBOS.run_step(None, uuid.uuid4)}", f'{DBOS.run_step(None, new_id).hex!s:>40}')
    with SetWorkflowID(str(uuid.uuid4())):  # one box each
        pack(order_id)
    boxes = {item: DBOS.run_step({"name": "uuid4"}, uuid.uuid4) for item in items}
    return ship("boxes", boxes)
