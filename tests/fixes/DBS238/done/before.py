"""What follows when some of the tasks are done."""

import asyncio

from dbos import DBOS


@DBOS.step()
async def ask(supplier: str) -> str:
    return f"{supplier}: 10"


@DBOS.step()
async def order(offer: str) -> str:
    return offer


@DBOS.workflow()
async def fastest(suppliers: list[str]) -> list[str]:
    tasks = [asyncio.create_task(ask(supplier)) for supplier in suppliers]
    done, pending = await DBOS.asyncio_wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in done:  # the fast ones
        await order(task.result())
    await asyncio.gather(*pending)
    return [await order(each.result()) for each in done]


@DBOS.workflow()
async def a_pair() -> None:
    first = asyncio.create_task(ask("first"))
    second = asyncio.create_task(ask("second"))
    done, _ = await DBOS.asyncio_wait({first, second}, return_when=asyncio.FIRST_COMPLETED)
    await order(str(first in done))


@DBOS.workflow()
async def all_of_them(suppliers: list[str]) -> None:
    tasks = {
        asyncio.create_task(ask(supplier))  # one each
        for supplier in suppliers
    }
    await DBOS.asyncio_wait(tasks, timeout=5)
    await order(str(len(tasks)))
