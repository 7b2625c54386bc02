"""How busy the shop may be."""

from dbos import DBOS, WorkflowStatusString, error

from .queues import packing

BAD = {WorkflowStatusString.ERROR.value, WorkflowStatusString.MAX_RECOVERY_ATTEMPTS_EXCEEDED.value}


def limits() -> list[str]:
    try:
        stuck = [status.workflow_id for status in DBOS.list_workflows(status=sorted(BAD))]
    except error.DBOSConflictingRegistrationError:
        stuck = ["?"]
    return [packing.name, *stuck]
