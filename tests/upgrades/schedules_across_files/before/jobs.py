"""What runs by the clock."""

from datetime import datetime
from typing import Any

from dbos import DBOS

from notes import note

PULSE = "* * * * * *"


@DBOS.scheduled(PULSE)
@DBOS.workflow()
async def pulse(planned: datetime, actual: Any) -> None:
    note("pulse", DBOS.workflow_id)


@DBOS.scheduled(
    cron="* * * * * *",  # seconds first
)
@DBOS.workflow()
def beat(planned, actual):
    note("beat", DBOS.workflow_id)
