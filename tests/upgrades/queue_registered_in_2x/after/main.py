"""Queues that were registered behind the launch already, with the parameters of 2.x."""

import os
import sys

from dbos import DBOS, DBOSConfig, SetEnqueueOptions

config: DBOSConfig = {
    "name": "scans",
    "system_database_url": "sqlite:///scans.sqlite",
    "log_level": "ERROR",
}


@DBOS.workflow()
def scan(tenant: str) -> str:
    return f"{tenant} scanned"


def register() -> None:
    DBOS.register_queue(
        "scans",
        partition_concurrency=1,
        partition_limiter={"limit": 10, "period": 1},
    )
    DBOS.register_queue("checks", worker_concurrency=1)


if __name__ == "__main__":
    DBOS(config=config)
    DBOS.launch()
    register()
    queue = DBOS.retrieve_queue("scans")
    assert queue is not None
    for tenant in ("ant", "bee"):
        with SetEnqueueOptions(queue_partition_key=tenant):
            print(queue.enqueue(scan, tenant).get_result())
    with SetEnqueueOptions(priority=3):
        print(DBOS.enqueue_workflow("checks", scan, "all").get_result())
    DBOS.destroy()
    sys.stdout.flush()
    os._exit(0)
