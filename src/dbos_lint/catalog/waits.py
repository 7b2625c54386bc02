"""Functions of the standard library and its companions that run coroutines side by side, wait for them, limit their
time, or catch what is raised."""

from __future__ import annotations

from dbos_lint.catalog import api

GATHERS = frozenset({"asyncio.gather", "asyncio.tasks.gather"})
"""Calls that run the coroutines they are given side by side, and wait for all."""
GROUPS = frozenset({"asyncio.TaskGroup.create_task"})
"""Calls that make a task for which something else waits."""
MAKES_TASK = GROUPS | {
    "asyncio.create_task",
    "asyncio.ensure_future",
    "asyncio.tasks.create_task",
    "asyncio.tasks.ensure_future",
    "asyncio.AbstractEventLoop.create_task",
}
"""Calls that run a coroutine beside what follows."""
TASK_MAKERS = frozenset({"create_task", "ensure_future"})
"""Their last names."""
LAUNCHERS = TASK_MAKERS | {"gather", "wait", "asyncio_wait", "as_completed", "wait_for"}
"""The last names of calls that run coroutines side by side."""
AS_COMPLETED = frozenset({"asyncio.as_completed", "asyncio.tasks.as_completed"})
WAIT = frozenset({"asyncio.wait", "asyncio.tasks.wait"})
GIVES_SETS = WAIT | {api.ASYNCIO_WAIT}
"""Calls whose results are two sets of tasks: those that are done, and those that are not."""
WAIT_FOR = frozenset({"asyncio.wait_for", "asyncio.tasks.wait_for"})
FIRST = frozenset(
    {"asyncio.FIRST_COMPLETED", "asyncio.FIRST_EXCEPTION", "FIRST_COMPLETED", "FIRST_EXCEPTION"}
) | frozenset({"concurrent.futures.FIRST_COMPLETED", "concurrent.futures.FIRST_EXCEPTION"})
"""Values of ``return_when`` with which a wait does not wait for all."""

TIMEOUTS = frozenset(
    {
        "asyncio.timeout",
        "asyncio.timeout_at",
        "asyncio.timeouts.timeout",
        "asyncio.timeouts.timeout_at",
        "async_timeout.timeout",
        "async_timeout.timeout_at",
        "anyio.fail_after",
        "anyio.move_on_after",
        "trio.fail_after",
        "trio.move_on_after",
    }
)
"""Context managers that cancel what runs within them when the time is up."""
ALARMS = frozenset({"signal.alarm", "signal.setitimer"})
"""Calls that have a signal interrupt what comes next; no seconds turn them off."""
ALARM_TERMINALS = frozenset({"alarm", "setitimer"})

SUPPRESSES = frozenset({"contextlib.suppress"})
CATCH_CANCELLATION = frozenset(
    {"BaseException", "dbos.error.DBOSWorkflowCancelledError", "dbos.error.DBOSBaseException"}
)
"""Classes whose handlers catch the cancellation of a workflow, which is no ``Exception``."""
CATCH_UNEXPECTED = frozenset(
    {"BaseException", "Exception", "dbos.error.DBOSException", "dbos.error.DBOSUnexpectedStepError"}
)
"""Classes whose handlers catch that a replay does not fit what was recorded."""

MAPS = frozenset({"map", "itertools.starmap"})
"""Functions that call the first of their arguments for what the second holds."""

THREADS = frozenset({"to_thread", "run_sync", "run_in_threadpool"})
"""Last names of the calls that run a function in a thread within dbos's context."""
MENTIONED = ALARM_TERMINALS | {"map", "starmap"}
"""Last names of calls that may be a hazard where nothing around them is."""
