"""Queues: how they are registered, limited and used."""

from __future__ import annotations

from dbos_lint.rules.queue.deadlocks import QueueDeadlocks
from dbos_lint.rules.queue.fanout import FanOut
from dbos_lint.rules.queue.limits import QueueLimits
from dbos_lint.rules.queue.names import QueueNames
from dbos_lint.rules.queue.objects import QueueObjects
from dbos_lint.rules.queue.options import EnqueueOptions
from dbos_lint.rules.queue.partitions import Partitions
from dbos_lint.rules.queue.places import QueuePlaces
from dbos_lint.rules.visitor import Visitor


class QueueVisitor(Visitor):
    """Queues."""

    parts = (QueueLimits, QueueNames, EnqueueOptions, Partitions, QueuePlaces, QueueObjects, QueueDeadlocks, FanOut)
