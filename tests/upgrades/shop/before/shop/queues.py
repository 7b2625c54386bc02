"""The queues of the shop."""

from dbos import Queue

PACKING = "packing"

# Two tables to pack on.
packing = Queue(PACKING, concurrency=2, worker_concurrency=1)
sending = Queue(
    "sending",
    limiter={"limit": 50, "period": 1.0},  # what the post takes
    priority_enabled=True,
)
