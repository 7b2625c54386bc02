"""Another one."""

from datetime import datetime
from typing import Any

from dbos import DBOS

import notes


@DBOS.workflow()
def flush(planned: datetime, context: Any) -> None:
    notes.note("flush", DBOS.workflow_id)
