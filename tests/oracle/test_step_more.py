"""What becomes of steps in steps, odd options and errands in transactions: the facts behind DBS305 to DBS317."""

from __future__ import annotations

from pathlib import Path

import pytest

from .engine import lines, page_program, run

pytestmark = pytest.mark.oracle

PROVES = {"DBS305", "DBS308", "DBS313", "DBS314", "DBS317"}


def page(code: str, heading: str) -> str:
    """A page's program, with its database in a file beside it."""
    return f"_os.environ.update(SCORES_DATABASE_URL='sqlite:///scores.sqlite')\n{page_program(code, heading)}"


@pytest.mark.parametrize(
    ("code", "calls", "bad", "good"),
    [
        (
            "DBS305",
            "show(pay, 'c1'); print(next(attempts) - 1)",
            ["raised ConnectionError: payment service", "1"],
            ["returned 'settled: charged c1'", "3"],
        ),
        (
            "DBS308",
            "show(refresh, 'EUR'); show(keep, 'r1'); print(next(calls) - 1)",
            ["raised AssertionError: ", "raised ConnectionError: database is starting", "1"],
            ["returned 'rate of EUR'", "returned 'r1'", "2"],
        ),
        (
            "DBS317",
            "show(play, 'ada')",
            [
                "raised InvalidRequestError: Can't operate on closed transaction inside context manager.  "
                "Please complete the context manager before emitting further commands."
            ],
            ["returned 3"],
        ),
    ],
)
def test_page_programs(code: str, calls: str, bad: list[str], good: list[str]) -> None:
    assert lines(page(code, "Example"), calls) == bad
    assert lines(page(code, "Use instead"), calls) == good


# ---------------------------------------------------------------- DBS305: a transaction in a step has no checkpoint

COMMITTED = """
import sqlite3
import sqlalchemy as sa
from dbos import DBOS, SQLAlchemyDatasource, SetWorkflowID
from sqlalchemy.orm import Session

store = SQLAlchemyDatasource.create("sqlite:///store.sqlite")
with store.engine.begin() as connection:
    connection.execute(sa.text("CREATE TABLE IF NOT EXISTS bookings (name TEXT)"))
first = not _os.path.exists("died")

@store.transaction()
def book(name):
    store.sql_session().execute(sa.text("INSERT INTO bookings VALUES (:name)"), {"name": name})

@DBOS.step()
def book_in_step(name):
    book(name)

@DBOS.workflow()
def travel(in_step):
    if first:
        sa.event.listen(Session, "after_commit", die)
    (book_in_step if in_step else book)("ada")

def die(session):
    open("died", "w").close()
    _os._exit(7)
"""


@pytest.mark.parametrize(("in_step", "rows"), [(True, 2), (False, 1)])
def test_a_transaction_in_a_step_may_commit_twice(tmp_path: Path, in_step: bool, rows: int) -> None:
    database = tmp_path / "dbos.sqlite"
    start = f"with SetWorkflowID('w1'):\n    travel({in_step})"

    assert run(COMMITTED, start, database).returncode == 7

    look = "result('w1'); print(len(sqlite3.connect('store.sqlite').execute('SELECT * FROM bookings').fetchall()))"
    assert lines(COMMITTED, look, database) == [str(rows)]


# ---------------------------------------------------------------- DBS308: options

OPTIONS = """
from dbos import DBOS, SQLAlchemyDatasource

store = SQLAlchemyDatasource.create("sqlite:///store.sqlite")
calls = []

def fail():
    calls.append(1)
    raise ValueError("boom")

async def wait():
    return 1

@DBOS.workflow()
def work(options):
    return DBOS.run_step(options, fail)

@DBOS.workflow()
async def wait_for(options):
    return await DBOS.run_step_async(options, wait)

@DBOS.workflow()
def transact(options):
    return store.run_tx_step(options, lambda: 1)
"""


@pytest.mark.parametrize(
    ("calls", "printed"),
    [
        (
            "show(work, {'retries_allowed': True, 'max_attempts': -1}); print(len(calls))",
            ["raised AssertionError: ", "0"],
        ),
        (
            "show(work, {'retries_allowed': True, 'interval_seconds': -1}); print(len(calls))",
            ["raised ValueError: sleep length must be non-negative", "1"],
        ),
        ("show(work, {'retries': 3}); print(len(calls))", ["raised ValueError: boom", "1"]),
        (
            "show(wait_for, {'name': 'wait', 'timeout_seconds': 0})",
            [
                "raised DBOSException: DBOS Error: Step wait has timeout_seconds=0. "
                "Step timeouts must be positive and finite."
            ],
        ),
        ("show(wait_for, {'name': 'wait', 'timeout_seconds': 5})", ["returned 1"]),
        (
            "show(wait_for, {'name': 'wait', 'retries_allowed': True, 'interval_seconds': -1})",
            ["returned 1"],
        ),
        (
            "show(transact, {'isolation_level': 'SNAPSHOT'})",
            [
                "raised ArgumentError: Invalid value 'SNAPSHOT' for isolation_level. "
                "Valid isolation levels for 'sqlite' are READ UNCOMMITTED, SERIALIZABLE, AUTOCOMMIT"
            ],
        ),
        ("show(transact, {'isolation_level': 'read uncommitted'})", ["returned 1"]),
        ("show(transact, {'isolation': 'SNAPSHOT'})", ["returned 1"]),
    ],
)
def test_options(calls: str, printed: list[str]) -> None:
    assert lines(OPTIONS, calls) == printed


@pytest.mark.parametrize(
    ("declaration", "error"),
    [
        ("@DBOS.step(retries=3)", "TypeError: DBOS.step() got an unexpected keyword argument 'retries'"),
        (
            "@store.transaction(readonly=True)",
            "TypeError: SQLAlchemyDatasource.transaction() got an unexpected keyword argument 'readonly'",
        ),
    ],
)
def test_unknown_options_of_decorators(declaration: str, error: str) -> None:
    refused = run(f"{OPTIONS}\n{declaration}\ndef work_on(): pass", "print('imported')")

    assert (refused.stdout, refused.stderr.splitlines()[-1]) == ("", error)


# ---------------------------------------------------------------- DBS313: what a step changes is lost


@pytest.mark.parametrize(("heading", "charged"), [("Example", "charged 100"), ("Use instead", "charged 105")])
def test_changed_arguments(tmp_path: Path, heading: str, charged: str) -> None:
    program = page_program("DBS313", heading)
    dying = f"{program}\ndef charge(cents):\n    _os._exit(7)\n"

    assert lines(program, "show(checkout, 100)") == ["returned 'charged 105'"]
    assert run(dying, "show(checkout, 100, workflow_id='w1')", tmp_path / "dbos.sqlite").returncode == 7
    assert lines(program, "print(result('w1'))", tmp_path / "dbos.sqlite") == [charged]


# ---------------------------------------------------------------- DBS314: transactions are run again

CONFLICT = """
import sqlite3
import sqlalchemy as sa
from dbos import DBOS, SQLAlchemyDatasource

engine = sa.create_engine("sqlite:///store.sqlite", connect_args={"timeout": 0.05})
store = SQLAlchemyDatasource.create("sqlite:///store.sqlite", engine=engine)
with engine.begin() as connection:
    connection.execute(sa.text("CREATE TABLE guests (name TEXT)"))
other = sqlite3.connect("store.sqlite", isolation_level=None)
other.execute("BEGIN IMMEDIATE")
tries = []

@store.transaction()
def register(name):
    tries.append(name)
    if len(tries) == 2:
        other.execute("COMMIT")
    with open("badges.txt", "a") as badges:
        badges.write(name + chr(10))
    store.sql_session().execute(sa.text("INSERT INTO guests VALUES (:name)"), {"name": name})

@DBOS.workflow()
def check_in(name):
    register(name)
"""


def test_a_transaction_does_its_errands_again() -> None:
    look = "print(open('badges.txt').read().split(), other.execute('SELECT count(*) FROM guests').fetchone()[0])"

    assert lines(CONFLICT, f"check_in('ada'); {look}") == ["['ada', 'ada'] 1"]


# ---------------------------------------------------------------- DBS317: the session's own ends

SESSIONS = """
import asyncio
import sqlalchemy as sa
from dbos import DBOS, AsyncSQLAlchemyDatasource, SQLAlchemyDatasource

store = SQLAlchemyDatasource.create("sqlite:///store.sqlite")
astore = asyncio.run(AsyncSQLAlchemyDatasource.create("sqlite+aiosqlite:///astore.sqlite"))

def give_up(session):
    session.rollback()
    raise LookupError("mine")

def close_by_with(session):
    with session:
        pass

def savepoint(session):
    with session.begin_nested():
        session.execute(sa.text("SELECT 1"))

async def close_by_async_with(session):
    async with session:
        pass

@DBOS.workflow()
def work(use):
    return store.run_tx_step({"name": "work"}, lambda: use(store.sql_session()))

@DBOS.workflow()
async def awork(use):
    async def transact():
        return await use(astore.sql_session())
    return await astore.run_tx_step_async({"name": "work"}, transact)
"""

CLOSED = (
    "raised InvalidRequestError: Can't operate on closed transaction inside context manager.  "
    "Please complete the context manager before emitting further commands."
)
BEGUN = "raised InvalidRequestError: A transaction is already begun on this Session."


@pytest.mark.parametrize(
    ("kind", "use", "printed"),
    [
        ("", "session.commit()", CLOSED),
        ("", "session.rollback()", CLOSED),
        ("", "session.close()", CLOSED),
        ("", "close_by_with(session)", CLOSED),
        ("", "session.begin()", BEGUN),
        ("", "give_up(session)", "raised LookupError: mine"),
        ("", "savepoint(session)", "returned None"),
        ("", "session.flush()", "returned None"),
        ("a", "session.commit()", CLOSED),
        ("a", "session.rollback()", CLOSED),
        ("a", "session.close()", CLOSED),
        ("a", "close_by_async_with(session)", CLOSED),
        ("a", "session.flush()", "returned None"),
    ],
)
def test_sessions(kind: str, use: str, printed: str) -> None:
    program = f"{SESSIONS}\ndef use(session):\n    return {use}\n"

    assert lines(program, f"show({kind}work, use)") == [printed]
