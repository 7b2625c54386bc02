"""Tasks whose order nobody knows."""

import asyncio

from dbos import DBOS


@DBOS.step()
async def ask(supplier: str) -> str:
    return f"{supplier}: 10"


@DBOS.step()
async def order(offer: str) -> str:
    return offer


async def started(suppliers: list[str]) -> list[asyncio.Task[str]]:
    return [asyncio.create_task(ask(supplier)) for supplier in suppliers]


@DBOS.workflow()
async def from_a_helper(suppliers: list[str]) -> None:
    tasks = await started(suppliers)
    done, _ = await DBOS.asyncio_wait(tasks)
    for task in done:
        await order(task.result())


@DBOS.workflow()
async def one_by_one(suppliers: list[str]) -> None:
    pending = {asyncio.create_task(ask(supplier)) for supplier in suppliers}
    while pending:
        done, pending = await DBOS.asyncio_wait(pending, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            await order(task.result())


@DBOS.workflow()
async def changed(suppliers: list[str]) -> None:
    tasks = [asyncio.create_task(ask(supplier)) for supplier in suppliers]
    done, _ = await DBOS.asyncio_wait(tasks)
    tasks.clear()
    for task in done:
        await order(task.result())


@DBOS.workflow()
async def less(suppliers: list[str]) -> None:
    tasks = {asyncio.create_task(ask(supplier)) for supplier in suppliers}
    done, _ = await DBOS.asyncio_wait(tasks, timeout=5)
    await order(str(len(tasks - done)))
