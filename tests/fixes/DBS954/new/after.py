"""An application without a lifespan gets one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dbos import DBOS, DBOSConfig
from fastapi import FastAPI

config: DBOSConfig = {"name": "library"}


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    DBOS.launch()
    yield
    DBOS.destroy()


# The door of the library.
app = FastAPI(
    title="Library",
    debug=True,  # for now
    lifespan=lifespan,
)
DBOS(config=config)


@DBOS.workflow()
def lend(book: str) -> str:
    return book


@app.get("/lend/{book}")
def lend_book(book: str) -> str:
    return lend(book)
