"""The shop counts what it has."""

from datetime import datetime
from typing import Any

from dbos import DBOS

COUNTED: list[str] = []


@DBOS.workflow()
def count(scheduled: datetime, context: Any) -> None:
    """Every second, as long as the shop is open."""
    COUNTED.append(f"at {scheduled:%Z}")
