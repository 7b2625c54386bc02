"""Where calls of dbos take names that other calls have to know: of queues, topics, events, streams, workflows ..."""

from __future__ import annotations

from dbos_lint.catalog import api

QUEUE = "queue"
TOPIC = "topic"
EVENT = "event"
STREAM = "stream"
WORKFLOW = "workflow"
SCHEDULE = "schedule"
PATCH = "patch"
SERIALIZER = "serializer"
"""No name, but something that one file says for all of them: with what the program's data are stored."""
PARTITION = "partition"
"""No name either: that queues are divided."""

OFFERS = "offers"
"""Makes the name mean something: registers a queue or workflow, waits for a topic, sets an event, writes a stream."""
ASKS = "asks"
"""Means what has that name: enqueues on the queue, sends on the topic, waits for the event, reads the stream."""

NEEDLES: dict[str, tuple[bytes, ...]] = {
    QUEUE: (b"ueue", b"schedule"),
    TOPIC: (b"send", b"Send", b"recv"),
    EVENT: (b"_event",),
    STREAM: (b"_stream",),
    WORKFLOW: (b"workflow",),
    SCHEDULE: (b"schedule",),
    PATCH: (b"patch",),
    SERIALIZER: (b"serializer",),
    PARTITION: (b"partition_queue", b"partition_concurrency"),
}
"""What is in the bytes of each file that has names of a kind: of the others, nothing more is asked."""


class Slot:
    """Where a call takes a name: in the argument at ``position`` (-1: by keyword only) or under ``keyword``.

    ``key`` is under which key of that argument, where it is a mapping of options; ``each`` says that it is a list of
    names, or of such mappings.
    """

    __slots__ = ("each", "key", "keyword", "kind", "position", "side")

    def __init__(
        self,
        kind: str,
        side: str,
        position: int,
        keyword: str,
        key: str = "",
        each: bool = False,
    ) -> None:
        self.kind = kind
        self.side = side
        self.position = position
        self.keyword = keyword
        self.key = key
        self.each = each


def _options(position: int, keyword: str) -> tuple[Slot, ...]:
    return (
        Slot(QUEUE, ASKS, position, keyword, "queue_name"),
        Slot(WORKFLOW, ASKS, position, keyword, "workflow_name"),
    )


_RESUMES = (Slot(QUEUE, ASKS, -1, "queue_name"),)
_OF_BOTH: dict[str, tuple[Slot, ...]] = {
    "register_queue": (Slot(QUEUE, OFFERS, 0, "name"),),
    "send": (Slot(TOPIC, ASKS, 2, "topic"),),
    "get_event": (Slot(EVENT, ASKS, 1, "key"),),
    "read_stream": (Slot(STREAM, ASKS, 1, "key"),),
    "read_stream_offset": (Slot(STREAM, ASKS, 1, "key"),),
    **dict.fromkeys(("resume_workflow", "resume_workflows", "fork_workflow", "rewind_workflow"), _RESUMES),
    "create_schedule": (
        Slot(SCHEDULE, OFFERS, 0, "schedule_name"),
        Slot(QUEUE, ASKS, -1, "queue_name"),
        Slot(WORKFLOW, ASKS, -1, "workflow_name"),
    ),
    "apply_schedules": (
        Slot(SCHEDULE, OFFERS, 0, "schedules", "schedule_name", each=True),
        Slot(QUEUE, ASKS, 0, "schedules", "queue_name", each=True),
        Slot(WORKFLOW, ASKS, 0, "schedules", "workflow_name", each=True),
    ),
    **{
        f"{verb}_schedule": (Slot(SCHEDULE, ASKS, 0, "name"),)
        for verb in ("pause", "resume", "delete", "get", "trigger", "backfill")
    },
}
_OF_ENGINE: dict[str, tuple[Slot, ...]] = {
    "enqueue_workflow": (Slot(QUEUE, ASKS, 0, "queue_name"),),
    "enqueue_workflow_with_options": _options(0, "options"),
    "recv": (Slot(TOPIC, OFFERS, 0, "topic"),),
    "set_event": (Slot(EVENT, OFFERS, 0, "key"),),
    "write_stream": (Slot(STREAM, OFFERS, 0, "key"),),
    "patch": (Slot(PATCH, OFFERS, 0, "patch_name"),),
    "deprecate_patch": (Slot(PATCH, ASKS, 0, "patch_name"),),
}
_OF_CLIENT: dict[str, tuple[Slot, ...]] = {
    "enqueue": _options(0, "options"),
}


def _with_async(owner: str, slots: dict[str, tuple[Slot, ...]]) -> dict[str, tuple[Slot, ...]]:
    return {f"{owner}.{name}{end}": found for name, found in slots.items() for end in ("", "_async")}


SLOTS: dict[str, tuple[Slot, ...]] = {
    **_with_async(api.DBOS, _OF_BOTH | _OF_ENGINE),
    **_with_async(api.CLIENT, _OF_BOTH | _OF_CLIENT),
    api.QUEUE: (Slot(QUEUE, OFFERS, 0, "name"),),
    f"{api.DBOS}.listen_queues": (Slot(QUEUE, ASKS, 0, "queues", each=True),),
    f"{api.DBOS}.kafka_consumer": (Slot(QUEUE, ASKS, -1, "queue_name"),),
    **dict.fromkeys(
        (f"{api.DEBOUNCER}.create", f"{api.DEBOUNCER}.create_async", api.DEBOUNCER), (Slot(QUEUE, ASKS, -1, "queue"),)
    ),
    "dbos.DebouncerClient": (*_options(1, "workflow_options"), Slot(QUEUE, ASKS, -1, "queue")),
    f"{api.CLIENT}.enqueue_in_transaction": _options(1, "options"),
    f"{api.CLIENT}.send_in_transaction": (Slot(TOPIC, ASKS, 3, "topic"),),
    "dbos.SendMessage": (Slot(TOPIC, ASKS, 2, "topic"),),
}
"""By qualified name: the names that a call takes."""

METHODS = frozenset(name.rpartition(".")[2] for name in SLOTS)
COMMON_METHODS = frozenset({"send", "recv", "patch", "enqueue", "enqueue_async"})
"""Those of ``METHODS`` that objects of other packages often have."""
