"""DBOSClient and enqueueing from outside."""

from __future__ import annotations

from dbos_lint.diagnostic import Level, Rule, Scope
from dbos_lint.fix import Applicability

MISSING_ENQUEUE_OPTION = Rule(
    "DBS801",
    "missing-enqueue-option",
    Level.ERROR,
    Scope.EXPR,
    "enqueue options lack the name of the workflow or of the queue",
    "python/reference/client",
    since="0.25",
)

UNKNOWN_ENQUEUE_OPTION = Rule(
    "DBS802",
    "unknown-enqueue-option",
    Level.ERROR,
    Scope.EXPR,
    "enqueue options have a key that dbos does not know",
    "python/reference/client",
    since="0.25",
    fix=Applicability.SAFE,
)

CLIENT_NOT_DESTROYED = Rule(
    "DBS803",
    "client-not-destroyed",
    Level.WARNING,
    Scope.FUNCTION,
    "`DBOSClient` is made in a function and never destroyed",
    "python/reference/client",
    since="0.25",
)

CLIENT_IN_WORKFLOW = Rule(
    "DBS804",
    "client-in-workflow",
    Level.WARNING,
    Scope.PROJECT,
    "`DBOSClient` is used in workflow code",
    "python/reference/client",
    since="0.25",
)

UNKNOWN_WORKFLOW_NAME = Rule(
    "DBS805",
    "unknown-workflow-name",
    Level.WARNING,
    Scope.PROJECT,
    "workflow is enqueued under a name that the project does not register",
    "python/reference/client",
    since="0.25",
)

CLIENT_ON_CONFLICT = Rule(
    "DBS806",
    "client-on-conflict",
    Level.ERROR,
    Scope.EXPR,
    "client registers a queue for the latest version",
    "python/reference/client",
    since="2.20",
)

INVALID_TRANSACTIONAL_ENQUEUE = Rule(
    "DBS807",
    "invalid-transactional-enqueue",
    Level.ERROR,
    Scope.FUNCTION,
    "what is enqueued in a transaction attaches to others, or is waited for before the commit",
    "python/reference/client",
    since="2.24",
)

CLASS_NAME_MISSING = Rule(
    "DBS808",
    "class-name-missing",
    Level.WARNING,
    Scope.PROJECT,
    "method is enqueued by name without its class or instance",
    "python/reference/client",
    since="2.14",
)

ENQUEUE_AFTER_OWN_COMMIT = Rule(
    "DBS809",
    "enqueue-after-own-commit",
    Level.ADVICE,
    Scope.FUNCTION,
    "workflow is enqueued right after a transaction of its own",
    "python/reference/client",
    since="2.24",
)

RULES: tuple[Rule, ...] = (
    MISSING_ENQUEUE_OPTION,
    UNKNOWN_ENQUEUE_OPTION,
    CLIENT_NOT_DESTROYED,
    CLIENT_IN_WORKFLOW,
    UNKNOWN_WORKFLOW_NAME,
    CLIENT_ON_CONFLICT,
    INVALID_TRANSACTIONAL_ENQUEUE,
    CLASS_NAME_MISSING,
    ENQUEUE_AFTER_OWN_COMMIT,
)
