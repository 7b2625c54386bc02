"""Helpers that others may call, sleeps that are tasks, and calls that say more than how long."""

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


@DBOS.workflow()
async def bake(seconds: float) -> str:
    async def rest() -> None:
        await asyncio.sleep(seconds)

    await rest()
    await asyncio.wait([asyncio.create_task(asyncio.sleep(seconds))])
    await asyncio.sleep(*[seconds])
    return await asyncio.sleep(seconds, "done")
