"""What is done."""

from datetime import datetime

from dbos import DBOS, WorkflowHandle

from mill import settings
from mill.queues import carting, grinding, packing

ticks: list[int] = []


@DBOS.workflow()
def pack(bags: int) -> str:
    return f"{bags} bags"


@DBOS.workflow()
def grind(sacks: int) -> list[str]:
    packed: WorkflowHandle[str] = packing.enqueue(pack, sacks * 2)
    return [packed.get_result(), carting.enqueue(pack, 1).get_result()]


@DBOS.scheduled(
    settings.EVERY_SECOND  # or every minute
)
@DBOS.workflow()
def tick(planned: datetime, _: datetime) -> None:
    ticks.append(planned.second)


def order(sacks: int) -> list[str]:
    return grinding.enqueue(grind, sacks).get_result()
