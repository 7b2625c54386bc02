"""What is done."""

from datetime import datetime

from dbos import DBOS, WorkflowHandle

from mill import settings
from mill.settings import GRINDING

ticks: list[int] = []


@DBOS.workflow()
def pack(bags: int) -> str:
    return f"{bags} bags"


@DBOS.workflow()
def grind(sacks: int) -> list[str]:
    packed: WorkflowHandle[str] = DBOS.enqueue_workflow("mill-packing", pack, sacks * 2)
    return [packed.get_result(), DBOS.enqueue_workflow("carting", pack, 1).get_result()]


@DBOS.workflow()
def tick(planned: datetime, _: datetime) -> None:
    ticks.append(planned.second)


def order(sacks: int) -> list[str]:
    return DBOS.enqueue_workflow(GRINDING, grind, sacks).get_result()
