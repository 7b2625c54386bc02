"""Starts the engine around the work."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dbos import DBOS, DBOSConfig

from . import jobs

config: DBOSConfig = {
    "name": "files",
    "system_database_url": "sqlite:///files.sqlite",
    "scheduler_polling_interval_sec": 0.5,
    "log_level": "ERROR",
}


@asynccontextmanager
async def running() -> AsyncIterator[list[str]]:
    DBOS(config=config)
    DBOS.launch()
    yield jobs.done
    DBOS.destroy()
