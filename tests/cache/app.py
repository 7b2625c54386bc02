"""A program for the tests of the cache: a finding that rests on another file, and one that does not."""

from __future__ import annotations

APP = """from dbos import DBOS
from clock import stamp


@DBOS.workflow()
def pay(order: str) -> None:
    if stamp() > 1:
        DBOS.sleep(1)


@DBOS.workflow()
async def ship(order: str) -> None:
    DBOS.sleep(1)
"""
CLOCK = "import time\n\n\ndef stamp() -> float:\n    return time.time()\n"
