"""What the queues are is only known when the program runs."""

import os

from dbos import DBOS, Queue

prefix = os.environ.get("PREFIX", "dev")
options = {"concurrency": 3}

named = Queue(f"{prefix}-jobs")
spread = Queue("spread", **options)
parted = Queue("parted", partition_queue=True)
perhaps = Queue("perhaps", concurrency=1, partition_queue=bool(prefix))


def main(prefix: int) -> None:
    DBOS(config={"name": "jobs"})
    DBOS.launch()


most = 3
limited = Queue("limited", concurrency=int(prefix))
