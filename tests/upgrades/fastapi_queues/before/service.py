"""The doors of the service."""

from dbos import DBOS, DBOSConfig
from fastapi import FastAPI
from work import pack, packing

config: DBOSConfig = {
    "name": "service",
    "system_database_url": "sqlite:///service.sqlite",
    "log_level": "ERROR",
    "scheduler_polling_interval_sec": 0.2,
}

app = FastAPI()
DBOS(config=config, fastapi=app)


@app.get("/packed/{item}")
def packed(item: str) -> str:
    return packing.enqueue(pack, item).get_result()
