"""Waits in helpers and methods that only workflows of this file call."""

import asyncio
import random
from time import sleep

from dbos import DBOS


def settle(seconds: float) -> None:
    sleep(seconds)  # until it is clear


class Oven:
    async def heat(self, degrees: int) -> int:
        for attempt in range(3):
            await asyncio.sleep(delay=random.uniform(1, 2) * attempt)
        return degrees


@DBOS.workflow()
def brew(seconds: float) -> float:
    settle(seconds)
    return seconds


@DBOS.workflow()
async def bake(degrees: int) -> int:
    async def rest() -> None:
        await asyncio.sleep(
            delay=5,  # minutes would be better
        )

    await rest()
    return await Oven().heat(degrees)
