"""More than one start, none, or a block around what is no workflow: where it belongs, a person must say."""

from contextlib import nullcontext

from dbos import DBOS, SetWorkflowID, SetWorkflowTimeout


@DBOS.step()
def collect(month: str) -> str:
    return month


@DBOS.workflow()
def report(month: str) -> str:
    with SetWorkflowTimeout(60):
        return collect(month)


def several(month: str) -> None:
    SetWorkflowTimeout(10)
    DBOS.start_workflow(report, month)
    DBOS.start_workflow(report, month)


def later(month: str) -> None:
    SetWorkflowTimeout(10)
    print(month)
    DBOS.start_workflow(report, month)


def kept(month: str) -> None:
    block = SetWorkflowID(month)
    DBOS.start_workflow(report, month)


async def two(month: str) -> None:
    async with SetWorkflowID(month), nullcontext():
        await DBOS.start_workflow_async(report, month)
