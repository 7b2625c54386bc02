"""A synchronous workflow cannot be started so, and a coroutine that goes elsewhere may be awaited there."""

from typing import Any

from dbos import DBOS


@DBOS.workflow()
def count(text: str) -> int:
    return len(text)


async def start(text: str) -> int:
    handle = await DBOS.start_workflow_async(count, text)
    return await handle.get_result()


async def either(text: str) -> Any:
    status = DBOS.get_workflow_status_async(text)
    if text:
        return await status
    return status.status
