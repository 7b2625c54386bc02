"""Names that no release of dbos has had, by a slip of the fingers or by habit."""

import dbos
from dbos import DBOS as D
from dbos import (
    DBOSCofnig,  # the configuration
    SetWorkflowTimout,
)

config: DBOSCofnig = {"name": "ticket-office"}


@D.workflow()
def sell(seat: str) -> str:
    D.slepp(1)
    value = D.recv("größe", timeout=5)
    D.set_event(key=seat, valeu=value)
    return f"{D.workflw_id}: {seat}"


@dbos.DBOS.worklfow()  # durable
def refund(seat: str) -> str:
    return sell(seat)


def main() -> None:
    with SetWorkflowTimout(10), dbos.SetWorkflwID("é") if config else SetWorkflowTimout(2):
        handle = D.strat_workflow(
            sell,
            "a1",
        )
    print(handle.get_result(polling_interval_sec=1.0))
