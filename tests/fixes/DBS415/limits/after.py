# options: fix=safe
"""Limits that are assigned."""

from dbos import DBOS

queue = DBOS.register_queue("prints", worker_concurrency=2)
queue.set_worker_concurrency(4)  # more


class Office:
    def __init__(self) -> None:
        self.prints = DBOS.register_queue("prints")

    def at_night(self, most: int) -> None:
        self.prints.set_global_concurrency(most if most else None)
        self.prints.set_limiter({
            "limit": 5,  # größer
            "period": 1.0,
        })


def slow() -> None:
    prints = DBOS.register_queue("prints"); prints.set_polling_interval_sec(2.5); print("é")


async def later() -> None:
    prints = await DBOS.register_queue_async("prints")
    await prints.set_worker_concurrency_async(1)
