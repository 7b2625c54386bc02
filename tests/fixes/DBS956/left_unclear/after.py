"""Options that cannot be read off the call."""

from typing import Any

from dbos import DBOS, Queue

SHARED = {"worker_concurrency": 2, "priority_enabled": True}


def has_partitions() -> bool:
    return DBOS.application_version == "2"


def register(more: dict[str, Any], queues: tuple[Queue, ...]) -> None:
    DBOS.register_queue("a", **SHARED)
    DBOS.register_queue("b", partition_queue=True)
    DBOS.register_queue("c", partition_queue=has_partitions(), concurrency=1)
    DBOS.register_queue("d", partition_queue=True, concurrency=1, **more)
    DBOS.register_queue("e", priority_enabled=has_partitions())
    DBOS.register_queue("f", partition_queue=True, worker_concurrency=2, partition_worker_concurrency=1)
    listened = [DBOS.register_queue("g")]
    DBOS.listen_queues(listened)
