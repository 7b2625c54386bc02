"""What dbos asks of classes, of blocks of options, and of schedules."""

from __future__ import annotations

from dbos_lint.catalog import api

CONFIGURED_INSTANCE = "dbos.DBOSConfiguredInstance"
CONFIGURED_CLASSES = frozenset({CONFIGURED_INSTANCE, "pydantic_ai.durable_exec.dbos.DBOSAgent"})
"""It, and classes of other packages that derive from it."""
REGISTERS_CLASS = frozenset({f"{api.DBOS}.dbos_class", f"{api.DBOS}.default_required_roles"})
"""Decorators that make a class known to dbos."""

SET_ID = "dbos.SetWorkflowID"
SET_TIMEOUT = "dbos.SetWorkflowTimeout"
SET_ATTRIBUTES = "dbos.SetWorkflowAttributes"
SET_ENQUEUE_OPTIONS = "dbos.SetEnqueueOptions"
SET_SHARD_KEY = "dbos.SetShardKey"
BLOCKS = frozenset({SET_ID, SET_TIMEOUT, SET_ATTRIBUTES, SET_ENQUEUE_OPTIONS, SET_SHARD_KEY})
"""Blocks that speak of the workflows that are started in them."""
ACTING_BLOCKS = frozenset({SET_ID, SET_TIMEOUT, SET_ATTRIBUTES})
"""Those that a rule of this category judges; the options for queues have rules of their own."""

TAKES_ID = api.STARTS | api.with_async(frozenset({f"{api.DBOS}.fork_workflow"}))
"""Calls that take the ID of the block around them."""

SCHEDULED = f"{api.DBOS}.scheduled"
CREATES_SCHEDULE = {
    **dict.fromkeys(api.with_async(frozenset({f"{api.DBOS}.create_schedule"})), "workflow_fn"),
    **dict.fromkeys(api.with_async(frozenset({f"{api.CLIENT}.create_schedule"})), "workflow_name"),
}
"""Calls that create one schedule, with the key under which they are told of the workflow."""
ENGINE_CREATES_SCHEDULE = frozenset(name for name, key in CREATES_SCHEDULE.items() if key == "workflow_fn")
"""Those of them that the engine itself answers, not a client."""
APPLIES_SCHEDULES = {
    **dict.fromkeys(api.with_async(frozenset({f"{api.DBOS}.apply_schedules"})), "workflow_fn"),
    **dict.fromkeys(api.with_async(frozenset({f"{api.CLIENT}.apply_schedules"})), "workflow_name"),
}
"""Calls that take a list of schedules."""
SCHEDULE_KEYS = {
    "workflow_fn": frozenset(
        "schedule_name workflow_fn schedule context automatic_backfill cron_timezone queue_name shard_key".split()
    ),
    "workflow_name": frozenset(
        "schedule_name workflow_name schedule context workflow_class_name automatic_backfill cron_timezone queue_name "
        "application_name shard_key".split()
    ),
}
"""The keys of a schedule, of any release, by that of its workflow."""
NOT_IN_WORKFLOW = api.with_async(frozenset({f"{api.DBOS}.apply_schedules"})) | {
    f"{api.DBOS}.backfill_schedule",
    f"{api.DBOS}.trigger_schedule",
}
"""Calls that raise in a workflow."""
ASKS_FOR_SCHEDULES = api.with_async(
    frozenset(f"{api.DBOS}.{name}" for name in ("get_schedule", "list_schedules", "delete_schedule"))
) | {f"{api.DBOS}.reset_system_database"}
"""Calls by which a program makes sure that a schedule does not exist."""

CREATES_DEBOUNCER = api.with_async(frozenset({f"{api.DEBOUNCER}.create"}))
