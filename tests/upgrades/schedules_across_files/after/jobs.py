"""What runs by the clock."""

from datetime import datetime
from typing import Any

from dbos import DBOS

from notes import note

PULSE = "* * * * * *"


@DBOS.workflow()
async def pulse(planned: datetime, context: Any) -> None:
    note("pulse", DBOS.workflow_id)


@DBOS.workflow()
def beat(planned, context):
    note("beat", DBOS.workflow_id)
