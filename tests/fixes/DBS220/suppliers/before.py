"""The fastest of several suppliers wins."""

import asyncio
from asyncio import FIRST_COMPLETED, wait

from dbos import DBOS


@DBOS.step()
async def ask(supplier: str) -> str:
    return f"{supplier}: 10"


@DBOS.step()
async def order(offers: list[str]) -> int:
    return len(offers)


@DBOS.workflow()
async def fastest(suppliers: list[str]) -> int:
    tasks = [asyncio.create_task(ask(supplier)) for supplier in suppliers]
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)  # the first
    return await order([task.result() for task in done])


@DBOS.workflow()
async def in_time(suppliers: list[str]) -> int:
    tasks = {asyncio.create_task(ask(supplier)) for supplier in suppliers}
    done, late = await asyncio.wait(
        fs=tasks,
        timeout=5,  # seconds
    )
    return await order([str(len(done)), str(len(late))])


@DBOS.workflow()
async def two() -> int:
    first = asyncio.create_task(ask("first"))
    second = asyncio.create_task(ask("second"))
    done, _ = await wait({first, second}, return_when=FIRST_COMPLETED)
    (done, _) = await wait([first, second], timeout=3, return_when="FIRST_COMPLETED")
    return await order([str(first in done)])
