# options: fix=safe
"""Limits that are assigned."""

from dbos import DBOS

queue = DBOS.register_queue("prints", worker_concurrency=2)
queue.worker_concurrency = 4  # more


class Office:
    def __init__(self) -> None:
        self.prints = DBOS.register_queue("prints")

    def at_night(self, most: int) -> None:
        self.prints.concurrency = most if most else None
        self.prints.limiter = {
            "limit": 5,  # größer
            "period": 1.0,
        }


def slow() -> None:
    prints = DBOS.register_queue("prints"); prints.polling_interval_sec = 2.5; print("é")


async def later() -> None:
    prints = await DBOS.register_queue_async("prints")
    prints.worker_concurrency = 1
