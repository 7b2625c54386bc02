"""Schedules with comments everywhere."""

from datetime import datetime
from typing import Any

from dbos import DBOS

NIGHT = "0 3 * * *"


# Backups are cheap at night.
# It is a workflow, too.
@DBOS.workflow()
def backup(planned: datetime, context: Any) -> None:
    DBOS.logger.info("backup of %s", planned)


@DBOS.workflow(max_recovery_attempts=3)
def poll(
    planned,  # when it should run
    context,  # when it does
):
    DBOS.logger.info("poll of %s", planned)


if __name__ == "__main__":
    DBOS(config={"name": "nights"})
    DBOS.launch()
    DBOS.apply_schedules(
        [
            # in UTC
            {"schedule_name": "backup", "workflow_fn": backup, "schedule": NIGHT},
            {"schedule_name": "poll", "workflow_fn": poll, "schedule": "*/5 * * * *"},
        ]
    )
    input("enter ends it")
    DBOS.destroy()
