# options: dbos-version=3.4, fix=safe
"""What the shop does when a workflow has been tried too often."""

from dbos import DBOS, WorkflowStatusString
from dbos import error as problems


def is_dead(workflow_id: str) -> bool:
    status = DBOS.get_workflow_status(workflow_id)
    return status is not None and status.status == (
        WorkflowStatusString  # the enumeration
        .MAX_RECOVERY_ATTEMPTS_EXCEEDED.value
    )


def run(order: str) -> str:
    try:
        return DBOS.retrieve_workflow(order).get_result()
    except (problems.MaxRecoveryAttemptsExceededError, ValueError): return "dead"
