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
    some = await asyncio.gather(pair(pages), pair(1))
    total = sum(len(load(page)) for page in range(pages))
    return f"{some}{total}"


async def guarded(pages: int) -> str:
    with lock:
        return merge(pages)


async def synchronous(pages: int) -> str:
    def inner() -> str:
        return merge(pages)

    return inner()


@DBOS.step()
async def note(page: int) -> None:
    print(page)


@DBOS.workflow()
async def beside(pages: int) -> str:
    task = asyncio.create_task(note(pages))
    page = load(pages)
    await task
    return page


class Counter:
    def __init__(self) -> None:
        self.pages = 0

    async def count(self, pages: int) -> None:
        self.pages += len(merge(pages))


async def asked(workflow: str | None) -> object:
    handle = None
    if workflow:
        handle = DBOS.retrieve_workflow(workflow)
    return handle and handle.get_result()
