"""Messages, handles, patches and the event loop on the real dbos: the facts behind DBS504 to DBS908."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbos_lint.catalog import api, messages

from .engine import lines, page_program, run

pytestmark = pytest.mark.oracle

PROVES = {"DBS504", "DBS505", "DBS506", "DBS507", "DBS904", "DBS905", "DBS906", "DBS908"}


def page(code: str, heading: str) -> str:
    """A page's program as a module, so that its main guard stays closed."""
    return f"__name__ = 'page'\n{page_program(code, heading)}\n__name__ = '__main__'\n"


NOT_AWAITABLE = "raised TypeError: object str can't be used in 'await' expression"


@pytest.mark.parametrize(
    ("code", "calls", "bad", "good"),
    [
        (
            "DBS505",
            "show(approve, 'contract')",
            ["raised TypeError: 'NoneType' object is not subscriptable"],
            ["returned 'contract: nobody has answered'"],
        ),
        ("DBS904", "show(main)", ["raised DBOSException: DBOS Error: DBOS.patch must be called from a workflow"], None),
        (
            "DBS906",
            "show(paint, 'red', workflow_id='p'); show(exhibit, 'lilies'); show(sell, 'red'); print(recorded('p'))",
            [
                NOT_AWAITABLE,
                NOT_AWAITABLE,
                "raised AttributeError: 'coroutine' object has no attribute 'get_result'",
                "['mix']",
            ],
            ["returned 'red paint'", "returned 'framed lilies'", "returned 'red paint'", "['mix']"],
        ),
    ],
)
def test_page_programs(code: str, calls: str, bad: list[str], good: list[str] | None) -> None:
    assert lines(page(code, "Example"), calls) == bad
    assert lines(page(code, "Use instead"), calls) == (good or ["quote for chair", "returned None"])


# ---------------------------------------------------------------- what the rules know of the API is there


def member(name: str) -> object:
    """What dbos has under a qualified name of the catalog."""
    import dbos
    import dbos._client

    _, *path = name.split(".")
    found: object = dbos._client if path[0].startswith("WorkflowHandleClient") else dbos
    for part in path:
        found = getattr(found, part)
    return found


def test_calls_and_their_twins_are_there() -> None:
    for name, twin in api.WAITS_IN_LOOP.items():
        assert member(name) is not None
        assert not twin or member(f"{name.rpartition('.')[0]}.{twin.rpartition('.')[2]}") is not None
    assert api.WAITS_IN_LOOP.keys().isdisjoint(api.RAISES_IN_LOOP)
    for name in messages.READS_STREAM | messages.SENDS | messages.GIVES_NONE:
        assert member(name) is not None


# ---------------------------------------------------------------- DBS504, 506: streams and many messages

WATCH = """
import time
with _dbos.SetWorkflowID("w1"):
    DBOS.start_workflow(download, "u")
began = time.monotonic()
show(watch, "w1")
print(time.monotonic() - began > 1)
"""


def test_a_reader_waits_as_long_as_the_workflow() -> None:
    assert lines(page("DBS504", "Example"), WATCH) == ["returned [50]", "True"]
    assert [line.partition(":")[0] for line in lines(page("DBS504", "Use instead"), WATCH)] == [
        "raised DBOSStreamTimeoutError",
        "False",
    ]


WAKE = """
for name in "abc":
    with _dbos.SetWorkflowID(name):
        DBOS.start_workflow(sleeper)
show(wake, list("abc"), workflow_id="w1")
print([result(name) for name in "abc"], recorded("w1"))
"""


def test_one_step_for_many_messages() -> None:
    woken = "['good morning', 'good morning', 'good morning']"
    sent = "['DBOS.send', 'DBOS.send', 'DBOS.send']"

    assert lines(page("DBS506", "Example"), WAKE) == ["returned None", f"{woken} {sent}"]
    assert lines(page("DBS506", "Use instead"), WAKE) == ["returned None", f"{woken} ['DBOS.send_bulk']"]


# ---------------------------------------------------------------- DBS507: what is no ID

ADDRESSES = """
from dbos import DBOS, DBOSClient

@DBOS.workflow()
def bake(cake):
    DBOS.set_event("state", "hot")
    return cake

@DBOS.step()
def send_to_step():
    DBOS.send(DBOS.step_id, "x")

@DBOS.workflow()
def work():
    send_to_step()

def kind(function):
    try:
        function()
    except Exception as error:
        return type(error).__name__
    return "returned"
"""

CALLS = [
    "DBOS.send({}, 'x')",
    "DBOS.get_event({}, 'state', 0.1)",
    "DBOS.get_all_events({})",
    "DBOS.retrieve_workflow({})",
    "DBOS.get_workflow_status({})",
    "DBOS.get_result({})",
    "DBOS.cancel_workflow({})",
    "DBOS.resume_workflow({})",
    "DBOS.fork_workflow({}, 1)",
    "DBOS.list_workflow_steps({})",
    "DBOS.delete_workflow({})",
    "list(DBOS.read_stream({}, 'x', timeout_seconds=0.1))",
    "DBOS.send_bulk([_dbos.SendMessage({}, 'x')])",
    "client.send({}, 'x')",
    "client.get_event({}, 'state', 0.1)",
    "client.retrieve_workflow({})",
]
NO_IDS = ["handle", "bake", "handle.get_status()", "handle.get_workflow_id"]


def test_the_database_refuses_what_is_no_id() -> None:
    calls = "handle = DBOS.start_workflow(bake, 'x'); handle.get_result()\n"
    calls += "client = DBOSClient(system_database_url=_os.environ['DBOS_SQLITE'])\n"
    calls += "".join(f"print(kind(lambda: {call.format(no_id)}))\n" for call in CALLS for no_id in NO_IDS)

    assert set(lines(ADDRESSES, calls)) == {"ProgrammingError"}


def test_no_workflow_has_the_text_of_a_handle_or_step_id_for_its_id() -> None:
    calls = "handle = DBOS.start_workflow(bake, 'x'); handle.get_result()\n"
    calls += "print(kind(lambda: DBOS.send(str(handle), 'x')), DBOS.get_event(str(handle), 'state', 0.1))\n"
    calls += "print(kind(lambda: DBOS.send(str(DBOS.step_id), 'x')), DBOS.get_event(str(handle.workflow_id), 'state'))"

    assert lines(ADDRESSES, calls) == ["DBOSNonExistentWorkflowError None", "DBOSNonExistentWorkflowError hot"]


def test_an_id_is_accepted_and_a_step_id_is_not() -> None:
    calls = "handle = DBOS.start_workflow(bake, 'x'); print(DBOS.get_event(handle.workflow_id, 'state'))\n"
    calls += "print(kind(work), kind(send_to_step))"

    assert lines(ADDRESSES, calls) == ["hot", "TypeError IntegrityError"]
    assert lines(page("DBS507", "Example"), "show(state, 'x')")[0].startswith("raised ProgrammingError")
    assert lines(page("DBS507", "Use instead"), "show(state, 'x')") == ["returned 'hot'"]


# ---------------------------------------------------------------- DBS904: patches outside workflows

PATCHES = """
from dbos import DBOS

def patch(): return DBOS.patch("p")
def deprecate(): return DBOS.deprecate_patch("p")
async def patch_async(): return await DBOS.patch_async("p")
async def deprecate_async(): return await DBOS.deprecate_patch_async("p")
"""


def test_patches_outside_workflows() -> None:
    calls = "\n".join(f"show({name})" for name in ("patch", "deprecate", "patch_async", "deprecate_async"))

    assert lines(PATCHES, calls) == [
        f"raised DBOSException: DBOS Error: DBOS.{name} must be called from a workflow"
        for name in ("patch", "deprecate_patch", "patch_async", "deprecate_patch_async")
    ]


# ---------------------------------------------------------------- DBS905: patches that do not choose

OLD = """
from dbos import DBOS

@DBOS.step()
def label(parcel):
    return f"to {parcel}"

@DBOS.workflow()
def ship(parcel):
    text = label(parcel)
    _os._exit(7)
"""


@pytest.mark.parametrize(("heading", "ends_in"), [("Example", "DBOSUnexpectedStepError"), ("Use instead", "to p1")])
def test_a_patch_that_is_not_asked(tmp_path: Path, heading: str, ends_in: str) -> None:
    database = tmp_path / "dbos.sqlite"

    assert run(OLD, "show(ship, 'p1', workflow_id='w1')", database).returncode == 7
    assert ends_in in lines(page("DBS905", heading), "show(result, 'w1')", database)[0]


CHANGES = """
from dbos import DBOS

@DBOS.step()
def first(): pass

@DBOS.step()
def second(): pass

@DBOS.step()
def last(): pass

@DBOS.workflow()
def work():
    {changes}
    last()
    {end}
    return "done"
"""


@pytest.mark.parametrize(("name", "ends_in"), [("summer", "DBOSUnexpectedStepError"), ("winter", "returned 'done'")])
def test_two_changes_of_one_name(tmp_path: Path, name: str, ends_in: str) -> None:
    database = tmp_path / "dbos.sqlite"
    one = "second() if DBOS.patch('summer') else None"
    two = f"first() if DBOS.patch('{name}') else None; {one}"

    begun = run(CHANGES.format(changes=one, end="_os._exit(7)"), "show(work, workflow_id='w1')", database)
    assert begun.returncode == 7
    assert ends_in in lines(CHANGES.format(changes=two, end=""), "show(result, 'w1')", database)[0]


# ---------------------------------------------------------------- DBS906: halves that do not fit

HALVES = """
from dbos import DBOS

@DBOS.workflow()
def sync(x): return x

@DBOS.workflow()
async def work(x): return x

@DBOS.step()
def step(x): return x

async def start_step(): return await (await DBOS.start_workflow_async(step, 1)).get_result()
async def await_result(): return await DBOS.start_workflow(sync, 1).get_result()
async def await_start(): return await DBOS.start_workflow(sync, 1)
async def await_workflow(): return await sync(1)
async def status(): return (await DBOS.start_workflow_async(work, 1)).get_status().status
async def enqueued():
    handle = await DBOS.enqueue_workflow_async("q", sync, 1)
    return await handle.get_result(polling_interval_sec=0.05)
"""


def test_halves_that_do_not_fit() -> None:
    calls = "DBOS.register_queue('q', polling_interval_sec=0.05)\n"
    calls += "\n".join(
        f"show({name})" for name in "start_step await_result await_start await_workflow status enqueued".split()
    )

    assert lines(HALVES, calls) == [
        "raised TypeError: object int can't be used in 'await' expression",
        "raised TypeError: object int can't be used in 'await' expression",
        "raised TypeError: object WorkflowHandleFuture can't be used in 'await' expression",
        "raised TypeError: object int can't be used in 'await' expression",
        "raised AttributeError: 'coroutine' object has no attribute 'status'",
        "returned 1",
    ]


def test_a_synchronous_workflow_started_asynchronously_ends_in_error() -> None:
    calls = "show(exhibit, 'lilies')\nprint([w.status for w in DBOS.list_workflows(name='frame')])"

    assert lines(page("DBS906", "Example"), calls) == [NOT_AWAITABLE, "['ERROR']"]
    assert lines(page("DBS906", "Use instead"), calls) == ["returned 'framed lilies'", "['SUCCESS']"]


# ---------------------------------------------------------------- DBS908: the loop waits for the database

LOCKED = """
import asyncio
import sqlite3
import threading
import time
import sqlalchemy as sa
from dbos import DBOS, DBOSClient, Debouncer, SQLAlchemyDatasource

@DBOS.workflow()
def sync(x): return x

@DBOS.workflow()
async def work(x): return x

store = SQLAlchemyDatasource.create(_os.environ["DBOS_SQLITE"])
OPTIONS = {"queue_name": "q", "workflow_name": "sync"}

def hold(held):
    connection = sqlite3.connect(_os.environ["DBOS_SQLITE"].removeprefix("sqlite:///"), isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    held.set()
    time.sleep(0.3)
    connection.execute("COMMIT")

async def stalls(call):
    '''Whether the event loop stands still while another connection holds the database.'''
    held = threading.Event()
    holder = threading.Thread(target=hold, args=(held,))
    holder.start()
    held.wait()
    longest, done = 0.0, False

    async def tick():
        nonlocal longest
        while not done:
            before = time.monotonic()
            await asyncio.sleep(0.005)
            longest = max(longest, time.monotonic() - before)

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0.01)
    value = call()
    if asyncio.iscoroutine(value):
        await value
    await asyncio.sleep(0.02)
    done = True
    await ticking
    await asyncio.to_thread(holder.join)
    return longest > 0.15
"""

STALLS = """
queue = DBOS.register_queue("q", polling_interval_sec=60)
client = DBOSClient(system_database_url=_os.environ["DBOS_SQLITE"])
debouncer = Debouncer.create(sync)

async def main(calls):
    for call in calls:
        print(await stalls(call))

asyncio.run(main([{calls}]))
"""

BLOCKS = [
    "DBOS.start_workflow(sync, 1)",
    "DBOS.enqueue_workflow('q', sync, 1)",
    "debouncer.debounce('k', 60, 1)",
    "DBOS.list_schedules()",
    "DBOS.pause_schedule('s')",
    "DBOS.list_application_versions()",
    "client.enqueue(OPTIONS, 1)",
    "client.list_workflows()",
    "queue.worker_concurrency",
    "queue.set_worker_concurrency(2)",
    "store.run_tx_step(None, lambda: store.sql_session().execute(sa.text('CREATE TABLE t (x)')).close())",
]
LETS_GO_ON = [
    "DBOS.start_workflow_async(work, 1)",
    "DBOS.enqueue_workflow_async('q', sync, 1)",
    "debouncer.debounce_async('k', 60, 1)",
    "DBOS.list_schedules_async()",
    "asyncio.to_thread(DBOS.pause_schedule, 's')",
    "DBOS.list_application_versions_async()",
    "client.enqueue_async(OPTIONS, 1)",
    "client.list_workflows_async()",
    "queue.get_worker_concurrency_async()",
    "queue.set_worker_concurrency_async(2)",
    "asyncio.to_thread(DBOS.start_workflow, sync, 1)",
]


@pytest.mark.parametrize(("calls", "stalled"), [(BLOCKS, True), (LETS_GO_ON, False)], ids=["sync", "async"])
def test_the_loop_waits_for_the_database(calls: list[str], stalled: bool) -> None:
    program = STALLS.replace("{calls}", ", ".join(f"lambda: {call}" for call in calls))
    printed = lines(LOCKED, program)

    assert dict(zip(calls, printed, strict=True)) == dict.fromkeys(calls, str(stalled))


@pytest.mark.parametrize(("heading", "stalled"), [("Example", "True"), ("Use instead", "False")])
def test_accepting_orders(heading: str, stalled: str) -> None:
    program = f"{LOCKED}\n{page('DBS908', heading)}"

    assert lines(program, "print(asyncio.run(stalls(lambda: accept('o1'))))") == [stalled]
