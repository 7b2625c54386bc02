# options: fix=safe
"""Parameters that went, in calls of every shape."""

from dbos import DBOS, Queue
from dbos import DBOS as D


def register() -> list[Queue]:
    DBOS.register_queue("a", priority_enabled=True)
    DBOS.register_queue("b", partition_queue=False, worker_concurrency=1)  # two of them
    DBOS.register_queue("c", global_concurrency=1, priority_enabled=False,)
    D.register_queue(
        "d",  # the first
        partition_queue=True,  # tenant by tenant
        # no more than one each
        concurrency=1,
        worker_concurrency=None,
        limiter={
            "limit": 3,
            "period": 60,
        },
    ); print("d")
    return [
        DBOS.register_queue(name, **{}) if name == "e" else DBOS.register_queue(name, priority_enabled=bool)
        for name in ("e", "f")
    ]


async def register_async() -> None:
    await DBOS.register_queue_async("g", global_concurrency=2, partition_queue=True, priority_enabled=True)
    queue = await DBOS.register_queue_async(partition_queue=(True), worker_concurrency=1, name="h")
    print((lambda: queue.name)())
