"""Waits in helpers and methods that only workflows of this file call."""

import random

from dbos import DBOS


def settle(seconds: float) -> None:
    DBOS.sleep(seconds)  # until it is clear


class Oven:
    async def heat(self, degrees: int) -> int:
        for attempt in range(3):
            await DBOS.sleep_async(seconds=random.uniform(1, 2) * attempt)
        return degrees


@DBOS.workflow()
def brew(seconds: float) -> float:
    settle(seconds)
    return seconds


@DBOS.workflow()
async def bake(degrees: int) -> int:
    async def rest() -> None:
        await DBOS.sleep_async(
            seconds=5,  # minutes would be better
        )

    await rest()
    return await Oven().heat(degrees)
