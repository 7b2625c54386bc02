"""Two schedules, one of them in a class."""

import os
import sys
import time
from datetime import datetime

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


@DBOS.scheduled(EVERY_SECOND)  # as often as it gets
@DBOS.workflow()
def tick(planned: datetime, actual: datetime) -> None:
    """Notes that it ran."""
    note("tick", planned)


@DBOS.dbos_class()
class Cleaner:
    @staticmethod
    @DBOS.scheduled("*/2 * * * * *")
    @DBOS.workflow(name="sweep")
    def clean(planned: datetime, _: datetime) -> None:
        note("sweep", planned)


def note(name: str, planned: datetime) -> None:
    identity = DBOS.workflow_id or ""
    seen.add(f"{name} {planned.microsecond} {planned.tzinfo} {identity[: identity.index('-2')]}")


if __name__ == "__main__":
    DBOS.launch()
    deadline = time.time() + 15
    while len(seen) < 2 and time.time() < deadline:
        time.sleep(0.2)
    print(*sorted(seen), sep="\n")
    DBOS.destroy()
    sys.stdout.flush()
    os._exit(0)
