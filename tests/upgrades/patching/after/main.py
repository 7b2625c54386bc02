"""A workflow that was changed while orders were on their way."""

import os
import sys

from settings import make_config

from dbos import DBOS, SetWorkflowID

DBOS(config=make_config())


@DBOS.step()
def wrap(order: str) -> str:
    return f"{order} wrapped"


@DBOS.step()
def weigh(order: str) -> str:
    return f"{order}, 2 kg"


@DBOS.workflow()
def pack(order: str) -> str:
    if DBOS.patch("weigh"):
        order = weigh(order)
    return wrap(order)


def main() -> None:
    DBOS.launch()
    with SetWorkflowID("order-1"):
        print(pack("tea"))
    print([step["function_name"] for step in DBOS.list_workflow_steps("order-1")])
    status = DBOS.get_workflow_status("order-1")
    print(DBOS.application_version, status.app_version if status else None)
    DBOS.destroy()


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)
