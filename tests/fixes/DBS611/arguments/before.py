# options: fix=safe
"""IDs that are no text, and times that are no numbers."""

import uuid
from datetime import timedelta

from dbos import DBOS, SetWorkflowID, SetWorkflowTimeout


@DBOS.workflow()
def report(month: str) -> str:
    return month


def start(month: str, order: uuid.UUID) -> None:
    with SetWorkflowID(42):  # größer
        DBOS.start_workflow(report, month)
    with SetWorkflowID(
        uuid.uuid5(uuid.NAMESPACE_DNS, "é" + month)  # always the same
    ):
        DBOS.start_workflow(report, month)
    with SetWorkflowID(wfid=order), SetWorkflowTimeout("60"):
        DBOS.start_workflow(report, month)
    with SetWorkflowTimeout(timedelta(minutes=5)):
        DBOS.start_workflow(report, month)
    with SetWorkflowID(month, workflow_id_reuse_policy="return_existing"):
        DBOS.start_workflow(report, month)
