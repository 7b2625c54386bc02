"""Queues: how they are registered, limited and used."""

from __future__ import annotations

from dbos_lint.catalog.names import QUEUE
from dbos_lint.rules.late import late
from dbos_lint.rules.named import taking
from dbos_lint.rules.queue.deadlocks import QueueDeadlocks
from dbos_lint.rules.queue.limits import QueueLimits
from dbos_lint.rules.queue.objects import QueueObjects
from dbos_lint.rules.queue.options import EnqueueOptions
from dbos_lint.rules.queue.partitions import Partitions
from dbos_lint.rules.queue.places import QueuePlaces
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.enqueues import STARTS_AT_ONCE
from dbos_lint.semantics.queues import REGISTERS


class QueueVisitor(Visitor):
    """Queues."""

    parts = (
        QueueLimits,
        late("queue.names", "QueueNames", calls=REGISTERS | taking(QUEUE)),
        EnqueueOptions,
        Partitions,
        QueuePlaces,
        QueueObjects,
        QueueDeadlocks,
        late("queue.fanout", "FanOut", calls=STARTS_AT_ONCE),
    )
