# options: select=DBS902, DBS908, fix=both
"""A schedule that is not waited for."""

import asyncio

from dbos import DBOS


async def now(name: str) -> None:
    handle = DBOS.trigger_schedule(name)
    handle.get_result()


async def again(workflow: str) -> object:
    await asyncio.sleep(1)
    handle = await DBOS.rewind_workflow_async(workflow, 2)
    return await handle.get_result()
