# options: fix=safe
"""Schedules are paused from a console: there is no asynchronous way to do that."""

from asyncio import to_thread
from datetime import datetime
from typing import Any

from dbos import DBOS as D


@D.workflow()
def tidy(scheduled: datetime, context: Any) -> None:
    print(scheduled)


async def pause(names: list[str]) -> None:
    for name in names:
        await to_thread(D.pause_schedule, name)  # until somebody resumes it
    await to_thread(D.backfill_schedule,
        "tidy",
        datetime(2026, 1, 1),
        datetime(2026, 2, 1),
    )
