"""Calls for which an await would be no mend: it cannot stand there, or others would get something else."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

from dbos import DBOS, WorkflowHandle

lock = threading.Lock()
handles: dict[str, Any] = {}


@DBOS.workflow()
async def count(jobs: list[str], topics: list[list[str]]) -> Any:
    later: Callable[[], Any] = lambda: DBOS.recv("go")
    print(later())

    def ask(job: str) -> Any:
        return DBOS.get_event(job, "state")

    print([ask(job) for job in jobs])
    total = sum(DBOS.get_event(job, "count") for job in jobs)
    table = [[DBOS.get_event(job, topic) for topic in some] for job in jobs for some in topics]
    nested = [[DBOS.get_event(job, topic) for topic in topics[0]] for job in jobs]
    with lock:
        DBOS.set_event("total", total)
    stream = (value for value in DBOS.read_stream(jobs[0], "values"))
    return list(DBOS.read_stream(jobs[0], "lines")), table, nested, stream


async def side_by_side(jobs: list[str]) -> list[Any]:
    task = asyncio.create_task(DBOS.get_event(jobs[0], "state"))
    return [task, *await asyncio.gather(*[DBOS.get_event(job, "state") for job in jobs])]


async def find(job: str) -> WorkflowHandle[Any]:
    return DBOS.retrieve_workflow(job)


async def keep(job: str) -> None:
    handle = DBOS.retrieve_workflow(job)
    handles[job] = handle
    other: WorkflowHandle[Any] = DBOS.retrieve_workflow(job)
    print(other.workflow_id)


async def first(jobs: list[WorkflowHandle[Any]]) -> str:
    return DBOS.wait_first(jobs).workflow_id


async def values(job: str) -> list[Any]:
    def read() -> Iterator[Any]:
        yield from DBOS.read_stream(job, "values")

    receive = DBOS.recv
    return [*read(), receive("one")]
