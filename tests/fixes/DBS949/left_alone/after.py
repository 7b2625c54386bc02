"""No name is meant for certain, or something else in the file has it, or what is meant is given as well."""

from dbos import DBOS, DBOSCofnig, Workflow

DBOSConfig = dict
config: "DBOSCofnig" = {"name": "ticket-office"}


@DBOS.activity()
def print_ticket(seat: str) -> str:
    return seat


@DBOS.workflow()
def sell(seat: str) -> str:
    DBOS.recv("topic", 5, timeout=5)
    DBOS.recv("topic", timeout_seconds=5, timeout=5)
    DBOS.recv("topic", wait=5)
    DBOS.get_evnt_list(seat)
    return DBOS.get_workflow_statuses(seat)
