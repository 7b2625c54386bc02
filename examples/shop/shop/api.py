"""The shop's HTTP interface: `uvicorn shop.api:app`."""

import os

from dbos import DBOS, DBOSConfig
from fastapi import FastAPI

from shop.checkout import checkout
from shop.mail import QUEUE
from shop.models import Order

app = FastAPI()

config: DBOSConfig = {
    "name": "shop",
    "system_database_url": os.environ.get("DBOS_SYSTEM_DATABASE_URL", "sqlite:///shop.sqlite"),
}
DBOS(config=config)
DBOS.launch()
DBOS.register_queue(QUEUE, worker_concurrency=2)


@DBOS.workflow()
@app.post("/orders")
def place_order(order: Order) -> dict[str, str | float]:
    return checkout(order)


@app.get("/orders/{workflow_id}")
def order_state(workflow_id: str) -> dict[str, str | None]:
    status = DBOS.get_workflow_status(workflow_id)
    return {"state": status.status if status else None}
