"""Schedules with comments everywhere."""

from datetime import datetime

from dbos import DBOS

NIGHT = "0 3 * * *"


# Backups are cheap at night.
@DBOS.scheduled(NIGHT)  # in UTC
# It is a workflow, too.
@DBOS.workflow()
def backup(planned: datetime, actual: datetime) -> None:
    DBOS.logger.info("backup of %s", planned)


@DBOS.scheduled("*/5 * * * *")
@DBOS.workflow(max_recovery_attempts=3)
def poll(
    planned,  # when it should run
    actual,  # when it does
):
    DBOS.logger.info("poll of %s", planned)


if __name__ == "__main__":
    DBOS(config={"name": "nights"})
    DBOS.launch()
    input("enter ends it")
    DBOS.destroy()
