# options: dbos-version=3.4
"""Limits that are given in ways that cannot be renamed, and those of something else."""

from dbos import DBOS

LIMITS = {"concurrency": 4}


class Pool:
    """The shop's own, with a limit of its own."""

    def __init__(self, concurrency: int) -> None:
        self.concurrency = concurrency

    def set_concurrency(self, concurrency: int) -> None:
        self.concurrency = concurrency


def start() -> None:
    DBOS.launch()
    DBOS.register_queue("tea", **LIMITS)
    DBOS.register_queue("milk", concurrency=1, global_concurrency=1)
    pool = Pool(concurrency=2)
    pool.set_concurrency(3)
    print(pool.concurrency)
