"""All queues of the shop."""

from dbos import Queue

PACKING = "packing"
SHIPPING = "shipping"
MOST = 3

packing: Queue = Queue(PACKING, concurrency=MOST)
shipping = Queue(
    name=SHIPPING,
    limiter={"limit": 50, "period": 1.0},  # the carrier allows no more
    polling_interval_sec=0.5,
)
mails = Queue("mails", worker_concurrency=2, priority_enabled=True)
