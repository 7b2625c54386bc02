"""Queues: how they are registered, limited and used."""

from __future__ import annotations

from dbos_lint.catalog import api, patterns
from dbos_lint.catalog.names import QUEUE
from dbos_lint.rules.late import late
from dbos_lint.rules.named import taking
from dbos_lint.rules.queue.deadlocks import QueueDeadlocks
from dbos_lint.rules.queue.objects import QueueObjects
from dbos_lint.rules.queue.places import QueuePlaces
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.enqueues import BY_OBJECT, STARTS_AT_ONCE
from dbos_lint.semantics.queues import REGISTERS, SETTERS


class QueueVisitor(Visitor):
    """Queues."""

    parts = (
        late("queue.limits", "QueueLimits", calls=REGISTERS | SETTERS.keys()),
        late("queue.names", "QueueNames", calls=REGISTERS | taking(QUEUE)),
        late(
            "queue.options",
            "EnqueueOptions",
            calls=(patterns.SET_ENQUEUE_OPTIONS,),
            blocks=True,
            concerns=lambda here: here.typed_dicts.has(api.ENQUEUE_OPTIONS),
        ),
        late(
            "queue.partitions",
            "Partitions",
            calls=BY_OBJECT | taking(QUEUE) | {patterns.SET_ENQUEUE_OPTIONS},
            blocks=True,
        ),
        QueuePlaces,
        QueueObjects,
        QueueDeadlocks,
        late("queue.fanout", "FanOut", calls=STARTS_AT_ONCE),
    )
