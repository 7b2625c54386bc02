"""The shop's HTTP interface: `uvicorn shop.api:app`."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dbos import DBOS, DBOSConfig
from fastapi import FastAPI

from shop.checkout import checkout
from shop.mail import QUEUE
from shop.models import Order

config: DBOSConfig = {
    "name": "shop",
    "system_database_url": os.environ.get("DBOS_SYSTEM_DATABASE_URL", "sqlite:///shop.sqlite"),
}


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    DBOS(config=config)
    DBOS.launch()
    await DBOS.register_queue_async(QUEUE, worker_concurrency=2)
    yield
    DBOS.destroy()


app = FastAPI(lifespan=lifespan)


@app.post("/orders")
@DBOS.workflow()
def place_order(order: Order) -> dict[str, str | float]:
    return checkout(order)


@app.get("/orders/{workflow_id}")
def order_state(workflow_id: str) -> dict[str, str | None]:
    status = DBOS.get_workflow_status(workflow_id)
    return {"state": status.status if status else None}
