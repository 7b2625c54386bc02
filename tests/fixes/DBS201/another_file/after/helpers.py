"""What workflows share."""

import time

from dbos import DBOS


@DBOS.step()
def store(at: float) -> None:
    print(at)


def stamp() -> float:
    return time.time()


def stamp_here() -> float:
    return DBOS.run_step({"name": "time"}, time.time)


@DBOS.workflow()
def first() -> None:
    store(stamp())
    store(stamp_here())
