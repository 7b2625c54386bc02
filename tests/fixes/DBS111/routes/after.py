# options: fix=safe
"""Routes below the workflow decorator."""

import dbos
from dbos import DBOS as D
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Order(BaseModel):
    sku: str


# Orders are placed here.
@app.post("/orders")  # the route
@D.workflow()  # durable
async def order(sku: str, count: int = 1) -> str:
    return sku * count


@app.get(
    "/price/{sku}",
    # a comment in odd places
)
@app.get("/prices/{sku}")
@dbos.DBOS.step(
    name="price",  # as it was called
)
def price(sku: str) -> int:
    return len(sku)


def create(prefix: str) -> FastAPI:
    inner = FastAPI()

    @inner.get(f"{prefix}/stock")
    @D.workflow()
    def stock(sku: str, größe: int | None = None) -> str:
        return sku

    return inner


@app.put("/orders")
@D.workflow()
def change(order: Order) -> str:
    return order.sku
