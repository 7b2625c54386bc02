"""The engine is launched in a synchronous function, which an event loop runs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dbos import DBOS, Queue
from fastapi import FastAPI

mails = Queue("mails", concurrency=5)


@DBOS.workflow()
async def mail(address: str) -> str:
    return address


def start() -> None:
    DBOS(config={"name": "mails"})
    DBOS.launch()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    start()
    yield
    DBOS.destroy()


app = FastAPI(lifespan=lifespan)


@app.post("/mails/{address}")
async def send(address: str) -> str:
    handle = await mails.enqueue_async(mail, address)
    return handle.get_workflow_id()
