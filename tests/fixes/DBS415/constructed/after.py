# options: dbos-version=2.31
"""A queue that a constructor makes is no row of the database: its setters raise."""

from dbos import Queue

_queues: dict[str, Queue] = {}


def declare(name: str, limit: int) -> Queue:
    queue = _queues.get(name)
    if queue is None:
        queue = _queues[name] = Queue(name, worker_concurrency=limit)
    else:
        queue.worker_concurrency = limit
    return queue


def change(queue: Queue, limit: int) -> None:
    queue.worker_concurrency = limit
