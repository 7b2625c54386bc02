"""The doors of the service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dbos import DBOS, DBOSConfig
from fastapi import FastAPI
from work import pack, tick

config: DBOSConfig = {
    "name": "service",
    "system_database_url": "sqlite:///service.sqlite",
    "log_level": "ERROR",
    "scheduler_polling_interval_sec": 0.2,
}


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    DBOS.launch()
    await DBOS.register_queue_async("packing", global_concurrency=1)
    await DBOS.apply_schedules_async(
        [
            {"schedule_name": "tick", "workflow_fn": tick, "schedule": "* * * * * *"},
        ]
    )
    yield
    DBOS.destroy()


app = FastAPI(lifespan=lifespan)
DBOS(config=config)


@app.get("/packed/{item}")
def packed(item: str) -> str:
    return DBOS.enqueue_workflow("packing", pack, item).get_result()
