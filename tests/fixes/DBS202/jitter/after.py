"""Tries at random moments."""

import random

from dbos import DBOS


@DBOS.step()
async def attempt(number: int, weight: float) -> bool:
    return weight > number


@DBOS.workflow()
async def insist() -> int:
    for number in range(3):
        weight = await DBOS.run_step_async({"name": "gauss"}, random.gauss, 0, 1) if number else await DBOS.run_step_async({"name": "random"}, random.random)
        if await attempt(number, weight) or await attempt(number, await DBOS.run_step_async({"name": "expovariate"}, random.expovariate, 1 / 5)): return number
    return await attempt(9, await DBOS.run_step_async({"name": "random"}, random.random)) + await DBOS.run_step_async({"name": "randint"}, random.randint, 1, 2)
