"""A worker that listens to one queue of two."""

import os
import sys
import time

from dbos import DBOS, WorkflowHandle


@DBOS.workflow()
def work(number: int) -> int:
    return number * 2


def start(handles: list[WorkflowHandle[int]]) -> None:
    handles += [DBOS.enqueue_workflow("fast", work, number=3), DBOS.enqueue_workflow("slow", work, 4)]


def main() -> None:
    DBOS(config={"name": "worker", "system_database_url": "sqlite:///listener.sqlite", "log_level": "ERROR"})
    DBOS.listen_queues(["fast"])
    DBOS.launch()
    DBOS.register_queue("fast", global_concurrency=4)
    # the slow ones run elsewhere
    DBOS.register_queue("slow")
    handles: list[WorkflowHandle[int]] = []
    start(handles)
    print(handles[0].get_result())
    time.sleep(2)
    print([handle.get_status().status for handle in handles])
    DBOS.destroy()


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)
