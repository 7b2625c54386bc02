"""Queues that no variable of the module holds for good."""

import sys

from dbos import DBOS, Queue


class Kitchen:
    orders = Queue("orders")

    def __init__(self, cooks: int) -> None:
        self.stove = Queue("stove", worker_concurrency=cooks)


def make_queue(name: str) -> Queue:
    queue = Queue(name)
    return queue


if "--slow" in sys.argv:
    speed = Queue("slow")
else:
    speed = Queue("fast")

first = second = Queue("both")
queues = [Queue("a"), Queue("b")]
Queue("unused")

if __name__ == "__main__":
    DBOS(config={"name": "kitchen"})
    DBOS.launch()
