"""What dbos does in the background, and what a program does that waits for it."""

from __future__ import annotations

from dbos_lint.catalog import api

_QUEUES = api.with_async(
    frozenset(
        f"{api.DBOS}.{name}"
        for name in ("register_queue", "enqueue_workflow", "enqueue_workflow_with_options", "create_schedule")
    )
    | {f"{api.QUEUE}.enqueue"}
)
NEEDS_PROCESS = _QUEUES | {
    f"{api.DBOS}.apply_schedules",
    f"{api.DBOS}.apply_schedules_async",
    f"{api.DBOS}.listen_queues",
    f"{api.DBOS}.start_workflow_async",
}
"""Calls whose work ends with the process, or with the event loop; what ``start_workflow`` starts is waited for."""
POLLS = frozenset({f"{api.DBOS}.scheduled", f"{api.DBOS}.kafka_consumer"})
"""Decorators of functions that dbos calls from the background."""

WAITS = frozenset(
    "acquire as_completed asyncio_wait communicate gather get_event get_event_async get_result get_result_async "
    "get_status get_workflow_status get_workflow_status_async input join list_queued_workflows list_workflows "
    "list_workflows_async pause read_stream read_stream_async recv recv_async result run_forever select serve "
    "serve_forever sigtimedwait sigwait sleep sleep_async wait wait_closed wait_first wait_first_async wait_for".split()
)
"""Last names of calls that wait for something, or ask for it again and again."""
