"""What the service does in the background."""

from datetime import datetime

from dbos import DBOS, Queue

TICKS: list[str] = []
packing = Queue("packing", concurrency=1)


@DBOS.workflow()
def pack(item: str) -> str:
    return f"packed {item}"


@DBOS.scheduled("* * * * * *")
@DBOS.workflow()
def tick(scheduled: datetime, started: datetime) -> None:
    TICKS.append("tick")
