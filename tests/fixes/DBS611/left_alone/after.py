"""Values that a person must choose; and a module that has a ``str`` of its own."""

from dbos import DBOS, SetWorkflowAttributes, SetWorkflowID, SetWorkflowTimeout


def str(value: object) -> object:
    return value


@DBOS.workflow()
def report(month: str) -> str:
    return month


def start(month: str) -> None:
    with SetWorkflowID(42):
        DBOS.start_workflow(report, month)
    with SetWorkflowID(""):
        DBOS.start_workflow(report, month)
    with SetWorkflowTimeout(-1):
        DBOS.start_workflow(report, month)
    with SetWorkflowTimeout("soon"):
        DBOS.start_workflow(report, month)
    with SetWorkflowAttributes({"size": {1, 2}}):
        DBOS.start_workflow(report, month)
    with SetWorkflowID(month, workflow_id_reuse_policy="replace"):
        DBOS.start_workflow(report, month)
