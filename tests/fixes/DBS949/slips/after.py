"""Names that no release of dbos has had, by a slip of the fingers or by habit."""

import dbos
from dbos import DBOS as D
from dbos import (
    DBOSConfig,  # the configuration
    SetWorkflowTimeout,
)

config: DBOSConfig = {"name": "ticket-office"}


@D.workflow()
def sell(seat: str) -> str:
    D.sleep(1)
    value = D.recv("größe", timeout_seconds=5)
    D.set_event(key=seat, value=value)
    return f"{D.workflow_id}: {seat}"


@dbos.DBOS.workflow()  # durable
def refund(seat: str) -> str:
    return sell(seat)


def main() -> None:
    with SetWorkflowTimeout(10), dbos.SetWorkflowID("é") if config else SetWorkflowTimeout(2):
        handle = D.start_workflow(
            sell,
            "a1",
        )
    print(handle.get_result(polling_interval_sec=1.0))
