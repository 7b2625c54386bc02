"""Handlers that a lifespan would silence, lifespans that end who knows where, applications from elsewhere."""

from contextlib import asynccontextmanager

from dbos import DBOS
from fastapi import FastAPI

first = FastAPI()
second = FastAPI(on_startup=[print])


@first.on_event("startup")
def start() -> None:
    print("start")


@asynccontextmanager
async def lifespan(app: FastAPI):
    if app.debug:
        yield
        return
    yield


third = FastAPI(lifespan=lifespan)


def serve(app: FastAPI) -> None:
    DBOS(config={"name": "library"}, fastapi=first)
    DBOS(config={"name": "library"}, fastapi=second)
    DBOS(config={"name": "library"}, fastapi=third)
    DBOS(config={"name": "library"}, fastapi=app)
