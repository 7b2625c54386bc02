"""Runs the mill until its clock has ticked."""

import os
import sys
import time

from dbos import DBOS
from mill import work
from mill.settings import RATE, settings, settings as given

DBOS(
    config={
        "name": settings.prefix,
        "system_database_url": "sqlite:///mill.sqlite",
        "log_level": "ERROR",
        "scheduler_polling_interval_sec": 0.5,
    }
)


def run() -> None:
    DBOS.launch()
    DBOS.register_queue(
        "grinding",
        global_concurrency=settings.stones,
        worker_concurrency=int(os.environ.get("STONES", "2")),
    )
    # fifty bags a second
    DBOS.register_queue("mill-packing", limiter=RATE)
    DBOS.register_queue("carting", global_concurrency=given.stones)
    DBOS.apply_schedules(
        [
            # or every minute
            {"schedule_name": "tick", "workflow_fn": work.tick, "schedule": "* * * * * *"},
        ]
    )
    print(work.order(3))
    print(sorted(str(each.queue_name) for each in DBOS.list_workflows(name="pack")))
    end = time.time() + 20
    while time.time() < end and not work.ticks:
        time.sleep(0.1)
    print("ticked" if work.ticks else "silent")


run()
sys.stdout.flush()
os._exit(0)
