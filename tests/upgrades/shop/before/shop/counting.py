"""The shop counts what it has."""

from datetime import datetime

from dbos import DBOS

COUNTED: list[str] = []


@DBOS.scheduled("* * * * * *")
@DBOS.workflow()
def count(scheduled: datetime, started: datetime) -> None:
    """Every second, as long as the shop is open."""
    COUNTED.append(f"at {scheduled:%Z}")
