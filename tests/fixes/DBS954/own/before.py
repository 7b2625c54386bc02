"""A lifespan that is there: dbos is launched when all else is open, and destroyed when all else is closed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dbos import DBOS
from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, str]]:
    print("open")
    try:
        yield {"state": "open"}  # requests
    finally:
        print("closed")


app = FastAPI(lifespan=lifespan)
DBOS(config={"name": "library"}, fastapi=app)
