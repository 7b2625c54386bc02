"""Queues by the names of cities."""

from dbos import DBOS, Queue

north = Queue("north")
lines = {"north": north, "south": Queue("south", concurrency=1)}


@DBOS.workflow()
def drive(number: int) -> int:
    return number


def start(line: Queue, number: int) -> None:
    line.enqueue(drive, number)
