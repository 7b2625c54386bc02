"""Blocks that are made and never entered, around one start."""

from dbos import DBOS, SetWorkflowID, SetWorkflowTimeout


@DBOS.workflow()
def report(month: str) -> str:
    return month


def start(month: str) -> str:
    with SetWorkflowID(month):
        return DBOS.start_workflow(report, month).workflow_id


def limited(month: str) -> str:
    with SetWorkflowTimeout(10):
        # at last
        handle = DBOS.start_workflow(
            report,
            "größer" + month,  # the month
        )
    return handle.workflow_id


def direct(month: str) -> str:
    if month:
        print(month)
        with SetWorkflowID(f"{month}"):
            report(month)
    with SetWorkflowID("once"):
        value = report(month)
    return value
