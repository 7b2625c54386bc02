from datetime import datetime
from typing import Any

from dbos import DBOS


@DBOS.workflow()
def räume(at: datetime, context: Any) -> None:
	print(at)


def main() -> None:
	DBOS.apply_schedules([
		{"schedule_name": "größer", "workflow_fn": räume, "schedule": "0 0 * * *"},
		{'schedule_name': "é", 'workflow_fn': räume, 'schedule': "0 * * * *", 'context': 3, "cron_timezones": "UTC"},
	])
