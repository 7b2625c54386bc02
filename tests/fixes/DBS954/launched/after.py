"""It is launched when it is imported: only the end is missing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import fastapi
from dbos import DBOS as D


@asynccontextmanager
async def lifespan(_: fastapi.FastAPI) -> AsyncIterator[None]:
    yield
    D.destroy()


app = fastapi.FastAPI(lifespan=lifespan)
D(config={"name": "library"})
D.launch()


@app.get("/")
def home() -> str:
    return "home"
