"""Schedules that are created on each start."""

from datetime import datetime
from typing import Any

import dbos
from dbos import DBOS


more = {"schedule": "0 0 * * *"}


@DBOS.workflow()
def tidy(at: datetime, context: Any) -> None:
    print(at)


def main() -> None:
    DBOS(config={"name": "tidy-app"})
    DBOS.launch()
    DBOS.create_schedule(schedule_name="nightly", workflow_fn=tidy, schedule=("0 0 * * *"))
    DBOS.create_schedule(**more, schedule_name="daily", workflow_fn=tidy)
    DBOS.create_schedule(
        schedule_name="größer",  # its name
        workflow_fn=tidy,
        # each hour
        schedule="0 * * * *",
        context={"a": [1, 2]},
    )


if __name__ == "__main__":
    main()
