"""Tries at random moments."""

import random

from dbos import DBOS


@DBOS.step()
async def attempt(number: int, weight: float) -> bool:
    return weight > number


@DBOS.workflow()
async def insist() -> int:
    for number in range(3):
        weight = random.gauss(0, 1) if number else random.random()
        if await attempt(number, weight) or await attempt(number, random.expovariate(1 / 5)): return number
    return await attempt(9, random.random()) + random.randint(1, 2)
