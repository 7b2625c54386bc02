"""Synchronous calls in an event loop, blocked loops and forgotten awaits, on the real dbos."""

from __future__ import annotations

import pytest

from tests.oracle.engine import PRELUDE, Completed, page_program, run_program

pytestmark = pytest.mark.oracle

PROVES = {"DBS901", "DBS902", "DBS903"}


def run(program: str, calls: str) -> Completed:
    """Run a program and calls after it, which must not fail."""
    done = run_program(PRELUDE + program + "\n" + calls)
    assert done.returncode == 0, done.stderr
    return done


# ------------------------------------------------------------------------------------------ DBS901

REFUSED = "RuntimeError: {0}() was called while an event loop is running. Use await {0}_async(...) instead."

ORDER = """
launch()
with _dbos.SetWorkflowID("order"):
    handle = _dbos.DBOS.start_workflow(fulfil, "7")
_dbos.DBOS.send("order", True, topic="payment")
show(handle.get_result)
print(_dbos.DBOS.get_event("order", "state", timeout_seconds=0))
"""


@pytest.mark.parametrize(
    ("heading", "lines"),
    [
        ("Example", ["raised " + REFUSED.format("set_event"), "None"]),
        ("Use instead", ["returned 'shipped 7'", "waiting"]),
    ],
)
def test_a_synchronous_call_in_an_async_workflow(heading: str, lines: list[str]) -> None:
    assert run(page_program("DBS901", heading), ORDER).lines == lines


# Every call that refuses, and the method that the message names; `i` is the ID of a finished workflow.
REFUSING = {
    "DBOS.cancel_workflow(i)": "cancel_workflows",
    "DBOS.cancel_workflows([i])": "cancel_workflows",
    "DBOS.close_stream('s')": "close_stream",
    "DBOS.delete_queue('q')": "delete_queue",
    "DBOS.delete_workflow(i)": "delete_workflows",
    "DBOS.delete_workflows([i])": "delete_workflows",
    "DBOS.deprecate_patch('p')": "deprecate_patch",
    "DBOS.fork_workflow(i, 1)": "fork_workflow",
    "DBOS.get_all_events(i)": "get_all_events",
    "DBOS.get_event(i, 'k', 0)": "get_event",
    "DBOS.get_result(i)": "get_result",
    "DBOS.get_workflow_status(i)": "get_workflow_status",
    "DBOS.list_queued_workflows()": "list_queued_workflows",
    "DBOS.list_queues()": "list_queues",
    "DBOS.list_workflow_steps(i)": "list_workflow_steps",
    "DBOS.list_workflows()": "list_workflows",
    "DBOS.patch('p')": "patch",
    "next(DBOS.read_stream(i, 's'))": "read_stream",
    "DBOS.read_stream_offset(i, 's', 0)": "read_stream_offset",
    "DBOS.recv('t', 0)": "recv",
    "DBOS.register_queue('q')": "register_queue",
    "DBOS.resume_workflow(i)": "resume_workflow",
    "DBOS.resume_workflows([i])": "resume_workflows",
    "DBOS.retrieve_queue('q')": "retrieve_queue",
    "DBOS.retrieve_workflow(i)": "retrieve_workflow",
    "DBOS.rewind_workflow(i, start_step=1)": "rewind_workflow",
    "DBOS.run_step(None, lambda: 1)": "run_step",
    "DBOS.send(i, 'x')": "send",
    "DBOS.send_bulk([])": "send_bulk",
    "DBOS.set_event('k', 1)": "set_event",
    "DBOS.set_workflow_delay(i, delay_seconds=1)": "set_workflow_delay",
    "DBOS.sleep(1)": "sleep",
    "DBOS.update_workflow_attributes(i, {})": "update_workflow_attributes",
    "DBOS.wait_first([handle])": "wait_first",
    "DBOS.write_stream('s', 1)": "write_stream",
    "handle.get_status()": "get_workflow_status",
    "DBOS.reserve_step().run({'name': 'r'}, lambda: 1)": "run",
    "queued.debounce('k', 1.0)": "retrieve_queue",
}
ACCEPTED = [
    "DBOS.read_stream(i, 's')",
    "DBOS.start_workflow(quick).workflow_id",
    "handle.get_result()",
    "DBOS.workflow_id",
]

CALLS = """
from dbos import DBOS, Debouncer, SetWorkflowID

@DBOS.workflow()
def quick():
    return 1

@DBOS.workflow()
async def meets(expression):
    try:
        eval(expression, globals())
    except RuntimeError as error:
        return str(error)

queued = Debouncer.create(quick, queue="q")
launch()
i = "finished"
with SetWorkflowID(i):
    handle = DBOS.start_workflow(quick)
handle.get_result()
for expression in %r:
    print(_asyncio.run(meets(expression)))
"""


def test_every_method_that_refuses_a_running_loop() -> None:
    done = run(CALLS % list(REFUSING), "")
    assert done.lines == [REFUSED.format(name).partition(": ")[2] for name in REFUSING.values()]


def test_what_a_running_loop_may_call() -> None:
    assert run(CALLS % ACCEPTED, "").lines == ["None"] * len(ACCEPTED)


ELSEWHERE = """
from dbos import DBOS
from fastapi import BackgroundTasks, FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient

app = FastAPI()

@DBOS.workflow()
def talk():
    DBOS.write_stream("words", "a")
    DBOS.write_stream("words", "b")
    DBOS.close_stream("words")

@app.get("/loop")
async def loop():
    return len(DBOS.list_workflows())

@app.get("/stream")
async def stream():
    return StreamingResponse(DBOS.read_stream("talk", "words", timeout_seconds=5))

@app.get("/background")
async def background(later: BackgroundTasks):
    later.add_task(DBOS.send, "talk", "hello")

@app.get("/pool")
async def pool():
    return len(await run_in_threadpool(DBOS.list_workflows))

@app.get("/plain")
def plain():
    return len(DBOS.list_workflows())

@DBOS.workflow()
async def thread():
    return await DBOS.run_step_async({"name": "on a thread"}, lambda: len(DBOS.list_workflows()))
"""


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("loop", "raised " + REFUSED.format("list_workflows")),
        ("stream", "returned (200, 'ab')"),
        ("background", "returned (200, 'null')"),
        ("pool", "returned (200, '1')"),
        ("plain", "returned (200, '1')"),
    ],
)
def test_what_starlette_runs_on_a_thread_may_call_it(path: str, answer: str) -> None:
    calls = f"""
launch()
with _dbos.SetWorkflowID("talk"):
    talk()

def get():
    response = TestClient(app).get("/{path}")
    return response.status_code, response.text

show(get)
"""
    assert run(ELSEWHERE, calls).lines == [answer]


def test_a_plain_function_as_an_async_step_runs_on_a_thread() -> None:
    assert run(ELSEWHERE, "launch()\nshow(thread)").lines == ["returned 1"]


# ------------------------------------------------------------------------------------------ DBS902

# Runs a coroutine beside one that ticks, and says whether the ticks stopped while the program slept for a second.
TICKS = """
import time as _time

launch()

async def measure(make):
    gaps = []

    async def tick():
        last = _time.monotonic()
        while True:
            await _asyncio.sleep(0.01)
            now = _time.monotonic()
            gaps.append(now - last)
            last = now

    ticking = _asyncio.create_task(tick())
    await _asyncio.sleep(0.05)
    value = await make()
    await _asyncio.sleep(0.05)
    ticking.cancel()
    return value, "stood still" if max(gaps) > 0.8 else "ran"
"""


@pytest.mark.parametrize(("heading", "loop"), [("Example", "stood still"), ("Use instead", "ran")])
@pytest.mark.parametrize(
    ("call", "value"),
    [("create('May')", "<h1>May</h1>"), ("build_all(['May'])", ["<h1>May</h1>"])],
)
def test_a_direct_call_stops_the_loop(heading: str, loop: str, call: str, value: object) -> None:
    done = run(page_program("DBS902", heading), TICKS + f"print(_asyncio.run(measure(lambda: {call})))")
    assert done.lines == [str((value, loop))]


def test_a_step_on_a_thread_is_recorded() -> None:
    done = run(
        page_program("DBS902", "Use instead"),
        """
launch()
show(build_all, ["May", "June"], workflow_id="all")
print(recorded("all"))
""",
    )
    assert done.lines == ["returned ['<h1>May</h1>', '<h1>June</h1>']", "['render', 'render']"]


HANDLES = """
from dbos import DBOS

@DBOS.workflow()
def slow():
    DBOS.sleep(1)
    return "slow"

@DBOS.workflow()
async def slow_async():
    await DBOS.sleep_async(1)
    return "slow"

async def waits():
    return DBOS.start_workflow(slow).get_result(polling_interval_sec=0.05)

async def waits_on_a_thread():
    handle = await _asyncio.to_thread(DBOS.start_workflow, slow)
    return await _asyncio.to_thread(handle.get_result, polling_interval_sec=0.05)

async def waits_async():
    handle = await DBOS.start_workflow_async(slow_async)
    return await handle.get_result(polling_interval_sec=0.05)
"""


@pytest.mark.parametrize(
    ("call", "loop"),
    [("waits", "stood still"), ("waits_on_a_thread", "ran"), ("waits_async", "ran")],
)
def test_waiting_for_a_synchronous_handle_stops_the_loop(call: str, loop: str) -> None:
    assert run(HANDLES, TICKS + f"print(_asyncio.run(measure({call})))").lines == [str(("slow", loop))]


def test_a_synchronous_workflow_called_in_a_loop_meets_the_loop_itself() -> None:
    calls = """
launch()

async def call():
    return slow()

async def call_on_a_thread():
    return await _asyncio.to_thread(slow)

show(call)
show(call_on_a_thread)
"""
    assert run(HANDLES, calls).lines == ["raised " + REFUSED.format("sleep"), "returned 'slow'"]


GIVE_UP = """
import threading

def give_up():
    print("deadlock", flush=True)
    _os._exit(0)

threading.Timer(4, give_up).start()
"""
WAITS = [
    ("DBOS.start_workflow(slow_async).get_result()", "deadlock"),
    ("await (await DBOS.start_workflow_async(slow_async)).get_result()", "slow"),
]


@pytest.mark.parametrize(("wait", "line"), WAITS)
def test_an_application_that_waits_on_the_loop_of_dbos_deadlocks(wait: str, line: str) -> None:
    calls = f"""{GIVE_UP}
async def app():
    launch()
    return {wait}

print(_asyncio.run(app()))
"""
    assert run(HANDLES, calls).lines == [line]


@pytest.mark.parametrize(("wait", "line"), WAITS)
def test_a_dequeued_workflow_that_waits_on_the_loop_of_dbos_deadlocks(wait: str, line: str) -> None:
    calls = f"""{GIVE_UP}
@DBOS.workflow()
async def outer():
    return {wait}

launch()
DBOS.register_queue("q", polling_interval_sec=0.05)
print(DBOS.enqueue_workflow("q", outer).get_result(polling_interval_sec=0.05))
"""
    assert run(HANDLES, calls).lines == [line]


def test_start_workflow_async_is_no_way_to_run_a_synchronous_workflow() -> None:
    calls = """
@DBOS.workflow()
def synchronous():
    print("ran", flush=True)
    return "done"

async def start():
    handle = await DBOS.start_workflow_async(synchronous)
    return await handle.get_result(polling_interval_sec=0.05)

async def enqueue():
    await DBOS.register_queue_async("q", polling_interval_sec=0.05)
    handle = await DBOS.enqueue_workflow_async("q", synchronous)
    return await handle.get_result(polling_interval_sec=0.05)

launch()
show(start)
show(enqueue)
"""
    first, error, *rest = run(HANDLES, calls).lines
    assert first == "ran"
    assert error.startswith("raised TypeError: ")
    assert "await" in error
    assert rest == ["ran", "returned 'done'"]


# ------------------------------------------------------------------------------------------ DBS903

BOOKING = """
launch()
show(book, "Grand", "4711", workflow_id="booking")
print(recorded("booking"), _dbos.DBOS.get_event("booking", "room", timeout_seconds=0))
"""


@pytest.mark.parametrize(
    ("heading", "lines", "warned"),
    [
        ("Example", ["returned 'room at Grand'", "['reserve'] None"], True),
        (
            "Use instead",
            ["charged 4711", "returned 'room at Grand'", "['reserve', 'charge', 'DBOS.setEvent'] room at Grand"],
            False,
        ),
    ],
)
def test_a_coroutine_that_nobody_awaits(heading: str, lines: list[str], warned: bool) -> None:
    done = run(page_program("DBS903", heading), BOOKING)
    assert done.lines == lines
    assert ("RuntimeWarning: coroutine 'charge' was never awaited" in done.stderr) is warned


FORGETFUL = """
from dbos import DBOS

@DBOS.step()
async def work():
    print("worked", flush=True)

@DBOS.workflow()
async def child():
    print("child ran", flush=True)

@DBOS.workflow()
def forgets():
    work()
    child()
    DBOS.sleep_async(1)
    return "done"

@DBOS.workflow()
def remembers():
    _asyncio.run(work())
    DBOS.run_step({"name": "again"}, work)
    DBOS.start_workflow(child).get_result()
    return "done"

@DBOS.workflow()
async def asks():
    if DBOS.patch_async("v2"):
        return "new"
    return "old"

@DBOS.workflow()
async def starts():
    DBOS.start_workflow_async(child)
    return len(await DBOS.list_workflows_async(name="child"))
"""


@pytest.mark.parametrize(
    ("workflow", "lines"),
    [
        ("forgets", ["returned 'done'", "[]"]),
        (
            "remembers",
            ["worked", "worked", "child ran", "returned 'done'", "['work', 'again', 'child', 'DBOS.getResult']"],
        ),
        ("asks", ["returned 'new'", "[]"]),
        ("starts", ["returned 0", "['DBOS.listWorkflows']"]),
    ],
)
def test_a_forgotten_coroutine_does_nothing(workflow: str, lines: list[str]) -> None:
    done = run(FORGETFUL, f"launch()\nshow({workflow}, workflow_id='w')\nprint(recorded('w'))")
    assert done.lines == lines
