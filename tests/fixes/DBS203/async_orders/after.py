"""Orders and their numbers, in an event loop."""

import uuid

from dbos import DBOS


@DBOS.step()
async def ship(order: str, *more: object) -> str:
    return order


async def numbered(item: str) -> str:
    return f"{item}-{await DBOS.run_step_async(None, uuid.uuid4)}"


@DBOS.workflow()
async def checkout(items: list[str]) -> str:
    order_id = str(await DBOS.run_step_async({"name": "order_id"}, uuid.uuid4))
    await ship(order_id, (await DBOS.run_step_async({"name": "uuid4"}, uuid.uuid4)).hex)
    (await ship(str(await DBOS.run_step_async({"name": "uuid4"}, uuid.uuid4))))  # twice
    return await ship(await numbered(items[0]), *[await DBOS.run_step_async({"name": "uuid4"}, uuid.uuid4) for _ in items])
