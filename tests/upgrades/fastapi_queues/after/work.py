"""What the service does in the background."""

from datetime import datetime
from typing import Any

from dbos import DBOS

TICKS: list[str] = []


@DBOS.workflow()
def pack(item: str) -> str:
    return f"packed {item}"


@DBOS.workflow()
def tick(scheduled: datetime, context: Any) -> None:
    TICKS.append("tick")
