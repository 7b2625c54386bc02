"""A name stands for the call: what else is called by it, nobody tells."""

from datetime import datetime
from typing import Any

from dbos import DBOS


@DBOS.workflow()
def tidy(at: datetime, context: Any) -> None:
    print(at)


def main() -> None:
    DBOS(config={"name": "tidy-app"})
    DBOS.launch()
    create = DBOS.create_schedule
    create(schedule_name="hourly", workflow_fn=tidy, schedule="0 * * * *")


if __name__ == "__main__":
    main()
