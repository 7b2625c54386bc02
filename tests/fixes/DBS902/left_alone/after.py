"""A helper that may be one of several tasks, a lambda, a generator, and what a lock holds up."""

import asyncio
import threading

from dbos import DBOS

lock = threading.RLock()


@DBOS.step()
def load(page: int) -> str:
    return str(page)


@DBOS.workflow()
def merge(pages: int) -> str:
    return str(pages)


async def pair(page: int) -> str:
    await asyncio.sleep(0)
    return load(page)


@DBOS.workflow()
async def book(pages: int) -> str:
    some = await pair(pages)
    total = sum(len(load(page)) for page in range(pages))
    return f"{some}{total}"


async def guarded(pages: int) -> str:
    with lock:
        return merge(pages)


async def synchronous(pages: int) -> str:
    def inner() -> str:
        return merge(pages)

    return inner()
