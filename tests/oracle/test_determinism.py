"""What a recovered workflow does when its code asks the clock, the machine or the world, on the real dbos.

Every page's programs run twice on one database: the first process dies in the workflow's last step, before that step
has run, the second recovers the workflow, with the world changed between them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.oracle.engine import PRELUDE, Completed, page_program, run_program

pytestmark = pytest.mark.oracle

PROVES = {
    "DBS201",
    "DBS202",
    "DBS203",
    "DBS204",
    "DBS205",
    "DBS206",
    "DBS207",
    "DBS208",
    "DBS209",
    "DBS213",
    "DBS214",
}

CRASHED = 77
# A workflow looks the step up when it calls it: replaced by this, the step ends the process before dbos hears of it.
CRASH = f"""
def crash(*args):
    import sys

    sys.stdout.flush()
    _os._exit({CRASHED})

"""
RECOVER = 'launch()\nshow(result, "w")\n'

both = pytest.mark.parametrize("heading", ["Example", "Use instead"])


def unexpected(recorded: str, expected: str) -> str:
    return (
        "raised DBOSUnexpectedStepError: DBOS Error 11: During execution of workflow w step 1, "
        f"function {recorded} was recorded when {expected} was expected. Check that your workflow is deterministic."
    )


def first_run(program: str, calls: str, *, dies_in: str | None, folder: Path, before: str = "") -> Completed:
    """Run ``calls`` in a process that dies when the workflow comes to the step ``dies_in``, or by itself."""
    crash = f"{dies_in} = crash\n" if dies_in else ""
    source = f"{PRELUDE}{program}{CRASH}{crash}{before}\nlaunch()\n{calls}\n"
    done = run_program(source, database=folder / "dbos.sqlite")
    assert done.returncode == CRASHED, done.stderr
    return done


def second_run(program: str, *, folder: Path, before: str = "", calls: str = RECOVER) -> Completed:
    """Recover the workflow in a new process."""
    done = run_program(f"{PRELUDE}{program}\n{before}\n{calls}", database=folder / "dbos.sqlite")
    assert done.returncode == 0, done.stderr
    return done


# ------------------------------------------------------------------------------------------ DBS201

LATER = """
import types

time = types.SimpleNamespace(time=lambda now=time.time: now() + 7200)
"""


@pytest.mark.parametrize(
    ("heading", "outcome"),
    [
        ("Example", unexpected("charge_day_rate", "charge_late_rate")),
        ("Use instead", "returned 'room 12 for 80'"),
    ],
)
def test_a_branch_on_the_clock(heading: str, outcome: str, tmp_path: Path) -> None:
    program = page_program("DBS201", heading)
    first_run(program, 'show(book, "12", time.time() + 3600, workflow_id="w")', dies_in="confirm", folder=tmp_path)
    assert second_run(program, before=LATER, folder=tmp_path).lines == [outcome]


KEPT_TIME = """
import time
from dbos import DBOS


@DBOS.step()
def work(at: float) -> None:
    print(at)


@DBOS.step()
def last() -> None:
    pass


@DBOS.workflow()
def keep() -> float:
    {read}
    work(at)
    last()
    return at
"""


@pytest.mark.parametrize(
    ("read", "kept"),
    [("at = time.time()", False), ('at = DBOS.run_step({"name": "now"}, time.time)', True)],
    ids=["read in the workflow", "read in a step"],
)
def test_a_time_that_is_kept(read: str, kept: bool, tmp_path: Path) -> None:
    program = KEPT_TIME.format(read=read)
    (seen,) = first_run(program, 'show(keep, workflow_id="w")', dies_in="last", folder=tmp_path).lines
    (outcome,) = second_run(program, folder=tmp_path).lines
    assert outcome.startswith("returned ")
    assert (outcome == f"returned {seen}") is kept


DEADLINE = """
import time
from dbos import DBOS


@DBOS.step()
def last() -> str:
    return "done"


@DBOS.workflow()
def wait(until: float) -> str:
    start = time.monotonic()
    DBOS.recv("answer", timeout_seconds=max(0.0, until - time.time()))
    DBOS.logger.info(f"waited {time.monotonic() - start}")
    return last()
"""


def test_the_clock_in_a_timeout_of_recv_and_in_a_log_is_harmless(tmp_path: Path) -> None:
    first_run(DEADLINE, 'show(wait, time.time() + 0.2, workflow_id="w")', dies_in="last", folder=tmp_path)
    assert second_run(DEADLINE, folder=tmp_path).lines == ["returned 'done'"]


# ------------------------------------------------------------------------- DBS202, DBS203, DBS214: silent corruption


@both
def test_a_random_number_given_to_two_steps(heading: str, tmp_path: Path) -> None:
    program = page_program("DBS202", heading)
    granted = first_run(program, 'show(bonus, "ada", workflow_id="w")', dies_in="announce", folder=tmp_path).lines
    announced, returned = second_run(program, folder=tmp_path).lines
    assert [line.split()[0] for line in (*granted, announced, returned)] == ["granted", "announced", "returned"]
    assert (announced.split()[1] == granted[0].split()[1]) is (heading == "Use instead")


SEEDED = """
import random
from dbos import DBOS


@DBOS.step()
def grant(points: int) -> None:
    print(points)


@DBOS.step()
def announce(points: int) -> None:
    print(points)


@DBOS.workflow()
def bonus(seed: int) -> None:
    rng = random.Random(seed)
    points = rng.randrange(1_000_000)
    DBOS.sleep(0.01 + random.random() / 100)
    grant(points)
    announce(points)
"""


def test_a_seeded_generator_and_a_random_duration_are_harmless(tmp_path: Path) -> None:
    (granted,) = first_run(SEEDED, 'show(bonus, 42, workflow_id="w")', dies_in="announce", folder=tmp_path).lines
    assert second_run(SEEDED, folder=tmp_path).lines == [granted, "returned None"]


@both
def test_an_identifier_given_to_two_steps(heading: str, tmp_path: Path) -> None:
    program = page_program("DBS203", heading)
    (created,) = first_run(program, 'show(fulfil, workflow_id="w")', dies_in="ship", folder=tmp_path).lines
    shipped, returned = second_run(program, folder=tmp_path).lines
    assert [created.split()[0], shipped.split()[0]] == ["created", "shipped"]
    assert returned == f"returned '{shipped.split()[1]}'"
    assert (shipped.split()[1] == created.split()[1]) is (heading == "Use instead")


@pytest.mark.parametrize(("heading", "mailed"), [("Example", "mailed 1"), ("Use instead", "mailed 2")])
def test_a_counter_of_the_process(heading: str, mailed: str, tmp_path: Path) -> None:
    program = page_program("DBS214", heading)
    calls = 'show(bill, "ada")\nmail = crash\nshow(bill, "bob", workflow_id="w")'
    first = first_run(program, calls, dies_in=None, folder=tmp_path)
    assert first.lines == ["created 1", "mailed 1", "returned None", "created 2"]
    assert second_run(program, folder=tmp_path).lines == [mailed, "returned None"]


CACHE = """
from dbos import DBOS

SEEN = {}


@DBOS.step()
def price(item: str) -> int:
    return 5


@DBOS.step()
def charge(cents: int) -> int:
    return cents


@DBOS.step()
def last(cents: int) -> int:
    return cents


@DBOS.workflow()
def buy(item: str) -> int:
    if item not in SEEN:
        SEEN[item] = price(item)
    return last(charge(SEEN[item]))
"""


def test_a_cache_that_decides_whether_a_step_runs(tmp_path: Path) -> None:
    calls = 'SEEN["tea"] = 5\nshow(buy, "tea", workflow_id="w")'
    first_run(CACHE, calls, dies_in="last", folder=tmp_path)
    assert second_run(CACHE, folder=tmp_path).lines == [unexpected("charge", "price")]


# ------------------------------------------------------------------------- DBS204, DBS205: the machine has changed


@pytest.mark.parametrize(
    ("heading", "outcome"),
    [("Example", unexpected("scan", "sign")), ("Use instead", "returned 'app-scanned'")],
)
def test_a_branch_on_the_environment(heading: str, outcome: str, tmp_path: Path) -> None:
    program = page_program("DBS204", heading)
    call = 'show(publish, "app", workflow_id="w")'
    first_run(program, call, before='_os.environ["SCAN"] = "on"', dies_in="push", folder=tmp_path)
    assert second_run(program, before='_os.environ["SCAN"] = "off"', folder=tmp_path).lines == [outcome]


PROCESS = """
import os
from dbos import DBOS


@DBOS.step()
def last() -> None:
    pass


@DBOS.workflow()
def work() -> None:
    DBOS.run_step({"name": f"worker-{os.getpid()}"}, lambda: 1)
    last()
"""


def test_a_step_named_after_the_process(tmp_path: Path) -> None:
    first_run(PROCESS, 'show(work, workflow_id="w")', dies_in="last", folder=tmp_path)
    (outcome,) = second_run(PROCESS, folder=tmp_path).lines
    assert outcome.startswith("raised DBOSUnexpectedStepError: ")
    assert outcome.count("worker-") == 2


@pytest.mark.parametrize(
    ("heading", "outcome", "entries"),
    [("Example", unexpected("send_short", "send_long"), 2), ("Use instead", "returned 'good morni'", 1)],
)
def test_a_file_read_and_a_file_written(heading: str, outcome: str, entries: int, tmp_path: Path) -> None:
    program = page_program("DBS205", heading)
    layout = tmp_path / "layout.txt"
    layout.write_text("short")
    first_run(program, 'show(newsletter, "good morning", workflow_id="w")', dies_in="report", folder=tmp_path)
    layout.write_text("long")
    assert second_run(program, folder=tmp_path).lines == [outcome]
    assert len((tmp_path / "journal.txt").read_text().splitlines()) == entries


# ------------------------------------------------- DBS206, DBS207, DBS208: an effect on the world is repeated


@contextmanager
def numbering_server() -> Iterator[tuple[str, list[str]]]:
    """A server that numbers what is posted to it: its address, and what it got."""
    orders: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            orders.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            body = f"order {len(orders)}".encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", orders
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("heading", "orders", "outcome"),
    [
        ("Example", ["tea", "tea"], "returned 'booked order 2'"),
        ("Use instead", ["tea"], "returned 'booked order 1'"),
    ],
)
def test_a_request(
    heading: str, orders: list[str], outcome: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with numbering_server() as (address, received):
        program = page_program("DBS206", heading).replace("https://supplier.example.org", address)
        first_run(program, 'show(purchase, "tea", workflow_id="w")', dies_in="book", folder=tmp_path)
        assert received == ["tea"]
        assert second_run(program, folder=tmp_path).lines == [outcome]
    assert received == orders


ORDERS_TABLE = """
import sqlite3 as _sqlite3

with _sqlite3.connect("shop.sqlite") as _shop:
    _shop.execute("create table if not exists orders (item text)")
"""
COUNT_ORDERS = """
with _sqlite3.connect("shop.sqlite") as _shop:
    print(_shop.execute("select count(*) from orders").fetchone()[0])
"""


@pytest.mark.parametrize(("heading", "rows"), [("Example", "2"), ("Use instead", "1")])
def test_a_row_inserted(heading: str, rows: str, tmp_path: Path) -> None:
    program = page_program("DBS207", heading)
    call = 'show(order, "tea", workflow_id="w")'
    first_run(program, call, before=ORDERS_TABLE, dies_in="mail_receipt", folder=tmp_path)
    second = second_run(program, before=ORDERS_TABLE, calls=RECOVER + COUNT_ORDERS, folder=tmp_path)
    assert second.lines == ["returned 'receipt for tea'", rows]


@pytest.mark.parametrize(("heading", "labels"), [("Example", ["p1", "p1"]), ("Use instead", ["p1"])])
def test_a_process_started(heading: str, labels: list[str], tmp_path: Path) -> None:
    program = page_program("DBS208", heading)
    first_run(program, 'show(dispatch, "p1", workflow_id="w")', dies_in="hand_over", folder=tmp_path)
    assert second_run(program, folder=tmp_path).lines[-1] == "returned 'p1 is on its way'"
    assert (tmp_path / "labels.txt").read_text().splitlines() == labels


# ------------------------------------------------------------------------------------------ DBS209

CONSOLE = """
import io
import sys

sys.stdin = io.StringIO({text!r})
"""
ANSWERED = """
with _dbos.SetWorkflowID("w"):
    handle = _dbos.DBOS.start_workflow(pay, 50)
{answer}
show(handle.get_result)
"""


@pytest.mark.parametrize(
    ("heading", "answer", "outcome"),
    [
        ("Example", "", "account: raised EOFError: EOF when reading a line"),
        ("Use instead", 'answer("w")', "returned '50 to DE42'"),
    ],
)
def test_a_question_on_the_console(heading: str, answer: str, outcome: str, tmp_path: Path) -> None:
    program = page_program("DBS209", heading)
    calls = ANSWERED.format(answer=answer)
    first_run(program, calls, before=CONSOLE.format(text="DE42\n"), dies_in="confirm", folder=tmp_path)
    assert second_run(program, before=CONSOLE.format(text=""), folder=tmp_path).lines == [outcome]


# ------------------------------------------------------------------------------------------ DBS213

DELAY = 2
ASLEEP = f"""
import threading as _threading

with _dbos.SetWorkflowID("w"):
    _dbos.DBOS.start_workflow(follow_up, "tea")
while recorded("w")[:1] == []:
    _threading.Event().wait(0.02)
_threading.Event().wait(0.5)
_os._exit({CRASHED})
"""
OVERSLEPT = f"""
import threading as _threading
import time as _time

_threading.Event().wait({DELAY} - 0.5)
launch()
_start = _time.monotonic()
show(result, "w")
print(_time.monotonic() - _start)
"""
AS_ASYNC = [
    ("def follow_up", "async def follow_up"),
    ("    note(cart)", "    await asyncio.to_thread(note, cart)"),
    ("return remind(cart)", "return await asyncio.to_thread(remind, cart)"),
    ("    time.sleep(", "    await asyncio.sleep("),
    ("    DBOS.sleep(", "    await DBOS.sleep_async("),
    ("from dbos import DBOS", "import asyncio\n\nfrom dbos import DBOS"),
]


@pytest.mark.parametrize("kind", ["sync", "async"])
@both
def test_a_wait(heading: str, kind: str, tmp_path: Path) -> None:
    program = page_program("DBS213", heading).replace("DELAY = 3600", f"DELAY = {DELAY}")
    for old, new in AS_ASYNC if kind == "async" else []:
        program = program.replace(old, new)
    first_run(program, ASLEEP, dies_in=None, folder=tmp_path)
    outcome, waited = second_run(program, calls=OVERSLEPT, folder=tmp_path).lines
    assert outcome == "returned 'you left tea'"
    assert (float(waited) < DELAY) is (heading == "Use instead")
