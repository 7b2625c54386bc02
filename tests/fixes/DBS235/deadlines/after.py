"""Waits until a moment."""

import time
from datetime import datetime, timezone

from dbos import DBOS


@DBOS.step()
def poll() -> bool:
    return False


@DBOS.workflow()
def at_noon(noon: float) -> None:
    DBOS.sleep(noon - DBOS.run_step({"name": "time"}, time.time))  # not before
    poll()


@DBOS.workflow()
def until(end: datetime) -> None:
    while DBOS.run_step({"name": "now"}, datetime.now, timezone.utc) < end:
        poll()
        DBOS.sleep(1)


@DBOS.workflow()
async def at_night(end: float) -> None:
    left = end - await DBOS.run_step_async({"name": "time"}, time.time)
    await DBOS.sleep_async(max(left, 0))
    poll_again = end > 0
    await DBOS.sleep_async(1 if poll_again else 2)
