"""Handles that are asked before they are there."""

from dbos import DBOS


@DBOS.workflow()
async def export(account: str) -> str:
    return account


@DBOS.workflow()
async def nightly(account: str) -> list[object]:
    handle = await DBOS.start_workflow_async(export, account)
    first = await handle.get_result()  # waits
    second = await (await DBOS.enqueue_workflow_async("exports", export, account)).get_result()
    queued = await DBOS.enqueue_workflow_async("exports", export, account)
    await queued.get_result()
    return [first, second, (await queued.get_status()).status]


async def ask(workflow: str) -> str:
    status = await DBOS.get_workflow_status_async(
        workflow,
    )
    return status.status
