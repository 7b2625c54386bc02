# options: fix=safe
"""A schedule that is no list of schedules."""

from datetime import datetime
from typing import Any

from dbos import DBOS


@DBOS.workflow()
def tidy(at: datetime, context: Any) -> None:
    print(at)


def main() -> None:
    DBOS.apply_schedules([{"schedule_name": "größer", "workflow_fn": tidy, "schedule": "0 0 * * *"}])
    DBOS.apply_schedules(
        schedules=[{
            "schedule_name": "hourly",  # its name
            "workflow_fn": tidy,
            "schedule": "0 * * * *",
        }],
    )
