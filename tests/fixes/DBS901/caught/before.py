"""Errors that were caught so far are none any more, and a status is asked for in a thread."""

import asyncio

from dbos import DBOS, WorkflowHandle


@DBOS.workflow()
async def publish(page: str) -> str:
    try:
        DBOS.set_event("page", page)
    except RuntimeError:
        print("nobody will know")
    await asyncio.sleep(0)
    return page


async def is_done(handle: WorkflowHandle[str]) -> bool:
    return handle.get_status().status == "SUCCESS"
