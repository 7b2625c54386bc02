"""Clocks in places where no step may be called, or where it would say something else."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator
from datetime import datetime

from dbos import DBOS

LOCK = threading.Lock()


@DBOS.step()
def store(*values: object) -> None:
    print(*values)


@DBOS.step()
async def send(*values: object) -> None:
    print(*values)


@DBOS.workflow()
def lazily(names: list[str]) -> None:
    newest = max(names, key=lambda name: time.time())
    store(newest, list(zip(names, (time.time() for _ in names))))

    def later(at: float = time.time()) -> None:
        store(at)

    class Shelf:
        opened = time.time()

    later()
    store(Shelf.opened)
    store(f"{datetime.now()=}")


@DBOS.workflow()
def cleaning_up(name: str) -> None:
    try:
        store(name)
    finally:
        store(time.time())
    try:
        store(name)
    except BaseException:
        store(time.time())
        raise


@DBOS.workflow()
def of_this_machine() -> None:
    started = time.monotonic()
    store(started, time.perf_counter() - started)


@DBOS.workflow()
def each_of_a_set(names: set[str]) -> None:
    store({name: time.time() for name in names})


@DBOS.workflow()
async def beside_tasks() -> None:
    task = asyncio.create_task(send("first"))
    await send(time.time())
    await task
    with LOCK:
        await send(datetime.now())
    async with asyncio.timeout(5):
        await send(time.time())
    pairs = [[time.time() for _ in range(2)] for _ in range(2)]
    await send(pairs)


@contextlib.contextmanager
def timed() -> Iterator[float]:
    yield time.time()


@DBOS.workflow()
def measured() -> None:
    with timed() as start:
        store(start)
