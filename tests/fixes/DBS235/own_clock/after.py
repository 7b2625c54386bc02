"""Waits until a moment of this machine, or of a helper that others call."""

import time

from dbos import DBOS


@DBOS.step()
def poll() -> bool:
    return False


def left(end: float) -> float:
    return end - time.time()


@DBOS.workflow()
def at_noon(noon: float) -> None:
    end = time.monotonic() + 5
    while time.monotonic() < end:
        poll()
    DBOS.sleep(left(noon))
    poll()


print(left(0))
