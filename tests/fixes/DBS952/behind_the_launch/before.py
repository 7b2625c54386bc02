"""Queues that are made where the engine runs already can be registered where they stand."""

from dbos import DBOS, Queue
from dbos import DBOS as D


@DBOS.workflow()
def job(number: int) -> int:
    return number


def ask(queue: Queue) -> int:
    return queue.enqueue(job, 1).get_result()


def test_jobs() -> None:
    DBOS(config={"name": "jobs"})
    DBOS.launch()
    queue = Queue("jobs", 3, limiter=None)  # three at once
    for number in range(3):
        inner = Queue(f"jobs-{number}", partition_queue=True, concurrency=1, priority_enabled=True)
        assert ask(queue) == ask(inner) == 1
    assert [Queue(name, concurrency=1).name for name in ("a", "b")] == ["a", "b"]
    DBOS.destroy()
    late = Queue("late")
    assert late.name == "late"


async def test_coroutines() -> None:
    D(config={"name": "jobs"})
    D.launch()
    try:
        queue: Queue = Queue(
            "coroutines",
            2,
            {"limit": 1, "period": 2},
        )
        handle = await queue.enqueue_async(job, 2)
        assert await handle.get_result() == 2
    finally:
        D.destroy()
