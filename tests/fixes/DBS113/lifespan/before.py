"""A lifespan, and a context manager, that launch and never destroy."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from dbos import DBOS as D
from dbos import DBOSConfig
from fastapi import FastAPI

config: DBOSConfig = {"name": "library"}


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    D(config=config)
    D.launch()  # starts
    yield  # serves


@contextmanager
def engine() -> Iterator[None]:
    """Runs an engine."""
    D(config=config)
    D.launch()
    yield
    # the end
    print("the library closes")

app = FastAPI(lifespan=lifespan)
