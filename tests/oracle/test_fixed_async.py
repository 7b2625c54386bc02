"""What the fixes of asynchronous code make of a program, run on the real dbos: beside what it did before them."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbos_lint.fixes.mend import mend
from dbos_lint.settings import Settings
from tests.oracle.engine import page_program
from tests.oracle.test_async import BOOKING, GIVE_UP, HANDLES, ORDER, REFUSED, REFUSING, TICKS, WAITS, run
from tests.oracle.test_determinism import AS_ASYNC, ASLEEP, DELAY, OVERSLEPT, first_run, second_run

pytestmark = pytest.mark.oracle


def fixed(program: str, *codes: str, unsafe: bool = True) -> str:
    """The program as ``--fix`` leaves it."""
    settings = Settings(root="/project", select=codes, fix=True, unsafe_fixes=unsafe)
    after = mend(program.encode(), "/project/program.py", settings).after.decode()
    assert after != program
    return after


# ------------------------------------------------------------------------------------------ DBS901


def test_a_workflow_that_raised_runs() -> None:
    # A helper that other files may call is left to a person.
    program = page_program("DBS901", "Example").replace("    show_state(", '    DBOS.set_event("state", ')
    assert run(program, ORDER).lines[0] == "raised " + REFUSED.format("set_event")
    assert run(fixed(program, "DBS901", unsafe=False), ORDER).lines == ["returned 'shipped 7'", "waiting"]


# These take what only a synchronous call gives, or are no calls of dbos by themselves.
LEFT = {"DBOS.wait_first([handle])", "next(DBOS.read_stream(i, 's'))"}
EVERY = """
from typing import Any
from dbos import DBOS, Debouncer, SetWorkflowID, WorkflowHandle

@DBOS.workflow()
def quick() -> int:
    return 1

queued = Debouncer.create(quick, queue="q")
"""
MEETS = """
@DBOS.workflow()
async def meets_{number}(i: str) -> None:
    handle: WorkflowHandle[int] = await _asyncio.to_thread(DBOS.start_workflow, quick)
    {call}
"""
MEET = """
launch()
DBOS.register_queue("q")
for number in range({count}):
    with SetWorkflowID(f"finished-{{number}}"):
        quick()
    try:
        _asyncio.run(globals()[f"meets_{{number}}"](f"finished-{{number}}"))
    except Exception as error:
        print(number, type(error).__name__, "event loop" in str(error))
"""


def test_no_method_refuses_the_running_loop_any_more() -> None:
    calls = [call for call in REFUSING if call not in LEFT]
    bodies = [MEETS.format(number=number, call=call) for number, call in enumerate(calls)]
    program = "import asyncio as _asyncio\n" + EVERY + "".join(bodies)
    count = MEET.format(count=len(calls))
    refused = [line.endswith("RuntimeError True") for line in run(program, count).lines]
    assert refused == [True] * len(calls)
    lines = run(fixed(program, "DBS901"), count).lines
    # There is no such stream: that, and nothing else, is still wrong.
    assert [line.partition(" ")[2] for line in lines] == ["DBOSStreamTimeoutError False"]


STREAM = """
from typing import Any
from dbos import DBOS

@DBOS.workflow()
def talk() -> None:
    for word in ("a", "b"):
        DBOS.write_stream("words", word)
    DBOS.close_stream("words")

async def listen() -> list[Any]:
    heard = []
    for word in DBOS.read_stream("talk", "words", timeout_seconds=5):
        heard.append(word)
    return heard + [word.upper() for word in DBOS.read_stream("talk", "words", timeout_seconds=5) if word != "a"]
"""


def test_a_stream_is_read() -> None:
    calls = "launch()\nwith _dbos.SetWorkflowID('talk'):\n    talk()\nshow(listen)"
    assert run(STREAM, calls).lines == ["raised " + REFUSED.format("read_stream")]
    assert run(fixed(STREAM, "DBS901", unsafe=False), calls).lines == ["returned ['a', 'b', 'B']"]


CONSOLE = """
from dbos import DBOS

@DBOS.workflow()
def quick() -> int:
    return 1

async def ask(job: str) -> list[object]:
    handle = DBOS.retrieve_workflow(job)
    again = DBOS.fork_workflow(job, 1).get_result()
    return [handle.get_result(), handle.get_status().status, handle.workflow_id, again]
"""


def test_what_is_asked_of_a_handle_is_awaited() -> None:
    calls = "launch()\nwith _dbos.SetWorkflowID('job'):\n    quick()\nshow(ask, 'job')"
    assert run(CONSOLE, calls).lines == ["raised " + REFUSED.format("retrieve_workflow")]
    assert run(fixed(CONSOLE, "DBS901", unsafe=False), calls).lines == ["returned [1, 'SUCCESS', 'job', 1]"]


# ------------------------------------------------------------------------------------------ DBS902, DBS908


@pytest.mark.parametrize(
    ("call", "value"),
    [("create('May')", "<h1>May</h1>"), ("build_all(['May'])", ["<h1>May</h1>"])],
)
def test_the_loop_runs_on(call: str, value: object) -> None:
    program = page_program("DBS902", "Example")
    measured = TICKS + f"print(_asyncio.run(measure(lambda: {call})))"
    assert run(program, measured).lines == [str((value, "stood still"))]
    assert run(fixed(program, "DBS902"), measured).lines == [str((value, "ran"))]


def test_the_loop_runs_on_beside_a_handle() -> None:
    measured = TICKS + "print(_asyncio.run(measure(waits)))"
    assert run(HANDLES, measured).lines == [str(("slow", "stood still"))]
    assert run(fixed(HANDLES, "DBS902", "DBS908"), measured).lines == [str(("slow", "ran"))]


def test_an_application_does_not_deadlock() -> None:
    bad, _ = WAITS[0]
    app = f"{HANDLES}\nasync def app():\n    launch()\n    return {bad}\n"
    calls = f"{GIVE_UP}\nprint(_asyncio.run(app()))\n"
    assert run(app, calls).lines == ["deadlock"]
    assert run(fixed(app, "DBS902", "DBS908"), calls).lines == ["slow"]


RECORDED = """
from dbos import DBOS, SetWorkflowID

@DBOS.step()
def step(number):
    return number + 1

@DBOS.workflow()
def child(number):
    return step(number)

@DBOS.workflow()
async def own(number):
    return number * 2

@DBOS.workflow()
def tick(scheduled, context):
    pass

@DBOS.workflow()
async def everything():
    with SetWorkflowID("by-me"):
        started = DBOS.start_workflow(child, 1)
    results = [started.get_result(), started.workflow_id]
    with SetWorkflowID("by-queue"):
        queued = DBOS.enqueue_workflow("q", own, 2)
    results += [queued.get_result(), queued.workflow_id]
    with SetWorkflowID("by-call"):
        results.append(child(5))
    results += [step(6), [step(number) for number in range(3)]]
    DBOS.pause_schedule("tick")
    results.append(DBOS.get_schedule("tick")["status"])
    handle = DBOS.enqueue_workflow("q", child, 8)
    return results, len(DBOS.list_schedules()), handle.get_result()
"""
SHOW_RECORDED = """
launch()
DBOS.register_queue("q")
DBOS.apply_schedules([{"schedule_name": "tick", "workflow_fn": tick, "schedule": "0 0 1 1 *"}])
show(everything, workflow_id="w")
print([(step["function_id"], step["function_name"]) for step in DBOS.list_workflow_steps("w")])
print(sorted(each.workflow_id for each in DBOS.list_workflows() if each.workflow_id.startswith("by-")))
"""


def test_what_is_recorded_is_the_same() -> None:
    """A run in flight goes on where it is."""
    before = run(RECORDED, SHOW_RECORDED)
    program = fixed(RECORDED, "DBS902", "DBS908")
    assert "to_thread(DBOS.start_workflow" in program
    assert "await DBOS.enqueue_workflow_async" in program
    after = run(program, SHOW_RECORDED)
    assert before.lines[0].startswith("returned ")
    assert after.lines == before.lines


# ------------------------------------------------------------------------------------------ DBS903, DBS906


def test_what_nobody_awaited_is_done() -> None:
    fixed_, right = fixed(page_program("DBS903", "Example"), "DBS903"), page_program("DBS903", "Use instead")
    done = run(fixed_, BOOKING)
    assert done.lines == run(right, BOOKING).lines
    assert "never awaited" not in done.stderr


AWAITED = """
from dbos import DBOS

@DBOS.step()
def mix(color):
    return f"{color} paint"

@DBOS.workflow()
async def paint(color):
    return await mix(color)

async def sell(color):
    handle = DBOS.start_workflow_async(paint, color)
    result = handle.get_result()
    other = await DBOS.enqueue_workflow("q", paint, color)
    return [result, await other.get_result(), handle.get_status().status]
"""


def test_synchronous_calls_that_were_awaited_and_handles_that_were_not() -> None:
    calls = 'launch()\nDBOS.register_queue("q")\nshow(paint, "red")\nshow(sell, "blue")'
    lines = run(AWAITED, calls).lines
    assert [line.partition(":")[0] for line in lines] == ["raised TypeError", "raised AttributeError"]
    lines = run(fixed(AWAITED, "DBS906"), calls).lines
    assert lines == ["returned 'red paint'", "returned ['blue paint', 'blue paint', 'SUCCESS']"]


# ------------------------------------------------------------------------------------------ DBS213


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_wait_goes_on_after_a_crash(kind: str, tmp_path: Path) -> None:
    program = page_program("DBS213", "Example").replace("DELAY = 3600", f"DELAY = {DELAY}")
    for old, new in AS_ASYNC if kind == "async" else []:
        program = program.replace(old, new)
    for text, wakes_in_time in ((program, False), (fixed(program, "DBS213"), True)):
        folder = tmp_path / str(wakes_in_time)
        folder.mkdir()
        first_run(text, ASLEEP, dies_in=None, folder=folder)
        outcome, waited = second_run(text, calls=OVERSLEPT, folder=folder).lines
        assert outcome == "returned 'you left tea'"
        assert (float(waited) < DELAY) is wakes_in_time
