"""More than one thing is assigned, or what is assigned is changed; and a workflow must not do it at all."""

from dbos import DBOS


def several() -> None:
    prints = DBOS.register_queue("prints")
    prints.worker_concurrency = limit = 1
    prints.worker_concurrency += limit
    prints.worker_concurrency, other = 1, 2
    prints.worker_concurrency: int = other
    prints.worker_concurrency =  3
    del prints.limiter


@DBOS.workflow()
def configure() -> None:
    prints = DBOS.register_queue("prints")
    prints.worker_concurrency = 1
