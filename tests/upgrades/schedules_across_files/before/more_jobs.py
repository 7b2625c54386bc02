"""Another one."""

from datetime import datetime

from dbos import DBOS

import notes


@DBOS.scheduled("* * * * * *")
@DBOS.workflow()
def flush(planned: datetime, actual: datetime) -> None:
    notes.note("flush", DBOS.workflow_id)
