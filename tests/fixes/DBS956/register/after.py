# options: fix=safe
"""Parameters that went, in calls of every shape."""

from dbos import DBOS, Queue
from dbos import DBOS as D


def register() -> list[Queue]:
    DBOS.register_queue("a")
    DBOS.register_queue("b", worker_concurrency=1)  # two of them
    DBOS.register_queue("c", global_concurrency=1,)
    D.register_queue(
        "d",  # the first
        # no more than one each
        partition_concurrency=1,
        partition_worker_concurrency=None,
        partition_limiter={
            "limit": 3,
            "period": 60,
        },
    ); print("d")
    return [
        DBOS.register_queue(name, **{}) if name == "e" else DBOS.register_queue(name)
        for name in ("e", "f")
    ]


async def register_async() -> None:
    await DBOS.register_queue_async("g", partition_concurrency=2)
    queue = await DBOS.register_queue_async(partition_worker_concurrency=1, name="h")
    print((lambda: queue.name)())
