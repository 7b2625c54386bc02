# options: dbos-version=2.14
"""A release without DBOS.asyncio_wait."""

import asyncio

from dbos import DBOS


@DBOS.step()
async def ask(supplier: str) -> str:
    return supplier


@DBOS.workflow()
async def fastest(suppliers: list[str]) -> int:
    tasks = [asyncio.create_task(ask(supplier)) for supplier in suppliers]
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    return len(done)
