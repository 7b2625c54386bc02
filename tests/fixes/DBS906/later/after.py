"""Coroutines of handles that somebody awaits later, and a synchronous handle that is awaited like another."""

import asyncio

from dbos import DBOS


@DBOS.workflow()
async def bake(loaf: str) -> str:
    return loaf


@DBOS.workflow()
def cool(loaf: str) -> str:
    return loaf


async def one(loaf: str) -> str:
    handle = DBOS.start_workflow_async(bake, loaf)
    result = handle.get_result()
    return await result


async def two(loaf: str) -> list[object]:
    handle = DBOS.start_workflow_async(bake, loaf)
    waiting = [handle.get_result()]
    waiting.append(handle.get_status())
    return await asyncio.gather(*waiting)


async def three(loaf: str) -> str:
    handle = await DBOS.start_workflow(cool, loaf)
    return await handle.get_result()
