"""How the life of an engine begins too early, and ends too late or too soon: DBS106, DBS113, DBS114 and DBS117."""

from __future__ import annotations

from pathlib import Path

import pytest

from .engine import PRELUDE, page_program, run_program

pytestmark = pytest.mark.oracle

PROVES = {"DBS106", "DBS113", "DBS114", "DBS117"}

EXAMPLE, INSTEAD = "Example", "Use instead"

LATE = "Configured instance de of class Translator was registered after DBOS was launched"


@pytest.mark.parametrize(("heading", "is_late"), [(EXAMPLE, True), (INSTEAD, False)])
def test_instance_that_is_made_after_the_launch_is_warned_of(heading: str, is_late: bool) -> None:
    done = run_program(page_program("DBS106", heading))

    assert done.lines == ["tree in de"], done.stderr
    assert (LATE in done.stderr) is is_late


# The first process dies in the step; the second one registers the workflow before its launch, or after it. The recovery
# that a launch begins goes on in the background: it is given the time to look.
INTERRUPTED = """
import os, time
from dbos import DBOS

@DBOS.step()
def crash():
    if not os.path.exists("crashed"):
        open("crashed", "w").close()
        os._exit(77)

def _translate(text):
    crash()
    return text

def register():
    return DBOS.workflow(name="translate")(_translate)
"""
FIRST = """
translate = register()
launch()
with _dbos.SetWorkflowID("w"):
    translate("tree")
"""
SECOND = """
{before}
launch()
{after}
time.sleep(2)
print(DBOS.list_workflows(workflow_ids=["w"])[0].status)
"""


@pytest.mark.parametrize(
    ("before", "after", "status"),
    [("register()", "", "SUCCESS"), ("", "time.sleep(1); register()", "PENDING")],
    ids=["before", "after"],
)
def test_workflow_that_is_registered_after_the_launch_is_not_recovered(
    before: str, after: str, status: str, tmp_path: Path
) -> None:
    database = tmp_path / "oracle.sqlite"
    assert run_program(PRELUDE + INTERRUPTED + FIRST, database=database).returncode == 77

    done = run_program(PRELUDE + INTERRUPTED + SECOND.format(before=before, after=after), database=database)

    assert done.lines == [status], done.stderr


@pytest.mark.parametrize(
    ("heading", "line"),
    [(EXAMPLE, "returned []"), (INSTEAD, "raised DBOSException: DBOS Error: No DBOS was created yet")],
)
def test_engine_that_no_context_ends_goes_on(heading: str, line: str) -> None:
    enter = """
async def use():
    async with lifespan(app):
        pass

_asyncio.run(use())
show(DBOS.list_workflows)
"""
    done = run_program(PRELUDE + page_program("DBS113", heading) + enter)

    assert len(done.lines) == 1, done.stderr
    assert done.lines[0].startswith(line)


@pytest.mark.parametrize(("heading", "left"), [(EXAMPLE, []), (INSTEAD, ["w"])])
def test_reset_forgets_what_other_processes_have_done(heading: str, left: list[str], tmp_path: Path) -> None:
    work = "\n@DBOS.workflow()\ndef work():\n    pass\n\nstart()\n"
    ask = "print([each.workflow_id for each in DBOS.list_workflows()])\n"
    do = 'from dbos import SetWorkflowID\nwith SetWorkflowID("w"):\n    work()\n'
    first = run_program(page_program("DBS114", INSTEAD) + work + do + ask, database=tmp_path / "oracle.sqlite")
    assert first.lines == ["['w']"], first.stderr

    second = run_program(page_program("DBS114", heading) + work + ask, database=tmp_path / "oracle.sqlite")

    assert second.lines == [repr(left)], second.stderr


# Runs the page's program as it is, so that it ends by itself, and asks what has become of its workflow.
RUN = """
import subprocess, sys, time
from dbos import DBOSClient

process = subprocess.Popen([sys.executable, "application.py"])
client = None
status = None
for _ in range(150):
    time.sleep(0.2)
    ended = process.poll() is not None
    try:
        client = client or DBOSClient(system_database_url="sqlite:///mail_worker.sqlite")
        status = [each.status for each in client.list_workflows()]
    except Exception:
        continue
    if ended or status == ["SUCCESS"]:
        break
print("ended" if ended else "runs", status)
process.kill()
process.wait()
"""


@pytest.mark.parametrize(("heading", "line"), [(EXAMPLE, "ended ['ENQUEUED']"), (INSTEAD, "runs ['SUCCESS']")])
def test_program_that_ends_leaves_its_queue_unserved(heading: str, line: str, tmp_path: Path) -> None:
    (tmp_path / "application.py").write_text(page_program("DBS117", heading), encoding="utf-8")

    done = run_program(RUN, database=tmp_path / "oracle.sqlite")

    assert done.lines[-1:] == [line], done.stderr


STARTED = """
import asyncio, time
from dbos import DBOS

@DBOS.workflow()
def work():
    time.sleep(0.5)
    print("done", flush=True)

@DBOS.workflow()
async def work_async():
    await asyncio.sleep(0.5)
    print("done", flush=True)

launch()
"""
START_IN_LOOP = """
async def main():
    await DBOS.start_workflow_async(work_async)

asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("start", "done"),
    [("DBOS.start_workflow(work)", True), ("DBOS.start_workflow(work_async)", True), (START_IN_LOOP, False)],
    ids=["thread", "own loop", "asyncio.run"],
)
def test_interpreter_waits_for_what_was_started_but_not_for_a_loop_that_has_ended(
    start: str, done: bool, tmp_path: Path
) -> None:
    (tmp_path / "application.py").write_text(PRELUDE + STARTED + start, encoding="utf-8")
    run = "import subprocess, sys\nsubprocess.run([sys.executable, 'application.py'], check=True, timeout=30)\n"

    finished = run_program(run, database=tmp_path / "oracle.sqlite")

    assert finished.returncode == 0, finished.stderr
    assert finished.lines == (["done"] if done else [])
