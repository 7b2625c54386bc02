"""What the keys of schedules are called elsewhere, in braces and by name."""

from datetime import datetime
from typing import Any

from dbos import DBOS


@DBOS.workflow()
def tidy(at: datetime, context: Any) -> None:
    print(at)


def entry(name: str, cron: str) -> dict[str, Any]:
    return {"name": name, "workflow_fn": tidy, "schedule": cron}


def main() -> None:
    DBOS.apply_schedules([
        {"name": "größe", "workflow_fn": tidy, "cron": "0 4 * * *"},  # "name" and "cron"
        dict(schedule_nam="b", workflow_fn=tidy, schedule="0 5 * * *"),
        dict(name="c", workflow_fn=tidy,
             cron="0 6 * * *",),
    ])
    DBOS.apply_schedules([{"name": "d", "schedule_name": "d", "workflow_fn": tidy, "schedule": "0 0 * * *"}])
    DBOS.apply_schedules([{"name": "e", "schedule_nam": "e", "workflow_fn": tidy, "schedule": "0 0 * * *"}])
    DBOS.apply_schedules([{"name": "f", "workflow_fn": tidy, "every": "0 0 * * *"}])
    DBOS.apply_schedules([entry(name="g", cron="0 0 * * *")])
