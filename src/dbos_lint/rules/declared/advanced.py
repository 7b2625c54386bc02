"""Async code, patching and versions."""

from __future__ import annotations

from dbos_lint.diagnostic import Level, Rule, Scope
from dbos_lint.fix import Applicability

SYNC_CALL_IN_EVENT_LOOP = Rule(
    "DBS901",
    "sync-call-in-event-loop",
    Level.ERROR,
    Scope.PROJECT,
    "synchronous DBOS call raises in an event loop",
    "python/tutorials/workflow-tutorial#coroutine-async-workflows",
    fix=Applicability.SAFE,
    since="2.10",
)

BLOCKING_CALL_IN_EVENT_LOOP = Rule(
    "DBS902",
    "blocking-call-in-event-loop",
    Level.ERROR,
    Scope.PROJECT,
    "synchronous workflow, step or handle call blocks the event loop",
    "python/tutorials/workflow-tutorial#coroutine-async-workflows",
    fix=Applicability.UNSAFE,
)

MISSING_AWAIT = Rule(
    "DBS903",
    "missing-await",
    Level.ERROR,
    Scope.PROJECT,
    "coroutine of a DBOS call is never awaited",
    "python/tutorials/workflow-tutorial#coroutine-async-workflows",
    fix=Applicability.UNSAFE,
)

PATCH_OUTSIDE_WORKFLOW = Rule(
    "DBS904",
    "patch-outside-workflow",
    Level.ERROR,
    Scope.PROJECT,
    "`DBOS.patch` is called outside workflows",
    "python/tutorials/upgrading-workflows",
    since="2.7",
)

PATCH_MISUSED = Rule(
    "DBS905",
    "patch-misused",
    Level.WARNING,
    Scope.FUNCTION,
    "`DBOS.patch` does not choose between old and new code",
    "python/tutorials/upgrading-workflows",
    since="2.7",
)

ASYNC_HANDLE_UNAWAITED = Rule(
    "DBS906",
    "async-handle-unawaited",
    Level.ERROR,
    Scope.FUNCTION,
    "`await` is missing at a handle, or stands at what cannot be awaited",
    "python/tutorials/workflow-tutorial#coroutine-async-workflows",
    fix=Applicability.UNSAFE,
)

PORTABLE_TYPE_LOSS = Rule(
    "DBS907",
    "portable-type-loss",
    Level.WARNING,
    Scope.FUNCTION,
    "portable JSON changes or refuses the type of a value",
    "explanations/portable-workflows",
    since="2.14",
)

DATABASE_CALL_IN_EVENT_LOOP = Rule(
    "DBS908",
    "database-call-in-event-loop",
    Level.WARNING,
    Scope.PROJECT,
    "synchronous DBOS call waits for the database in an event loop",
    "python/tutorials/workflow-tutorial#coroutine-async-workflows",
    fix=Applicability.SAFE,
)

WORKFLOW_SHAPE_CHANGED = Rule(
    "DBS910",
    "workflow-shape-changed",
    Level.ERROR,
    Scope.REVISIONS,
    "workflow's sequence of durable calls changed without a patch or another application version",
    "python/tutorials/upgrading-workflows",
)

STEP_RENAMED = Rule(
    "DBS911",
    "step-renamed",
    Level.ERROR,
    Scope.REVISIONS,
    "step or workflow that runs in flight may have recorded has another name",
    "python/tutorials/upgrading-workflows",
)

PATCH_REMOVED_EARLY = Rule(
    "DBS912",
    "patch-removed-early",
    Level.WARNING,
    Scope.REVISIONS,
    "patch was removed without deprecate_patch",
    "python/tutorials/upgrading-workflows",
    since="2.7",
)

UNKNOWN_SYMBOL = Rule(
    "DBS949",
    "unknown-symbol",
    Level.ERROR,
    Scope.MODULE,
    "name, attribute or argument that dbos never had",
    "python/reference/dbos-class",
    fix=Applicability.UNSAFE,
)

REMOVED_SYMBOL = Rule(
    "DBS950",
    "removed-symbol",
    Level.ERROR,
    Scope.PROJECT,
    "name, attribute or argument that dbos no longer has",
    "python/reference/dbos-class",
    fix=Applicability.SAFE,
)

REMOVED_TRANSACTION_DECORATOR = Rule(
    "DBS951",
    "removed-transaction-decorator",
    Level.ERROR,
    Scope.MODULE,
    "`@DBOS.transaction` and `DBOS.sql_session` are gone",
    "python/tutorials/transaction-tutorial",
    fix=Applicability.UNSAFE,
    since="3.0",
)

REMOVED_QUEUE_CONSTRUCTOR = Rule(
    "DBS952",
    "removed-queue-constructor",
    Level.ERROR,
    Scope.MODULE,
    "queues are no longer made by `Queue(...)`",
    "python/tutorials/queue-tutorial",
    fix=Applicability.UNSAFE,
    since="3.0",
)

REMOVED_SCHEDULED_DECORATOR = Rule(
    "DBS953",
    "removed-scheduled-decorator",
    Level.ERROR,
    Scope.MODULE,
    "`@DBOS.scheduled` is gone",
    "python/tutorials/scheduled-workflows",
    fix=Applicability.UNSAFE,
    since="3.0",
)

REMOVED_FRAMEWORK_ARGUMENT = Rule(
    "DBS954",
    "removed-framework-argument",
    Level.ERROR,
    Scope.EXPR,
    "`DBOS(fastapi=...)` and `DBOS(flask=...)` are gone",
    "python/reference/dbos-class",
    fix=Applicability.UNSAFE,
    since="3.0",
)

REMOVED_CONFIG_KEY = Rule(
    "DBS955",
    "removed-config-key",
    Level.ERROR,
    Scope.EXPR,
    "configuration key that dbos no longer has",
    "python/reference/configuration",
    fix=Applicability.SAFE,
    since="1.0",
)

REMOVED_QUEUE_PARAMETER = Rule(
    "DBS956",
    "removed-queue-parameter",
    Level.ERROR,
    Scope.EXPR,
    "queue argument that dbos no longer takes",
    "python/tutorials/queue-tutorial",
    fix=Applicability.SAFE,
    since="3.0",
)

DEPRECATED_SYMBOL = Rule(
    "DBS960",
    "deprecated-symbol",
    Level.WARNING,
    Scope.PROJECT,
    "name, attribute or argument that dbos will take away",
    "python/reference/dbos-class",
    fix=Applicability.SAFE,
)

SYMBOL_TOO_NEW = Rule(
    "DBS970",
    "symbol-too-new",
    Level.ERROR,
    Scope.PROJECT,
    "name, attribute or argument that the target version of dbos does not have yet",
    "python/reference/dbos-class",
)

RULES: tuple[Rule, ...] = (
    SYNC_CALL_IN_EVENT_LOOP,
    BLOCKING_CALL_IN_EVENT_LOOP,
    MISSING_AWAIT,
    PATCH_OUTSIDE_WORKFLOW,
    PATCH_MISUSED,
    ASYNC_HANDLE_UNAWAITED,
    PORTABLE_TYPE_LOSS,
    DATABASE_CALL_IN_EVENT_LOOP,
    WORKFLOW_SHAPE_CHANGED,
    STEP_RENAMED,
    PATCH_REMOVED_EARLY,
    UNKNOWN_SYMBOL,
    REMOVED_SYMBOL,
    REMOVED_TRANSACTION_DECORATOR,
    REMOVED_QUEUE_CONSTRUCTOR,
    REMOVED_SCHEDULED_DECORATOR,
    REMOVED_FRAMEWORK_ARGUMENT,
    REMOVED_CONFIG_KEY,
    REMOVED_QUEUE_PARAMETER,
    DEPRECATED_SYMBOL,
    SYMBOL_TOO_NEW,
)
