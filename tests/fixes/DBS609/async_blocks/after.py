# options: fix=safe
"""No asynchronous context manager."""

import dbos
from dbos import DBOS, SetWorkflowID


@DBOS.workflow()
async def report(month: str) -> str:
    return month


async def start(month: str) -> None:
    with SetWorkflowID(month):  # größer
        await DBOS.start_workflow_async(report, month)
    with (
        dbos.SetWorkflowTimeout(10)
    ):
        await DBOS.start_workflow_async(report, month)
