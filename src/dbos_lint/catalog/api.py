"""What the dbos API does in each context: seen by running dbos 3.4.0 on SQLite (the oracle tests see it again).

Names are qualified as a program that does ``import dbos`` would write them.
"""

from __future__ import annotations

from functools import cache

DBOS = "dbos.DBOS"
QUEUE = "dbos.Queue"
DEBOUNCER = "dbos.Debouncer"
# Our name for a debouncer with a queue of its own, which it looks up whenever it is called.
QUEUE_DEBOUNCER = "dbos.QueueDebouncer"
HANDLE = "dbos.WorkflowHandle"
ASYNC_HANDLE = "dbos.WorkflowHandleAsync"
CLIENT = "dbos.DBOSClient"
# What a client gives: its methods ask the database, whatever the context, and none of them raises in an event loop.
CLIENT_HANDLE = "dbos.WorkflowHandleClientPolling"
CLIENT_ASYNC_HANDLE = "dbos.WorkflowHandleClientAsyncPolling"
DATASOURCES = {
    "dbos.SQLAlchemyDatasource": False,
    "dbos.AsyncSQLAlchemyDatasource": True,
}
"""Datasource classes; the value says whether their transactions are coroutines."""

WORKFLOW = "workflow"
STEP = "step"
TRANSACTION = "transaction"
OTHER_DECORATOR = "other"

DECORATORS: dict[str, str] = {
    "dbos.DBOS.workflow": WORKFLOW,
    "dbos.DBOS.step": STEP,
    "dbos.DBOS.transaction": TRANSACTION,
    "dbos.DBOS.communicator": STEP,
    "dbos.DBOS.scheduled": OTHER_DECORATOR,
    "dbos.DBOS.kafka_consumer": OTHER_DECORATOR,
    "dbos.DBOS.required_roles": OTHER_DECORATOR,
    "dbos.DBOS.default_required_roles": OTHER_DECORATOR,
    "dbos.DBOS.dbos_class": OTHER_DECORATOR,
    "dbos.DBOS.alert_handler": OTHER_DECORATOR,
    **{f"{datasource}.transaction": TRANSACTION for datasource in DATASOURCES},
}
"""Decorators of dbos, with the kind of durable function that they make."""

NEEDS_PARENTHESES = frozenset(
    f"{DBOS}.{name}"
    for name in [
        "workflow",
        "step",
        "transaction",
        "scheduled",
        "dbos_class",
        "required_roles",
        "default_required_roles",
    ]
)
"""Decorators that must be called; ``alert_handler`` must not be."""
KEYWORDS_ONLY = frozenset({"dbos.DBOS.workflow", "dbos.DBOS.step"})
"""Decorators that take no positional argument."""
ALERT_HANDLER = "dbos.DBOS.alert_handler"

CREATES_DATASOURCE = {f"{datasource}.create": datasource for datasource in DATASOURCES}
TAKES_URL = frozenset({CLIENT, *CREATES_DATASOURCE})
"""What is given the URL of a database by itself, not in a configuration."""


def _dbos(names: str) -> frozenset[str]:
    return frozenset(f"{DBOS}.{name}" for name in names.split())


def with_async(names: frozenset[str]) -> frozenset[str]:
    """``names`` and their ``_async`` twins."""
    return names | {f"{name}_async" for name in names}


_DEBOUNCES = frozenset({f"{DEBOUNCER}.debounce", f"{QUEUE_DEBOUNCER}.debounce"})
STARTS = with_async(
    _dbos("start_workflow enqueue_workflow enqueue_workflow_with_options") | {f"{QUEUE}.enqueue", *_DEBOUNCES}
)
"""Calls that start, enqueue or debounce a workflow: AssertionError in a step or transaction."""

FUNCTION_ARGUMENT: dict[str, int] = {
    **dict.fromkeys(with_async(_dbos("start_workflow")), 0),
    **dict.fromkeys(with_async(_dbos("enqueue_workflow")), 1),
    **dict.fromkeys(with_async(frozenset({f"{QUEUE}.enqueue"})), 0),
    "dbos.Debouncer.create": 0,
}
"""Calls that are given a workflow function, with the position at which they take it."""

STORES_ARGUMENTS: dict[str, int] = {
    **{name: place + 1 for name, place in FUNCTION_ARGUMENT.items() if name != f"{DEBOUNCER}.create"},
    **dict.fromkeys(with_async(_dbos("enqueue_workflow_with_options") | {f"{CLIENT}.enqueue"}), 1),
    **dict.fromkeys(with_async(_DEBOUNCES), 2),
}
"""Calls that store the arguments of a workflow, with the position of the first; those of steps are not stored."""
STORES_VALUE: dict[str, tuple[int, str]] = {
    **dict.fromkeys(with_async(_dbos("set_event write_stream")), (1, "value")),
    **dict.fromkeys(with_async(_dbos("send") | {f"{CLIENT}.send"}), (1, "message")),
}
"""Calls that store one value, with where they take it."""

RUNS_STEP: dict[str, str] = {
    f"{DBOS}.run_step": STEP,
    f"{DBOS}.run_step_async": STEP,
    "dbos.StepReservation.run": STEP,
    "dbos.StepReservation.run_async": STEP,
    **{f"{datasource}.run_tx_step": TRANSACTION for datasource in DATASOURCES},
    **{f"{datasource}.run_tx_step_async": TRANSACTION for datasource in DATASOURCES},
}
"""Calls that run the function given second (after the options) as a step or transaction."""

SLEEP = with_async(_dbos("sleep"))
RECV = with_async(_dbos("recv"))
WORKFLOW_ONLY = with_async(_dbos("sleep patch deprecate_patch reserve_step")) - {f"{DBOS}.reserve_step_async"}
"""Calls that raise in a step or transaction (``recv`` aside, which has a rule of its own)."""
ASKS_PATCH = with_async(_dbos("patch"))
PATCHES = ASKS_PATCH | with_async(_dbos("deprecate_patch"))
RAISES_OUTSIDE = with_async(_dbos("recv set_event sleep write_stream close_stream patch deprecate_patch reserve_step"))
"""Calls that raise outside a workflow."""

_LOOP = (
    "cancel_workflow cancel_workflows close_stream delete_queue delete_workflow delete_workflows deprecate_patch "
    "fork_workflow get_all_events get_event get_result get_workflow_status list_queued_workflows list_queues "
    "list_workflow_steps list_workflows patch read_stream read_stream_offset recv register_queue resume_workflow "
    "resume_workflows retrieve_queue retrieve_workflow rewind_workflow run_step send send_bulk set_event "
    "set_workflow_delay sleep update_workflow_attributes wait_first write_stream"
)
RAISES_IN_LOOP: dict[str, str] = {
    **{f"{DBOS}.{name}": f"DBOS.{name}_async" for name in _LOOP.split()},
    f"{HANDLE}.get_status": "DBOS.get_workflow_status_async",
    f"{QUEUE_DEBOUNCER}.debounce": "debounce_async",
    "dbos.StepReservation.run": "run_async",
}
"""Synchronous calls that raise RuntimeError while an event loop runs, with what to await instead."""

RAISES_IN_LOOP_SINCE_2_21 = _dbos("delete_queue register_queue retrieve_queue") | {f"{QUEUE_DEBOUNCER}.debounce"}
"""Those of them that did not before 2.21; the others raise since 2.10, or since they are there."""

GENERATORS = _dbos("read_stream") | {f"{CLIENT}.read_stream"}
"""Calls that do their work only when what they give is iterated over."""

_TWINS = (
    "start_workflow enqueue_workflow enqueue_workflow_with_options create_schedule apply_schedules list_schedules "
    "get_schedule delete_schedule list_application_versions get_latest_application_version "
    "set_latest_application_version"
)
# The same, of a client; none of its methods raises in an event loop.
_CLIENT_TWINS = (
    "enqueue register_queue retrieve_queue delete_queue list_queues retrieve_workflow wait_first send send_bulk "
    "get_event cancel_workflow cancel_workflows update_workflow_attributes delete_workflow delete_workflows "
    "resume_workflow resume_workflows rewind_workflow fork_workflow set_workflow_delay list_workflows "
    "list_queued_workflows list_workflow_steps read_stream read_stream_offset create_schedule list_schedules "
    "get_schedule delete_schedule apply_schedules list_application_versions get_latest_application_version "
    "set_latest_application_version check_connection rename_application"
)
_NO_TWINS = "pause_schedule resume_schedule backfill_schedule trigger_schedule"
_QUEUE_LIMITS = (
    "concurrency global_concurrency worker_concurrency limiter partition_concurrency partition_worker_concurrency "
    "partition_limiter polling_interval_sec"
)
QUEUE_PROPERTIES: dict[str, str] = {name: f"get_{name}_async" for name in _QUEUE_LIMITS.split()}
"""Properties of a queue, which ask the database, with what to await instead."""

WAITS_IN_LOOP: dict[str, str] = {
    **{f"{DBOS}.{name}": f"DBOS.{name}_async" for name in _TWINS.split()},
    **{f"{CLIENT}.{name}": f"{name}_async" for name in _CLIENT_TWINS.split()},
    **{f"{owner}.{name}": "" for owner in (DBOS, CLIENT) for name in _NO_TWINS.split()},
    **{f"{QUEUE}.set_{name}": f"set_{name}_async" for name in QUEUE_PROPERTIES},
    **{f"{QUEUE}.{name}": twin for name, twin in QUEUE_PROPERTIES.items()},
    f"{QUEUE}.enqueue": "enqueue_async",
    f"{DEBOUNCER}.debounce": "debounce_async",
    "dbos.DebouncerClient.debounce": "debounce_async",
    f"{CLIENT_HANDLE}.get_status": "",
    "dbos.SQLAlchemyDatasource.run_tx_step": "",
}
"""Synchronous calls that work in the database, and that dbos lets pass while an event loop runs, with what to await
instead; empty where there is no such twin."""

_GIVES_HANDLE = "enqueue retrieve_workflow wait_first resume_workflow resume_workflows rewind_workflow fork_workflow"
GIVES_HANDLE = (
    _dbos(f"start_workflow enqueue_workflow enqueue_workflow_with_options {_GIVES_HANDLE}")
    | {f"{CLIENT}.{name}" for name in _GIVES_HANDLE.split()}
    | {f"{QUEUE}.enqueue", "dbos.DebouncerClient.debounce", *_DEBOUNCES}
)
"""Synchronous calls that give handles, which are asynchronous ones where their twins give them."""

TELLS_WORKFLOW = frozenset({"workflow_id", "step_id", "step_status"})
"""Attributes of DBOS that tell whether a workflow is running: code that reads them knows where it is."""

DURABLE = with_async(
    _dbos(
        "run_step sleep recv send send_bulk set_event get_event get_all_events write_stream close_stream read_stream "
        "start_workflow enqueue_workflow enqueue_workflow_with_options patch deprecate_patch retrieve_workflow "
        "get_result get_workflow_status list_workflows list_queued_workflows list_workflow_steps cancel_workflow "
        "cancel_workflows resume_workflow resume_workflows fork_workflow rewind_workflow delete_workflow "
        "delete_workflows update_workflow_attributes wait_first set_workflow_delay"
    )
    | {f"{QUEUE}.enqueue", "dbos.StepReservation.run", *_DEBOUNCES}
    | {f"{datasource}.run_tx_step" for datasource in DATASOURCES}
) | {
    "dbos.DBOS.asyncio_wait",
    *(f"{handle}.{method}" for handle in (HANDLE, ASYNC_HANDLE) for method in ("get_result", "get_status")),
}
"""Calls that dbos records in the running workflow."""

NEEDS_LAUNCH = (
    DURABLE
    | with_async(
        _dbos(
            "register_queue retrieve_queue list_queues delete_queue create_schedule apply_schedules list_schedules "
            "get_schedule delete_schedule pause_schedule resume_schedule backfill_schedule trigger_schedule "
            "list_application_versions get_latest_application_version set_latest_application_version read_stream_offset"
        )
    )
) - {f"{DBOS}.run_step", f"{DBOS}.asyncio_wait"}
"""Calls that raise before launch, for they need the system database."""

BEFORE_LAUNCH = _dbos("listen_queues alert_handler") | frozenset(CREATES_DATASOURCE)
"""Calls that raise after launch."""

_COROUTINES = frozenset(
    {
        f"{DBOS}.asyncio_wait",
        *(
            f"{handle}.{method}"
            for handle in (ASYNC_HANDLE, CLIENT_ASYNC_HANDLE)
            for method in ("get_result", "get_status")
        ),
        *(f"dbos.AsyncSQLAlchemyDatasource.{method}" for method in ("migrate", "run_migrations")),
    }
)
# They end in ``_async`` and give something to iterate over, or at once what they make.
_NO_COROUTINES = frozenset({"read_stream_async", "create_async"})


@cache
def gives_coroutine(name: str) -> bool:
    """Whether calling ``name`` gives a coroutine, which does nothing until it is awaited."""
    if name in _COROUTINES:
        return True
    method = name.rpartition(".")[2]
    return (
        name.startswith("dbos.") and name.count(".") == 2 and method.endswith("_async") and method not in _NO_COROUTINES
    )


ASYNCIO_WAIT = f"{DBOS}.asyncio_wait"
"""Waits like ``asyncio.wait``, and records which tasks were done."""

LAUNCH = f"{DBOS}.launch"
DESTROY = f"{DBOS}.destroy"
RESET = f"{DBOS}.reset_system_database"

TOO_EARLY = NEEDS_LAUNCH - RAISES_OUTSIDE - frozenset(name for name in NEEDS_LAUNCH if ".run_tx_step" in name)
"""Calls that raise because they come before launch: not those that raise outside workflows anyway, nor those of
which it was not seen."""

LIFECYCLE = TOO_EARLY | BEFORE_LAUNCH | {DBOS, LAUNCH, DESTROY, RESET}
"""Calls whose place before or after launch matters."""

REGISTERS = with_async(_dbos("register_queue create_schedule apply_schedules"))
"""Calls that write queues or schedules to the system database."""

REGISTERS_QUEUE = with_async(_dbos("register_queue"))
_LIMITS = (
    "concurrency global_concurrency worker_concurrency limiter polling_interval_sec partition_concurrency "
    "partition_worker_concurrency partition_limiter priority_enabled partition_queue"
)
CONFIGURES_QUEUE = (
    REGISTERS_QUEUE
    | with_async(_dbos("delete_queue"))
    | with_async(frozenset(f"{QUEUE}.set_{name}" for name in _LIMITS.split()))
)
"""Calls that change what queues there are, and their limits: none of them is recorded in a workflow."""

SESSIONS = frozenset(f"{datasource}.sql_session" for datasource in DATASOURCES)
"""Calls that give the session of the running transaction, and raise everywhere else."""

SESSION = "dbos.TransactionSession"
"""Our name for the session of a transaction: a datasource's, which dbos itself commits."""

ENDS_TRANSACTION = frozenset(f"{SESSION}.{name}" for name in ("commit", "rollback", "close", "begin"))
"""Calls on it that raise, or make dbos raise at the end of the transaction."""

CATCHES_RETRIES_EXCEEDED = frozenset(
    {
        "BaseException",
        "Exception",
        "dbos.error.DBOSBaseException",
        "dbos.error.DBOSException",
        "dbos.error.DBOSMaxStepRetriesExceeded",
    }
)
"""Exception classes whose handlers see that a retried step gave up."""

GET_EVENT = with_async(_dbos("get_event"))
RECORDS = with_async(_dbos("set_event write_stream"))
"""Calls that record the value that they are given second, as data of the workflow."""
SETS_ID = frozenset({"dbos.SetWorkflowID"})
SETS_TIMEOUT = frozenset({"dbos.SetWorkflowTimeout"})
SETS_OPTIONS = frozenset(
    f"dbos.{name}"
    for name in [
        "SetWorkflowAttributes",
        "SetEnqueueOptions",
        "SetShardKey",
        "SetWorkflowDebounce",
    ]
)
"""What the workflows that are started in a block take over from it."""
WAITS = frozenset({f"{DBOS}.asyncio_wait"})

UNRECORDED = with_async(
    _dbos("retrieve_queue list_queues list_application_versions get_latest_application_version")
) | {f"{QUEUE}.{name}" for pair in QUEUE_PROPERTIES.items() for name in pair}
"""What asks the database, in a workflow too, without that dbos records the answer."""

RETRY_OPTIONS = frozenset({"max_attempts", "interval_seconds", "backoff_rate", "should_retry"})
OPTIONS_OF_STEPS = RETRY_OPTIONS | {"name", "retries_allowed", "preemptible", "timeout_seconds"}

UNRECORDED_BY_CLIENT = with_async(
    frozenset(
        f"{CLIENT}.{name}"
        for name in (
            "apply_schedules backfill_schedule cancel_workflow cancel_workflows create_schedule delete_schedule "
            "delete_workflow delete_workflows enqueue enqueue_in_transaction fork_workflow get_event "
            "get_latest_application_version get_schedule list_application_versions list_queued_workflows list_queues "
            "list_schedules list_workflow_steps list_workflows pause_schedule read_stream read_stream_offset "
            "rename_application resume_schedule resume_workflow resume_workflows retrieve_queue retrieve_workflow "
            "rewind_workflow send send_bulk send_bulk_in_transaction send_in_transaction set_workflow_delay "
            "set_latest_application_version trigger_schedule update_workflow_attributes wait_first"
        ).split()
    )
    | {"dbos.DebouncerClient.debounce"}
)
"""What a client does in a workflow without a record: again on recovery, or with another result."""

CONFIG = "dbos.DBOSConfig"
ENQUEUE_OPTIONS = "dbos.EnqueueOptions"
STEP_OPTIONS = "dbos.StepOptions"
SCHEDULE = "dbos.ScheduleInput"
CLIENT_SCHEDULE = "dbos.ClientScheduleInput"
TYPED_DICTS = frozenset({CONFIG, ENQUEUE_OPTIONS, STEP_OPTIONS, SCHEDULE, CLIENT_SCHEDULE})
"""Types of the dicts that dbos takes."""
TAKES_DICT: dict[str, tuple[str, tuple[int | str, ...]]] = {
    DBOS: (CONFIG, ("config",)),
    **dict.fromkeys(
        with_async(frozenset({f"{CLIENT}.enqueue", f"{DBOS}.enqueue_workflow_with_options"})),
        (ENQUEUE_OPTIONS, ("options", 0)),
    ),
    f"{CLIENT}.enqueue_in_transaction": (ENQUEUE_OPTIONS, ("options", 1)),
    "dbos.DebouncerClient": (ENQUEUE_OPTIONS, ("workflow_options", 1)),
    **dict.fromkeys(with_async(_dbos("run_step")), (STEP_OPTIONS, ("dbos_step_options", 0))),
    **dict.fromkeys(with_async(_dbos("apply_schedules")), (SCHEDULE, ("schedules", 0))),
    **dict.fromkeys(with_async(frozenset({f"{CLIENT}.apply_schedules"})), (CLIENT_SCHEDULE, ("schedules", 0))),
}
"""Calls that take such a dict, or a list of them: its type, and where it is given."""

# Submodules through which the public names can be reached too.
_PRIVATE = "dbos._"


def canonical(name: str) -> str:
    """The public name of what ``name``, inside the dbos package, denotes."""
    if name.startswith(_PRIVATE):
        module, _, rest = name.removeprefix("dbos.").partition(".")
        return f"dbos.error.{rest}" if module == "_error" and rest else f"dbos.{rest}" if rest else name
    return name
