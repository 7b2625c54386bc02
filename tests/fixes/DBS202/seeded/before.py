"""A generator that is seeded: after recovery it would begin again, and not behind the numbers that were recorded."""

import random

from dbos import DBOS


@DBOS.step()
def announce(number: float) -> None:
    print(number)


@DBOS.workflow()
def draw(seed: int) -> None:
    random.seed(seed)
    announce(random.random())
    announce(random.random())
