"""A helper that a step calls too, sleeps that are tasks or beside one, one that a cancellation ends, and calls that say
more than how long."""

import asyncio
import time

from dbos import DBOS


def settle(seconds: float) -> None:
    time.sleep(seconds)


@DBOS.workflow()
def brew(seconds: float) -> float:
    settle(seconds)
    wait = lambda: time.sleep(seconds)
    wait()
    return seconds


@DBOS.step()
async def reheat() -> None:
    settle(1)


@DBOS.workflow()
async def bake(seconds: float) -> str:
    async def rest() -> None:
        await asyncio.sleep(seconds)

    await asyncio.gather(rest(), rest())
    task = asyncio.create_task(reheat())
    await asyncio.sleep(seconds)
    await task
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        pass
    await asyncio.wait([asyncio.create_task(asyncio.sleep(seconds))])
    await asyncio.sleep(*[seconds])
    return await asyncio.sleep(seconds, "done")
