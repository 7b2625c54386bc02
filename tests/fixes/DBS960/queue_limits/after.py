# options: dbos-version=3.4, fix=safe
"""The queues of the shop, told of their limits."""

from dbos import DBOS, DBOSClient, Queue

TEA = "tea"


def start() -> None:
    DBOS.launch()
    queue = DBOS.register_queue(TEA, global_concurrency=4, limiter={"limit": 10, "period": 1})
    print(queue.global_concurrency)
    queue.set_global_concurrency((5))
    DBOS.register_queue(
        "milk",
        # few, for the fridge is small
        global_concurrency = 2
    )


async def start_async(queue: Queue) -> None:
    await DBOS.register_queue_async("sugar", global_concurrency=1); await queue.set_global_concurrency_async(2)
    print([await each.get_global_concurrency_async() for each in (queue,)])


def from_outside(client: DBOSClient) -> None:
    client.register_queue("salt", global_concurrency=1, worker_concurrency=1)
