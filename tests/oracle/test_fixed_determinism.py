"""Programs that go wrong when they are recovered, and the same ones as the linter mends them: they come out right."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbos_lint.fixes.mend import mend
from dbos_lint.settings import Settings
from tests.oracle.engine import page_program
from tests.oracle.test_concurrency import CITIES, KEYS, MANY, recover_many, values
from tests.oracle.test_determinism import first_run, second_run, unexpected
from tests.oracle.test_flow import LATER, POLLED

pytestmark = pytest.mark.oracle

is_mended = pytest.mark.parametrize("mended", [False, True], ids=["as it was", "mended"])


def fixed(program: str, code: str, folder: Path) -> str:
    """``program`` as ``--fix --unsafe-fixes`` leaves it: nothing is found any more by the rule ``code``."""
    settings = Settings(root=str(folder), fix=True, unsafe_fixes=True)
    result = mend(program.encode(), str(folder / "program.py"), settings)
    assert code in {found.code for found in result.fixed}
    assert code not in {found.code for found in result.result.diagnostics}
    return result.after.decode()


def program_of(code: str, folder: Path, *, mended: bool) -> str:
    """The bad program of a rule's page, or what the fixes make of it."""
    program = page_program(code, "Example")
    return fixed(program, code, folder) if mended else program


# ------------------------------------------------------------------------------------------ values

# What the workflow has recorded with the step must be what it goes on with.
SYNCHRONOUS = """
import os, random, secrets, time, uuid
from datetime import datetime, timezone
from dbos import DBOS


@DBOS.step()
def keep(value: object) -> object:
    return value


@DBOS.step()
def last() -> None:
    pass


def stamp() -> float:
    return time.time()


@DBOS.workflow()
def flow() -> bool:
    value = {value}
    kept = keep(value)
    last()
    return kept == value
"""
ASYNCHRONOUS = (
    SYNCHRONOUS.replace("def keep", "async def keep")
    .replace("def last", "async def last")
    .replace("def flow", "async def flow")
    .replace("= keep(", "= await keep(")
    .replace("    last()", "    await last()")
    .replace("def stamp() -> float:", "async def stamp() -> float:")
)

VALUES = [
    ("DBS201", "time.time()"),
    ("DBS201", "datetime.now(tz=timezone.utc).isoformat()"),
    ("DBS201", "time.gmtime(), time.time_ns()"),
    ("DBS201", "stamp() + 1"),
    ("DBS202", "random.randint(1, random.randint(10**9, 10**12))"),
    ("DBS202", 'random.sample(["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n"], k=14)'),
    ("DBS202", "secrets.token_hex(8), os.urandom(8)"),
    ("DBS203", "str(uuid.uuid4())"),
    ("DBS203", 'f"order-{uuid.uuid4()}"'),
    ("DBS203", "[uuid.uuid1().hex for _ in range(3)]"),
]


@is_mended
@pytest.mark.parametrize(("code", "value"), VALUES)
def test_a_value(code: str, value: str, mended: bool, tmp_path: Path) -> None:
    program = SYNCHRONOUS.replace("{value}", value)
    recovered(program, code, mended=mended, folder=tmp_path)


@is_mended
@pytest.mark.parametrize(("code", "value"), [*VALUES[:2], (VALUES[3][0], "await stamp()"), VALUES[5], *VALUES[8:]])
def test_a_value_in_an_event_loop(code: str, value: str, mended: bool, tmp_path: Path) -> None:
    program = ASYNCHRONOUS.replace("{value}", value)
    recovered(program, code, mended=mended, folder=tmp_path)


def recovered(program: str, code: str, *, mended: bool, folder: Path) -> None:
    if mended:
        program = fixed(program, code, folder)
    first_run(program, 'show(flow, workflow_id="w")', dies_in="last", folder=folder)
    assert second_run(program, folder=folder).lines == [f"returned {mended}"]


# ------------------------------------------------------------------------------------------ waits


@is_mended
def test_a_sleep_until_a_moment(mended: bool, tmp_path: Path) -> None:
    program = program_of("DBS235", tmp_path, mended=mended)
    call = 'show(open_at, "shop", time.time() + 0.5, workflow_id="w")'
    first_run(program, call, dies_in="light", folder=tmp_path)
    (outcome,) = second_run(program, before=LATER, folder=tmp_path).lines
    assert (outcome == "returned 'shop unlocked and lit'") is mended


@is_mended
def test_a_loop_until_a_moment(mended: bool, tmp_path: Path) -> None:
    program = fixed(POLLED, "DBS235", tmp_path) if mended else POLLED
    first_run(program, 'show(poll, time.time() + 0.3, workflow_id="w")', dies_in="last", folder=tmp_path)
    (outcome,) = second_run(program, before=LATER, folder=tmp_path).lines
    assert (outcome == "returned 'done'") is mended


# ------------------------------------------------------------------------------------------ order


@is_mended
def test_the_order_of_a_set(mended: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = program_of("DBS210", tmp_path, mended=mended)
    monkeypatch.setenv("PYTHONHASHSEED", "1")
    first_run(program, f'show(report, {CITIES}, workflow_id="w")', dies_in="publish", folder=tmp_path)
    monkeypatch.setenv("PYTHONHASHSEED", "2")
    (report,) = values(second_run(program, folder=tmp_path))
    assert isinstance(report, dict)
    assert len(report) == len(CITIES)
    assert all(text.startswith(city) for city, text in report.items()) is mended


LISTING = """
import os
from dbos import DBOS


@DBOS.step()
def load(name: str) -> str:
    return name


@DBOS.step()
def last() -> None:
    pass


@DBOS.workflow()
def flow() -> bool:
    loaded = [(name, load(name)) for name in os.listdir(".")]
    last()
    return all(name == text for name, text in loaded)
"""


@is_mended
def test_the_order_of_files(mended: bool, tmp_path: Path) -> None:
    program = fixed(LISTING, "DBS210", tmp_path) if mended else LISTING
    listed, otherwise = "os.listdir = lambda path: ['a', 'b']", "os.listdir = lambda path: ['b', 'a']"
    first_run(program, 'show(flow, workflow_id="w")', dies_in="last", folder=tmp_path, before=listed)
    assert second_run(program, before=otherwise, folder=tmp_path).lines == [f"returned {mended}"]


RACE = """
import asyncio
from dbos import DBOS


@DBOS.step()
async def ask(supplier: str) -> str:
    await asyncio.sleep(3 if supplier == "ada" else 0.02)
    return supplier


@DBOS.step()
async def order(suppliers: list[str]) -> list[str]:
    return suppliers


@DBOS.step()
async def last() -> None:
    pass


@DBOS.workflow()
async def flow() -> bool:
    tasks = [asyncio.create_task(ask(supplier)) for supplier in ("ada", "bob")]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    chosen = [task.result() for task in tasks if task in done]
    ordered = await order(chosen)
    await asyncio.gather(*pending)
    await last()
    return ordered == chosen
"""


@is_mended
def test_the_first_to_answer(mended: bool, tmp_path: Path) -> None:
    program = fixed(RACE, "DBS220", tmp_path) if mended else RACE
    done = recover_many(program, "_dbos.DBOS.start_workflow(flow)", dies_in="last", folder=tmp_path)
    assert all(value is True for value in values(done)) is mended


@is_mended
def test_the_set_of_finished_tasks(mended: bool, tmp_path: Path) -> None:
    program = program_of("DBS238", tmp_path, mended=mended)
    start = f"_dbos.DBOS.start_workflow(play_round, {list(KEYS)})"
    done = recover_many(program, start, dies_in="publish", folder=tmp_path)
    tables = [value for value in values(done) if isinstance(value, dict)]
    assert len(tables) == len(MANY)
    assert all(text == f"recorded {winner}" for table in tables for winner, text in table.items()) is mended


# ------------------------------------------------------------------------------------------ runs in flight

IN_FLIGHT = """
import time
from dbos import DBOS


@DBOS.step()
def charge(at: float) -> str:
    return "charged"


@DBOS.step()
def last() -> str:
    return "done"


@DBOS.workflow()
def flow() -> str:
    now = time.time()
    charge(now)
    return last()
"""
PATCHED = """    if DBOS.patch("clock-in-a-step"):
        now = DBOS.run_step({"name": "now"}, time.time)
    else:
        now = time.time()
"""


@pytest.mark.parametrize("patched", [False, True], ids=["bare", "patched"])
def test_a_run_in_flight_needs_a_patch(patched: bool, tmp_path: Path) -> None:
    """What ``docs/fixing.md`` says of runs that began with the code from before a fix."""
    after = IN_FLIGHT.replace("    now = time.time()\n", PATCHED) if patched else fixed(IN_FLIGHT, "DBS201", tmp_path)
    first_run(IN_FLIGHT, 'show(flow, workflow_id="w")', dies_in="last", folder=tmp_path)
    calls = 'launch()\nshow(result, "w")\nshow(flow, workflow_id="new")\nprint(recorded("new"))\n'
    old, new, steps = second_run(after, calls=calls, folder=tmp_path).lines
    assert old == ("returned 'done'" if patched else unexpected("charge", "now"))
    assert new == "returned 'done'"
    assert steps == repr([*["DBOS.patch-clock-in-a-step"][:patched], "now", "charge", "last"])
