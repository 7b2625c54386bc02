"""Waits for what has no order, or in another way than DBOS.asyncio_wait can."""

import asyncio

from dbos import DBOS


@DBOS.step()
async def ask(supplier: str) -> str:
    return f"{supplier}: 10"


@DBOS.step()
async def order(offer: str) -> str:
    return offer


@DBOS.workflow()
async def one_after_the_other(suppliers: list[str]) -> None:
    pending = {asyncio.create_task(ask(supplier)) for supplier in suppliers}
    while pending:
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        await order(str(len(done)))


@DBOS.workflow()
async def as_they_come(suppliers: list[str]) -> None:
    for offer in asyncio.as_completed([ask(supplier) for supplier in suppliers]):
        await order(await offer)


@DBOS.workflow()
async def growing(suppliers: list[str]) -> None:
    tasks = set()
    for supplier in suppliers:
        tasks.add(asyncio.create_task(ask(supplier)))
    await asyncio.wait(tasks, timeout=5)
    await order("all")


@DBOS.workflow()
async def with_options(options: dict[str, object]) -> None:
    tasks = [asyncio.create_task(ask("one")), asyncio.create_task(ask("two"))]
    await asyncio.wait(tasks, timeout=5, **options)
    try:
        await order("one")
    finally:
        await asyncio.wait(tasks, timeout=1)


@DBOS.workflow()
async def asks_the_tasks(suppliers: list[str]) -> None:
    tasks = [asyncio.create_task(ask(supplier)) for supplier in suppliers]
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    await order(str([task.result() for task in tasks if task.done()]))


@DBOS.workflow()
async def drops_the_answer(suppliers: list[str]) -> None:
    tasks = [asyncio.create_task(ask(supplier)) for supplier in suppliers]
    await asyncio.wait(tasks, timeout=2)
    await order("done")
