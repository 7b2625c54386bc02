"""Sleeps that callers may replace."""

import time
from collections.abc import Callable

from dbos import DBOS


@DBOS.workflow()
def water(plant: str, wait: Callable[[float], None] = time.sleep) -> str:
    wait(60)
    return plant


@DBOS.workflow()
def feed(plant: str, *, clock=time) -> str:
    clock.sleep(60)
    return plant
