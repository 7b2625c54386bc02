"""Two schedules, one of them in a class."""

import os
import sys
import time
from datetime import datetime
from typing import Any

from dbos import DBOS, DBOSConfig

config: DBOSConfig = {
    "name": "clock",
    "system_database_url": "sqlite:///clock.sqlite",
    "scheduler_polling_interval_sec": 0.5,
    "log_level": "ERROR",
}
DBOS(config=config)
EVERY_SECOND = "* * * * * *"
seen: set[str] = set()


@DBOS.workflow()
def tick(planned: datetime, context: Any) -> None:
    """Notes that it ran."""
    note("tick", planned)


@DBOS.dbos_class()
class Cleaner:
    @staticmethod
    @DBOS.workflow(name="sweep")
    def clean(planned: datetime, _: datetime) -> None:
        note("sweep", planned)


def note(name: str, planned: datetime) -> None:
    identity = DBOS.workflow_id or ""
    seen.add(f"{name} {planned.microsecond} {planned.tzinfo} {identity[: identity.index('-2')]}")


if __name__ == "__main__":
    DBOS.launch()
    DBOS.apply_schedules(
        [
            # as often as it gets
            {"schedule_name": "tick", "workflow_fn": tick, "schedule": EVERY_SECOND},
            {"schedule_name": "sweep", "workflow_fn": Cleaner.clean, "schedule": "*/2 * * * * *"},
        ]
    )
    deadline = time.time() + 15
    while len(seen) < 2 and time.time() < deadline:
        time.sleep(0.2)
    print(*sorted(seen), sep="\n")
    DBOS.destroy()
    sys.stdout.flush()
    os._exit(0)
