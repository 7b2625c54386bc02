"""Order, races, timeouts and cancellation in workflow code, on the real dbos.

What is about order runs twice on one database: the first process dies in the workflow's last step, the second recovers
the workflow.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.oracle.engine import PRELUDE, Completed, page_program, run_program
from tests.oracle.test_determinism import CRASHED, both, first_run, second_run

pytestmark = pytest.mark.oracle

PROVES = {
    "DBS210",
    "DBS219",
    "DBS220",
    "DBS221",
    "DBS222",
    "DBS232",
    "DBS233",
    "DBS236",
    "DBS237",
    "DBS238",
}

WRONG = {"Example": True, "Use instead": False}


def values(done: Completed) -> list[object]:
    """What the calls of ``show`` returned."""
    prefix = "returned "
    assert all(line.startswith(prefix) for line in done.lines), done.lines
    return [ast.literal_eval(line.removeprefix(prefix)) for line in done.lines]


# ------------------------------------------------------------------------------------------ DBS210

CITIES = ["oslo", "rome", "riga", "bern", "cork", "lyon", "graz", "bonn"]


@both
def test_the_order_of_a_set(heading: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = page_program("DBS210", heading)
    monkeypatch.setenv("PYTHONHASHSEED", "1")
    first_run(program, f'show(report, {CITIES}, workflow_id="w")', dies_in="publish", folder=tmp_path)
    monkeypatch.setenv("PYTHONHASHSEED", "2")
    (report,) = values(second_run(program, folder=tmp_path))
    assert isinstance(report, dict)
    assert any(not text.startswith(city) for city, text in report.items()) is WRONG[heading]


ORDERS = """
from dbos import DBOS


@DBOS.step()
def price(item) -> str:
    return f"price of {{item}}"


@DBOS.step()
def given() -> set:
    return set({cities})


@DBOS.step()
def last(table: dict) -> dict:
    return table


@DBOS.workflow()
def prices(cities: set) -> dict:
    table = {{}}
    for item in {order}:
        table[item] = price(item)
    return last(table)
"""


@pytest.mark.parametrize(
    ("order", "wrong"),
    [
        ("cities", True),
        ("given()", True),
        ("dict.fromkeys(cities)", True),
        ("{city: 0 for city in cities}", True),
        ("list(cities)", True),
        ("iter([cities.pop() for _ in range(8)])", True),
        ("sorted(cities)", False),
        ("{5, 3, 9, 1, 7}", False),
        ("dict.fromkeys(sorted(cities))", False),
        (f"[city for city in {CITIES} if city in cities]", False),
    ],
)
def test_which_orders_last(order: str, wrong: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = ORDERS.format(cities=CITIES, order=order)
    monkeypatch.setenv("PYTHONHASHSEED", "1")
    first_run(program, f'show(prices, set({CITIES}), workflow_id="w")', dies_in="last", folder=tmp_path)
    monkeypatch.setenv("PYTHONHASHSEED", "2")
    (table,) = values(second_run(program, folder=tmp_path))
    assert isinstance(table, dict)
    assert any(text != f"price of {item}" for item, text in table.items()) is wrong


# ------------------------------------------------------------------------------------------ DBS219, DBS220, DBS238

# As many workflows as are needed for chance not to matter; each dies in its last step.
MANY = range(8)


def recover_many(program: str, start: str, *, dies_in: str, folder: Path, before: str = "") -> Completed:
    """Start workflows with ``start``, die when all have come to the step ``dies_in``, and recover them."""
    waits = f"""
_arrived = []

async def {dies_in}(*args):
    _arrived.append(args)
    if len(_arrived) == {len(MANY)}:
        _os._exit({CRASHED})
    await _asyncio.sleep(60)

{before}
launch()
for i in {list(MANY)}:
    with _dbos.SetWorkflowID(f"w{{i}}"):
        {start}
import time
time.sleep(50)
"""
    database = folder / "dbos.sqlite"
    assert run_program(PRELUDE + program + waits, database=database).returncode == CRASHED
    shows = f'\nlaunch()\nfor i in {list(MANY)}:\n    show(result, f"w{{i}}")\n'
    done = run_program(PRELUDE + program + shows, database=database)
    assert done.returncode == 0, done.stderr
    return done


PARTS = ["arm", "leg", "eye"]


@both
def test_chains_side_by_side(heading: str, tmp_path: Path) -> None:
    program = page_program("DBS219", heading).replace(
        'return f"box of {part}"', 'await asyncio.sleep(0.3 if part == "arm" else 0.02)\n    return f"box of {part}"'
    )
    start = f"_dbos.DBOS.start_workflow(fulfil, {PARTS})"
    done = recover_many(program, start, dies_in="ship", folder=tmp_path)
    right = [f"labelled box of {part}" for part in PARTS]
    # What is recorded under the name of the other step raises: since Python 3.14 some runs do.
    assert any(line != f"returned {right}" for line in done.lines) is WRONG[heading]


SIDE_BY_SIDE = """
import asyncio
import sys

from dbos import DBOS, SetWorkflowID

sys.setswitchinterval(1e-5)


@DBOS.step()
async def first(key: str) -> str:
    await asyncio.sleep(0.3 if key == "a" else 0.02)
    return f"first {{key}}"


@DBOS.step()
async def second(key: str) -> str:
    return f"second {{key}}"


@DBOS.step()
def threaded(key: str) -> str:
    return f"threaded {{key}}"


@DBOS.step()
async def last(found: list) -> list:
    return found


async def chain(key: str) -> list:
    return [await first(key), await second(key)]


@DBOS.workflow()
async def child(key: str) -> list:
    return await chain(key)


async def started(key: str) -> list:
    handle = await DBOS.start_workflow_async(child, key)
    return await handle.get_result()


async def asked(key: str) -> str:
    with SetWorkflowID(f"{{DBOS.workflow_id}}-{{key}}"):
        handle = await DBOS.start_workflow_async(child, key)
    return (await handle.get_status()).workflow_id[-1]


async def reserved(one, two, key: str) -> list:
    begun = await one.run_async({{"name": "one"}}, first_body, key)
    return [begun, await two.run_async({{"name": "two"}}, second_body, key)]


async def first_body(key: str) -> str:
    await asyncio.sleep(0.3 if key == "a" else 0.02)
    return f"first {{key}}"


async def second_body(key: str) -> str:
    return f"second {{key}}"


@DBOS.workflow()
async def flow() -> list:
    gate = asyncio.Semaphore(2)

    async def limited(key: str) -> str:
        async with gate:
            return await first(key)

{body}
    return await last(found)
"""
KEYS = "abcdefgh"
CHAINED = [[f"first {key}", f"second {key}"] for key in KEYS]
FIRSTS = [f"first {key}" for key in KEYS]


@pytest.mark.parametrize(
    ("body", "right", "wrong"),
    [
        (
            'task = asyncio.create_task(chain("a"))\nfound = [await first("b"), await second("b"), await second("c")]\n'
            "found += await task",
            ["first b", "second b", "second c", "first a", "second a"],
            True,
        ),
        (
            "tasks = [asyncio.create_task(chain(key)) for key in KEYS]\nfound = [await task for task in tasks]",
            CHAINED,
            True,
        ),
        (
            "found = list(await asyncio.gather(*[asyncio.to_thread(threaded, key) for key in range(32)]))",
            [f"threaded {key}" for key in range(32)],
            True,
        ),
        (
            'found = list(await asyncio.gather(asyncio.to_thread(threaded, "a"), first("b"), first("c"), first("d")))',
            ["threaded a", "first b", "first c", "first d"],
            True,
        ),
        ("found = list(await asyncio.gather(*[asked(key) for key in KEYS]))", list(KEYS), True),
        ("found = list(await asyncio.gather(*[first(key) for key in KEYS]))", FIRSTS, False),
        ("found = list(await asyncio.gather(*[limited(key) for key in KEYS]))", FIRSTS, False),
        ("found = list(await asyncio.gather(*[child(key) for key in KEYS]))", CHAINED, False),
        ("found = list(await asyncio.gather(*[started(key) for key in KEYS]))", CHAINED, False),
        (
            'found = list(await asyncio.gather(chain("a"), first("b"), first("c")))',
            [CHAINED[0], "first b", "first c"],
            False,
        ),
        (
            "slots = [(DBOS.reserve_step(), DBOS.reserve_step(), key) for key in KEYS]\n"
            "found = list(await asyncio.gather(*[reserved(*slot) for slot in slots]))",
            CHAINED,
            False,
        ),
        (
            'task = asyncio.create_task(chain("a"))\none = await first("b")\n'
            'found = [one, await task, await first("c")]',
            ["first b", CHAINED[0], "first c"],
            False,
        ),
    ],
    ids=[
        "a chain beside the foreground",
        "chains as tasks",
        "steps in threads",
        "a step in a thread beside others",
        "a start and a status each",
        "single steps",
        "a semaphore",
        "child workflows",
        "a start and a wait each",
        "one chain",
        "reserved positions",
        "one step beside a chain",
    ],
)
def test_which_coroutines_keep_their_order(body: str, right: object, wrong: bool, tmp_path: Path) -> None:
    lines = "".join(f"    {line}\n" for line in body.replace("KEYS", repr(KEYS)).splitlines())
    program = SIDE_BY_SIDE.format(body=lines)
    done = recover_many(program, "_dbos.DBOS.start_workflow(flow)", dies_in="last", folder=tmp_path)
    assert any(line != f"returned {right!r}" for line in done.lines) is wrong


@both
def test_the_first_to_answer(heading: str, tmp_path: Path) -> None:
    program = page_program("DBS220", heading)
    slow = (
        'async def reply(supplier):\n    await asyncio.sleep(3 if supplier == "ada" else 0.02)\n    return supplier\n'
    )
    start = '_dbos.DBOS.start_workflow(buy, ["ada", "bob"])'
    done = recover_many(program, start, dies_in="confirm", before=slow, folder=tmp_path)
    assert any(value != "bob: ordered from bob" for value in values(done)) is WRONG[heading]


AS_COMPLETED = """
import asyncio

from dbos import DBOS


@DBOS.step()
async def ask(name: str) -> str:
    await asyncio.sleep(1 if name == "ada" else 0.02)
    return name


@DBOS.step()
async def thank(name: str) -> str:
    return f"thanks to {name}"


@DBOS.step()
async def last(thanks: list) -> list:
    return thanks


@DBOS.workflow()
async def flow() -> list:
    thanks = []
    for job in asyncio.as_completed([ask("ada"), ask("bob"), ask("cyd")]):
        name = await job
        thanks.append((name, await thank(name)))
    return await last(thanks)
"""


def test_as_completed(tmp_path: Path) -> None:
    done = recover_many(AS_COMPLETED, "_dbos.DBOS.start_workflow(flow)", dies_in="last", folder=tmp_path)
    pairs = [pair for value in values(done) if isinstance(value, list) for pair in value]
    assert any(thanks != f"thanks to {name}" for name, thanks in pairs)


@both
def test_the_set_of_finished_tasks(heading: str, tmp_path: Path) -> None:
    matches = list(KEYS)
    start = f"_dbos.DBOS.start_workflow(play_round, {matches})"
    done = recover_many(page_program("DBS238", heading), start, dies_in="publish", folder=tmp_path)
    tables = [value for value in values(done) if isinstance(value, dict)]
    assert len(tables) == len(MANY)
    wrong = any(record != f"recorded {winner}" for table in tables for winner, record in table.items())
    assert wrong is WRONG[heading]


WAITED = """
import asyncio

from dbos import DBOS


@DBOS.step()
async def visit(key: str) -> str:
    await asyncio.sleep(0.02 if key in "ab" else 10)
    return key


@DBOS.step()
async def note(keys: str) -> str:
    return keys


@DBOS.step()
async def last(found: list) -> list:
    return found


@DBOS.workflow()
async def flow() -> list:
    tasks = [asyncio.create_task(visit(key), name=key) for key in "abcdefgh"]
    done, late = await DBOS.asyncio_wait({given}, timeout=1)
    keys = "".join(sorted(task.get_name() for task in done))
    noted = await note(keys)
    for task in late:
        task.cancel()
    return await last([keys, noted])
"""


@pytest.mark.parametrize(("given", "wrong"), [("set(tasks)", True), ("tasks", False)])
def test_a_recorded_wait_for_a_set(given: str, wrong: bool, tmp_path: Path) -> None:
    program = WAITED.format(given=given)
    done = recover_many(program, "_dbos.DBOS.start_workflow(flow)", dies_in="last", folder=tmp_path)
    assert any(value != ["ab", "ab"] for value in values(done)) is wrong


# ------------------------------------------------------------------------------------------ DBS221

SLOW_BROKER = """
async def reply(broker):
    await _asyncio.sleep(2)
    return broker

async def accept(quote):
    crash()

"""


@pytest.mark.parametrize(
    ("heading", "outcome"),
    [
        (
            "Example",
            "raised DBOSUnexpectedStepError: DBOS Error 11: During execution of workflow w step 2, function list_price "
            "was recorded when accept was expected. Check that your workflow is deterministic.",
        ),
        ("Use instead", "returned 'accepted list price'"),
    ],
)
def test_a_timeout_around_a_step(heading: str, outcome: str, tmp_path: Path) -> None:
    program = page_program("DBS221", heading)
    first_run(program, 'show(buy, "ada", workflow_id="w")', dies_in=None, before=SLOW_BROKER, folder=tmp_path)
    assert second_run(program, folder=tmp_path).lines == [outcome]


# ------------------------------------------------------------------------------------------ DBS222, DBS232, DBS236


def cancelled_in(name: str, *, is_async: bool = False) -> str:
    """Text that has the workflow ``w`` cancelled when it comes to the call of ``name``."""
    return f"""
_plain = {name}
_cancelled = []

{"async " if is_async else ""}def {name}(*args):
    import threading

    if not _cancelled:
        _cancelled.append(True)
        thread = threading.Thread(target=_dbos.DBOS.cancel_workflow, args=("w",))
        thread.start()
        thread.join()
    return {"await " if is_async else ""}_plain(*args)

launch()
"""


STATUS = '\nprint(_dbos.DBOS.get_workflow_status("w").status)\n'


def run_cancelled(program: str, call: str, name: str, *, is_async: bool = False) -> list[str]:
    done = run_program(PRELUDE + program + cancelled_in(name, is_async=is_async) + call + STATUS)
    assert done.returncode == 0, done.stderr
    return done.lines


@pytest.mark.parametrize(("heading", "printed"), [("Example", ["could not refund 7"]), ("Use instead", [])])
def test_a_swallowed_cancellation(heading: str, printed: list[str]) -> None:
    lines = run_cancelled(page_program("DBS222", heading), 'show(return_order, "7", workflow_id="w")', "refund")
    assert [line for line in lines if "could not" in line] == printed
    assert lines[-1] == "CANCELLED"


HANDLERS = """
from contextlib import suppress
from dbos import DBOS
from dbos._error import DBOSWorkflowCancelledError


@DBOS.step()
def refund() -> str:
    return "refunded"


@DBOS.workflow()
def flow() -> None:
{body}
    print("went on")
"""


@pytest.mark.parametrize(
    ("body", "went_on"),
    [
        ("try:\n    refund()\nexcept BaseException:\n    pass", True),
        ("try:\n    refund()\nexcept DBOSWorkflowCancelledError:\n    pass", True),
        ("with suppress(BaseException):\n    refund()", True),
        ("with suppress(Exception):\n    refund()", False),
        ("try:\n    refund()\nexcept Exception:\n    pass", False),
        ("try:\n    refund()\nexcept BaseException:\n    raise", False),
        ("try:\n    refund()\nexcept DBOSWorkflowCancelledError:\n    raise\nexcept:\n    pass", False),
    ],
)
def test_which_handlers_swallow_it(body: str, went_on: bool) -> None:
    program = HANDLERS.format(body="".join(f"    {line}\n" for line in body.splitlines()))
    lines = run_cancelled(program, 'show(flow, workflow_id="w")', "refund")
    assert ("went on" in lines) is went_on
    assert lines[-1] == "CANCELLED"


@pytest.mark.parametrize(("heading", "printed"), [("Example", ["stored 2"]), ("Use instead", [])])
def test_a_cancellation_among_gathered_results(heading: str, printed: list[str]) -> None:
    program = page_program("DBS232", heading)
    lines = run_cancelled(program, 'show(crawl, ["a", "b"], workflow_id="w")', "fetch", is_async=True)
    assert [line for line in lines if line.startswith("stored")] == printed
    assert lines[-1] == "CANCELLED"


def test_a_durable_call_in_finally() -> None:
    program = page_program("DBS236", "Example")
    call = 'show(back_up, "t", workflow_id="w")'
    assert "released t" not in run_cancelled(program, call, "copy")
    plain = program.replace("        release(table)", '        print("released t")')
    assert "released t" in run_cancelled(plain, call, "copy")


@both
def test_an_error_before_finally(heading: str) -> None:
    program = page_program("DBS236", heading).replace("return len(table)", "raise ValueError(table)")
    done = run_program(PRELUDE + program + '\nlaunch()\nshow(back_up, "t", workflow_id="w")\nprint(recorded("w"))\n')
    assert done.lines == ["released t", "raised ValueError: t", "['copy', 'release']"]


# ------------------------------------------------------------------------------------------ DBS233, DBS237

LOOKS_LATER = """
async def deliver(order):
    await asyncio.sleep(0.3)

launch()
with _dbos.SetWorkflowID("w"):
    print(_dbos.DBOS.start_workflow(pay, "7").get_result())
import time
time.sleep(1)
print(recorded("w"))
"""


@pytest.mark.parametrize(
    ("heading", "steps"), [("Example", "['charge']"), ("Use instead", "['charge', 'send_receipt']")]
)
def test_a_task_that_nobody_awaits(heading: str, steps: str) -> None:
    done = run_program(PRELUDE + page_program("DBS233", heading) + LOOKS_LATER)
    assert done.lines == ["charged 7", steps]


@pytest.mark.parametrize(
    ("heading", "outcome"),
    [
        ("Example", "returned 100"),
        (
            "Use instead",
            "raised DBOSUnexpectedStepError: DBOS Error 11: During execution of workflow w step 1, function redeem was "
            "recorded when apply was expected. Check that your workflow is deterministic.",
        ),
    ],
)
def test_a_replay_error_that_is_swallowed(heading: str, outcome: str, tmp_path: Path) -> None:
    program = page_program("DBS237", heading)
    first_run(program, 'show(check_out, "b", "c", workflow_id="w")', dies_in="pay", folder=tmp_path)
    renamed = program.replace("def redeem(", "def apply(").replace("= redeem(", "= apply(")
    assert second_run(renamed, folder=tmp_path).lines == [outcome]
