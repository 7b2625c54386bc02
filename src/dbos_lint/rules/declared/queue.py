"""Queues: registration, limits and enqueueing."""

from __future__ import annotations

from dbos_lint.diagnostic import Level, Rule, Scope
from dbos_lint.fix import Applicability

QUEUE_REGISTERED_AT_IMPORT = Rule(
    "DBS401",
    "queue-registered-at-import",
    Level.ERROR,
    Scope.MODULE,
    "queue is registered when the module is imported",
    "python/tutorials/queue-tutorial",
    since="2.20",
)

INVALID_QUEUE_LIMIT = Rule(
    "DBS402",
    "invalid-queue-limit",
    Level.ERROR,
    Scope.EXPR,
    "limits of a queue contradict each other, or stop it",
    "python/reference/queues",
)

RESERVED_QUEUE_NAME = Rule(
    "DBS403",
    "reserved-queue-name",
    Level.ERROR,
    Scope.EXPR,
    "queue has a name that dbos keeps for itself, or none",
    "python/reference/queues",
    since="3.0",
)

UNREGISTERED_QUEUE = Rule(
    "DBS404",
    "unregistered-queue",
    Level.WARNING,
    Scope.PROJECT,
    "queue is used under a name that the project does not register",
    "python/tutorials/queue-tutorial",
)

MISSING_PARTITION_KEY = Rule(
    "DBS405",
    "missing-partition-key",
    Level.ERROR,
    Scope.PROJECT,
    "workflow is enqueued on a partitioned queue without a key",
    "python/tutorials/queue-tutorial",
    since="2.2",
)

DEDUPLICATION_ON_PARTITIONED_QUEUE = Rule(
    "DBS406",
    "deduplication-on-partitioned-queue",
    Level.ERROR,
    Scope.PROJECT,
    "deduplication ID meets a partitioned queue or a partition key",
    "python/tutorials/queue-tutorial",
    since="2.2",
)

INVALID_ENQUEUE_OPTION = Rule(
    "DBS407",
    "invalid-enqueue-option",
    Level.ERROR,
    Scope.EXPR,
    "enqueue option has a value that dbos refuses",
    "python/reference/queues",
    fix=Applicability.SAFE,
)

ENQUEUE_OPTIONS_WITHOUT_ENQUEUE = Rule(
    "DBS408",
    "enqueue-options-without-enqueue",
    Level.ERROR,
    Scope.FUNCTION,
    "enqueue options are set where nothing is enqueued",
    "python/reference/queues",
)

ENQUEUE_ARGUMENT_ORDER = Rule(
    "DBS409",
    "enqueue-argument-order",
    Level.ERROR,
    Scope.EXPR,
    "`enqueue_workflow` is given something else than the queue's name first",
    "python/reference/queues",
    since="2.20",
    fix=Applicability.UNSAFE,
)

UNBOUNDED_FAN_OUT = Rule(
    "DBS410",
    "unbounded-fan-out",
    Level.ADVICE,
    Scope.FUNCTION,
    "workflow is started for each of an unknown number of items",
    "python/tutorials/queue-tutorial",
)

QUEUE_WITHOUT_LIMITS = Rule(
    "DBS411",
    "queue-without-limits",
    Level.ADVICE,
    Scope.EXPR,
    "queue is registered without any limit",
    "python/tutorials/queue-tutorial",
)

QUEUE_SELF_DEADLOCK = Rule(
    "DBS412",
    "queue-self-deadlock",
    Level.ERROR,
    Scope.PROJECT,
    "workflow waits for another one on its own full queue",
    "python/tutorials/queue-tutorial",
)

QUEUE_OBJECT_MAYBE_NONE = Rule(
    "DBS413",
    "queue-object-maybe-none",
    Level.WARNING,
    Scope.FUNCTION,
    "result of `retrieve_queue` is used without a check",
    "python/reference/queues",
    since="2.20",
)

QUEUE_CONFIGURED_IN_WORKFLOW = Rule(
    "DBS414",
    "queue-configured-in-workflow",
    Level.WARNING,
    Scope.PROJECT,
    "workflow registers, changes or deletes a queue",
    "python/reference/queues",
    since="2.20",
)

READ_ONLY_QUEUE_ATTRIBUTE = Rule(
    "DBS415",
    "read-only-queue-attribute",
    Level.ERROR,
    Scope.EXPR,
    "limit of a queue is assigned like an attribute",
    "python/reference/queues",
    since="2.20",
    fix=Applicability.SAFE,
)

RULES: tuple[Rule, ...] = (
    QUEUE_REGISTERED_AT_IMPORT,
    INVALID_QUEUE_LIMIT,
    RESERVED_QUEUE_NAME,
    UNREGISTERED_QUEUE,
    MISSING_PARTITION_KEY,
    DEDUPLICATION_ON_PARTITIONED_QUEUE,
    INVALID_ENQUEUE_OPTION,
    ENQUEUE_OPTIONS_WITHOUT_ENQUEUE,
    ENQUEUE_ARGUMENT_ORDER,
    UNBOUNDED_FAN_OUT,
    QUEUE_WITHOUT_LIMITS,
    QUEUE_SELF_DEADLOCK,
    QUEUE_OBJECT_MAYBE_NONE,
    QUEUE_CONFIGURED_IN_WORKFLOW,
    READ_ONLY_QUEUE_ATTRIBUTE,
)
