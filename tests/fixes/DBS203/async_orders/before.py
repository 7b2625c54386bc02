"""Orders and their numbers, in an event loop."""

import uuid

from dbos import DBOS


@DBOS.step()
async def ship(order: str, *more: object) -> str:
    return order


async def numbered(item: str) -> str:
    return f"{item}-{uuid.uuid4()}"


@DBOS.workflow()
async def checkout(items: list[str]) -> str:
    order_id = str(uuid.uuid4())
    await ship(order_id, uuid.uuid4().hex)
    (await ship(str(uuid.uuid4())))  # twice
    return await ship(await numbered(items[0]), *[uuid.uuid4() for _ in items])
