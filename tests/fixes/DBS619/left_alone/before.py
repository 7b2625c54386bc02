"""What is missing nobody knows, nor what a key was meant for."""

from datetime import datetime
from typing import Any

from dbos import DBOS


@DBOS.workflow()
def tidy(at: datetime, context: Any) -> None:
    print(at)


def main() -> None:
    DBOS.apply_schedules([{"schedule_name": "nightly", "workflow_fn": tidy}])
    DBOS.apply_schedules([{"schedule_name": "a", "workflow_fn": tidy, "schedule": "0 0 * * *", "owner": "Ann"}])
    DBOS.apply_schedules([{"schedule_name": "b", "workflow_name": "tidy", "schedule": "0 0 * * *"}])
    DBOS.apply_schedules(
        [
            {"schedule_name": "c", "workflow_fn": tidy, "schedule": "0 0 * * *"},
            {"schedule_name": "c", "workflow_fn": tidy, "schedule": "0 1 * * *"},
        ]
    )
