# options: fix=safe
"""Workers that listen to queue objects."""

import dbos
from dbos import DBOS, Queue


class Worker:
    def __init__(self, fast: Queue, slow: Queue) -> None:
        self.fast, self.slow = fast, slow
        self.only = fast

    def listen(self, more: Queue) -> None:
        DBOS.listen_queues([more.name])
        dbos.DBOS.listen_queues(
            [
                more.name,  # the one
                "other",
            ]
        )
        DBOS.listen_queues((more.name, (self.only.name)))
        DBOS.listen_queues(queues=[DBOS.register_queue("own").name, more.name])


def names(queue: Queue) -> None:
    DBOS.listen_queues([queue.name])
