"""Errors that were caught so far are none any more, and a status is asked for in a thread."""

import asyncio

from dbos import DBOS, WorkflowHandle


@DBOS.workflow()
async def publish(page: str) -> str:
    try:
        await DBOS.set_event_async("page", page)
    except RuntimeError:
        print("nobody will know")
    await asyncio.sleep(0)
    return page


async def is_done(handle: WorkflowHandle[str]) -> bool:
    return (await asyncio.to_thread(handle.get_status)).status == "SUCCESS"
