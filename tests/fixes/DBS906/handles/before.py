"""Handles that are asked before they are there."""

from dbos import DBOS


@DBOS.workflow()
async def export(account: str) -> str:
    return account


@DBOS.workflow()
async def nightly(account: str) -> list[object]:
    handle = DBOS.start_workflow_async(export, account)
    first = handle.get_result()  # waits
    second = DBOS.enqueue_workflow_async("exports", export, account).get_result()
    queued = await DBOS.enqueue_workflow_async("exports", export, account)
    queued.get_result()
    return [first, second, queued.get_status().status]


async def ask(workflow: str) -> str:
    status = DBOS.get_workflow_status_async(
        workflow,
    )
    return status.status
