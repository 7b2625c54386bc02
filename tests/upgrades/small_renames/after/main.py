"""Orders are packed on a queue that the shop may resize while it runs."""

import os
import sys

from dbos import DBOS, DBOSConfig, WorkflowStatusString, error

config: DBOSConfig = {
    "name": "shop",
    "system_database_url": "sqlite:///shop.sqlite",
    "application_version": "PATCHING_ENABLED",  # old orders are still packed
    "log_level": "ERROR",
}
DBOS(config=config)


@DBOS.workflow()
def pack(order: str) -> str:
    wrapped = DBOS.patch("wrap-orders")
    return f"{order} packed{' and wrapped' if wrapped else ''}"


def is_dead(status: str) -> bool:
    return status == WorkflowStatusString.MAX_RECOVERY_ATTEMPTS_EXCEEDED.value


def attempt(order: str) -> None:
    try:
        print(DBOS.enqueue_workflow("packing", pack, order).get_result())
    except (error.DBOSException, error.DBOSQueueDeduplicatedError) as problem:
        print("refused", problem)


if __name__ == "__main__":
    DBOS.launch()
    queue = DBOS.register_queue(
        "packing",
        global_concurrency=2,  # two tables
        worker_concurrency=1,
    )
    attempt("tea")
    queue.set_global_concurrency(3)
    print(queue.global_concurrency, is_dead("SUCCESS"))
    print(DBOS.application_version)
    DBOS.destroy()
    sys.stdout.flush()
    os._exit(0)
