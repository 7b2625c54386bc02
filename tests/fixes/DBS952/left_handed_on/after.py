"""Queue objects go where their names may not."""

from dbos import DBOS, Queue

given = Queue("given")
kept = Queue("kept")
shown = Queue("shown")
bound = Queue("bound")
listed = Queue("listed")
limited = Queue("limited", concurrency=3)

QUEUES = {"kept": kept}
__all__ = ["listed", "start"]


@DBOS.workflow()
def job(number: int) -> int:
    return number


def start(queue: Queue, number: int) -> int:
    return queue.enqueue(job, number).get_result()


def main() -> None:
    global bound
    DBOS(config={"name": "jobs"})
    DBOS.launch()
    print(start(given, 1), f"{shown.name}", limited.concurrency)
    print(shown.enqueue(job, 2).get_result(), bound.enqueue(job, 3).get_result())
    bound = kept
