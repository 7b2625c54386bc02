"""What comes of values that differ on recovery, by where they go, on the real dbos.

As in ``test_determinism``: the first process dies in the workflow's last step, before that has run, and the second
recovers the workflow.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.oracle.engine import PRELUDE, page_program, run_program
from tests.oracle.test_determinism import LATER, first_run, second_run, unexpected

pytestmark = pytest.mark.oracle

PROVES = {"DBS211", "DBS212", "DBS215", "DBS235", "DBS239"}

both = pytest.mark.parametrize("heading", ["Example", "Use instead"])


# ------------------------------------------------------------------------------------------ DBS211


def seed(parity: int) -> str:
    """A hash seed under which the hash of ``ada`` is even or odd."""
    for candidate in map(str, range(1, 40)):
        done = subprocess.run(
            [sys.executable, "-c", "print(hash('ada') % 2)"],
            env={**os.environ, "PYTHONHASHSEED": candidate},
            capture_output=True,
            text=True,
            check=True,
        )
        if done.stdout.strip() == str(parity):
            return candidate
    raise AssertionError("every seed gives the same hash")


@both
def test_a_branch_on_the_hash_of_a_string(heading: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = page_program("DBS211", heading)
    monkeypatch.setenv("PYTHONHASHSEED", seed(0))
    first_run(program, 'show(pay_prize, "ada", workflow_id="w")', dies_in="pay", folder=tmp_path)
    monkeypatch.setenv("PYTHONHASHSEED", seed(1))
    (outcome,) = second_run(program, folder=tmp_path).lines
    if heading == "Example":
        assert outcome == unexpected("mail", "letter")
    else:
        assert outcome in ("returned 'paid after mail to ada'", "returned 'paid after letter to ada'")


ADDRESSES = """
from dbos import DBOS


class Task:
    pass


@DBOS.step()
def run(text: str) -> str:
    return text


@DBOS.step()
def last() -> str:
    return "done"


@DBOS.workflow()
def work() -> str:
    {padding}
    task = Task()
    DBOS.run_step({{"name": f"run {{{value}}}"}}, lambda: 1)
    return last()
"""


@pytest.mark.parametrize("value", ["task", "id(task)"])
def test_an_address_in_the_name_of_a_step(value: str, tmp_path: Path) -> None:
    program = ADDRESSES.format(value=value, padding="padding = None")
    first_run(program, 'show(work, workflow_id="w")', dies_in="last", folder=tmp_path)
    moved = ADDRESSES.format(value=value, padding="padding = [Task() for _ in range(5000)]")
    (outcome,) = second_run(moved, folder=tmp_path).lines
    assert outcome.startswith("raised DBOSUnexpectedStepError: ")


# ------------------------------------------------------------------------------------------ DBS212


@both
def test_a_clock_that_is_only_logged(heading: str, tmp_path: Path) -> None:
    program = page_program("DBS212", heading)
    first_run(program, 'show(import_file, "abc", workflow_id="w")', dies_in="index", folder=tmp_path)
    assert second_run(program, folder=tmp_path).lines == ["returned 6"]


LOGGED = """
import time
from dbos import DBOS


@DBOS.step()
def load() -> int:
    return 1


@DBOS.step()
def last(rows: int) -> int:
    return rows


@DBOS.workflow()
def work(limit: float) -> int:
    started = time.time()
    rows = load()
    if time.time() - started > limit:
        print("slow")
    return last(rows)
"""


def test_a_branch_that_only_logs(tmp_path: Path) -> None:
    first = first_run(LOGGED, 'show(work, -1.0, workflow_id="w")', dies_in="last", folder=tmp_path)
    assert first.lines == ["slow"]
    calm = "import types\ntime = types.SimpleNamespace(time=iter([9.0, 1.0]).__next__)\n"
    assert second_run(LOGGED, before=calm, folder=tmp_path).lines == ["returned 1"]


RECORDED = """
import time
from dbos import DBOS


@DBOS.step()
def last() -> int:
    return 1


@DBOS.workflow()
def work() -> float:
    DBOS.set_event("started", time.time())
    last()
    return 1.0
"""


def test_a_clock_in_an_event_changes_nothing_that_runs(tmp_path: Path) -> None:
    first_run(RECORDED, 'show(work, workflow_id="w")', dies_in="last", folder=tmp_path)
    assert second_run(RECORDED, before=LATER, folder=tmp_path).lines == ["returned 1.0"]


# ------------------------------------------------------------------------------------------ DBS215


@pytest.mark.parametrize(
    ("heading", "outcome"),
    [("Example", unexpected("hold", "ship")), ("Use instead", "returned 'o1 held'")],
)
def test_a_variable_that_other_code_changes(heading: str, outcome: str, tmp_path: Path) -> None:
    program = page_program("DBS215", heading)
    calls = 'pause(True)\nshow(process, "o1", workflow_id="w")'
    first_run(program, calls, dies_in="notify", folder=tmp_path)
    assert second_run(program, folder=tmp_path).lines == [outcome]


# ------------------------------------------------------------------------------------------ DBS235


@pytest.mark.parametrize(
    ("heading", "outcome"),
    [("Example", unexpected("DBOS.sleep", "unlock")), ("Use instead", "returned 'shop unlocked and lit'")],
)
def test_a_sleep_until_a_moment(heading: str, outcome: str, tmp_path: Path) -> None:
    program = page_program("DBS235", heading)
    call = 'show(open_at, "shop", time.time() + 0.5, workflow_id="w")'
    first_run(program, call, dies_in="light", folder=tmp_path)
    assert second_run(program, before=LATER, folder=tmp_path).lines == [outcome]


POLLED = """
import time
from dbos import DBOS


@DBOS.step()
def work() -> str:
    return "worked"


@DBOS.step()
def last() -> str:
    return "done"


@DBOS.workflow()
def poll(moment: float) -> str:
    while time.time() < moment:
        DBOS.sleep(0.1)
    work()
    return last()
"""


def test_a_loop_until_a_moment(tmp_path: Path) -> None:
    first_run(POLLED, 'show(poll, time.time() + 0.3, workflow_id="w")', dies_in="last", folder=tmp_path)
    assert second_run(POLLED, before=LATER, folder=tmp_path).lines == [unexpected("DBOS.sleep", "work")]


# ------------------------------------------------------------------------------------------ DBS239


@pytest.mark.parametrize(
    ("heading", "outcome"),
    [("Example", unexpected("split", "whole")), ("Use instead", "returned 5")],
)
def test_the_configuration_of_a_queue(heading: str, outcome: str, tmp_path: Path) -> None:
    program = page_program("DBS239", heading)
    reconfigure = """
def reconfigure_and_die(*args):
    DBOS.register_queue("exports", global_concurrency=4, on_conflict="always_update")
    crash()


write = reconfigure_and_die
"""
    first_run(
        program,
        'DBOS.register_queue("exports", global_concurrency=1)\nshow(export, 10, workflow_id="w")',
        before=reconfigure,
        dies_in=None,
        folder=tmp_path,
    )
    assert second_run(program, folder=tmp_path).lines == [outcome]


UNRECORDED = """
from dbos import DBOS


@DBOS.workflow()
def look() -> int:
    DBOS.list_queues()
    DBOS.retrieve_queue("exports").global_concurrency
    DBOS.list_application_versions()
    DBOS.get_latest_application_version()
    DBOS.list_workflows()
    return 1


launch()
DBOS.register_queue("exports", global_concurrency=1)
show(look, workflow_id="w")
print(recorded("w"))
"""


def test_what_is_not_recorded(tmp_path: Path) -> None:
    done = run_program(PRELUDE + UNRECORDED, database=tmp_path / "dbos.sqlite")
    assert done.lines == ["returned 1", "['DBOS.listWorkflows']"], done.stderr
