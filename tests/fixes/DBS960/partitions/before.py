# options: dbos-version=3.4
"""One of the queues has partitions, and nobody can say here which one is looked at."""

from dbos import DBOS, Queue


def start() -> None:
    DBOS.launch()
    DBOS.register_queue("tea", partition_concurrency=1)
    DBOS.register_queue("milk", global_concurrency=1)


def widen(queue: Queue) -> None:
    queue.set_concurrency((queue.concurrency or 0) + 1)
