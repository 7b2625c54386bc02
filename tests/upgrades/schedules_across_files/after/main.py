"""Runs the jobs of other files until each of them has run."""

import os
import sys
import time

from dbos import DBOS, DBOSConfig

import more_jobs
from jobs import PULSE, beat, pulse
from notes import seen

config: DBOSConfig = {
    "name": "jobs",
    "system_database_url": "sqlite:///jobs.sqlite",
    "scheduler_polling_interval_sec": 0.5,
    "log_level": "ERROR",
}


def start() -> None:
    DBOS(config=config)
    print(beat.__name__, more_jobs.__name__)
    DBOS.launch()
    DBOS.apply_schedules(
        [
            {"schedule_name": "pulse", "workflow_fn": pulse, "schedule": PULSE},
            # seconds first
            {"schedule_name": "beat", "workflow_fn": beat, "schedule": "* * * * * *"},
            {"schedule_name": "flush", "workflow_fn": more_jobs.flush, "schedule": "* * * * * *"},
        ]
    )


def main() -> None:
    start()
    deadline = time.time() + 15
    while len(seen) < 3 and time.time() < deadline:
        time.sleep(0.2)
    print(sorted(seen.items()))
    DBOS.destroy()


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)
