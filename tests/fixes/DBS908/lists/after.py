# options: fix=safe
"""Handles that are put into a list, one by one."""

import asyncio

from dbos import DBOS, SetWorkflowID, WorkflowHandle


@DBOS.workflow()
async def job(n: int) -> int:
    return n


async def plain(ns):
    handles = []
    for n in ns:
        handle = await DBOS.enqueue_workflow_async("q", job, n)
        handles.append(handle)
    return [await h.get_result() for h in handles]


async def direct(ns):
    handles = []
    for n in ns:
        with SetWorkflowID(f"d-{n}"):
            handles.append(await DBOS.enqueue_workflow_async("q", job, n))
    total = 0
    for h in handles:
        total += await h.get_result()
    return total, [one.workflow_id for one in handles]


async def twice(ns):
    handles = []
    for n in ns:
        handles.append(DBOS.enqueue_workflow("q", job, n))
    handles.append(DBOS.enqueue_workflow("q", job, 0))
    return [h.get_result() for h in handles]


async def annotated(ns):
    handles: list[WorkflowHandle[int]] = []
    for n in ns:
        handles.append(DBOS.enqueue_workflow("q", job, n))
    return [h.get_result() for h in handles]


async def returned(ns):
    handles = []
    for n in ns:
        handles.append(DBOS.enqueue_workflow("q", job, n))
    return handles


async def counted(ns):
    handles = []
    for n in ns:
        handles.append(DBOS.enqueue_workflow("q", job, n))
    return len(handles), [h.get_result() for h in handles]


async def reset(ns):
    handles = []
    for n in ns:
        handles.append(DBOS.enqueue_workflow("q", job, n))
    handles = handles[1:]
    return [h.get_result() for h in handles]


async def lambdas(ns):
    handles = []
    for n in ns:
        handles.append(DBOS.enqueue_workflow("q", job, n))
    return sorted(h.get_result() for h in handles)


async def alias(n):
    a = await DBOS.enqueue_workflow_async("q", job, n)
    b = a
    return await b.get_result()


async def closure(ns):
    handles = []
    for n in ns:
        handles.append(DBOS.enqueue_workflow("q", job, n))

    def all_():
        return [h.get_result() for h in handles]

    return await asyncio.to_thread(all_)
