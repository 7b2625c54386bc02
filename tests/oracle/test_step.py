"""What steps and transactions may not do, seen on the real dbos: the facts behind DBS301 to DBS320."""

from __future__ import annotations

from pathlib import Path

import pytest

from .engine import lines, page_program, run

pytestmark = pytest.mark.oracle

PROVES = {
    "DBS301",
    "DBS302",
    "DBS303",
    "DBS304",
    "DBS306",
    "DBS307",
    "DBS310",
    "DBS311",
    "DBS315",
    "DBS316",
    "DBS318",
    "DBS320",
}

RECEIVE = """
from dbos import SetWorkflowID
with SetWorkflowID("w1"):
    handle = DBOS.start_workflow(approval, "holiday")
DBOS.send("w1", "yes", "decision")
show(handle.get_result)
"""

# Per page: the calls, what the program of `Example` prints then, and what that of `Use instead` prints.
PAGES = [
    ("DBS301", "show(checkout, 'o1')", ["raised AssertionError: "], ["returned 'receipt for o1'"]),
    (
        "DBS302",
        RECEIVE,
        ["raised DBOSException: DBOS Error: recv() must be called from within a workflow"],
        ["returned 'holiday: yes'"],
    ),
    (
        "DBS303",
        "show(track, 'p1'); show(quote, 2)",
        [
            "raised AssertionError: sleep() must be called from within a workflow",
            "raised DBOSException: DBOS Error: DBOS.patch must be called from a workflow",
        ],
        ["returned 'p1 is on its way'", "returned 6"],
    ),
    (
        "DBS306",
        "show(checkout, 'o1'); print(next(service.calls))",
        ["raised ConnectionError: service is starting", "2"],
        ["returned 'o1 charged'", "4"],
    ),
    ("DBS310", "show(sync_all, ['ada'])", ["raised AssertionError: "], ["returned ['Ada']"]),
    (
        "DBS311",
        "show(report, 2)",
        ["raised TypeError: cannot pickle 'generator' object"],
        ["returned 'order-0, order-1'"],
    ),
    (
        "DBS315",
        "show(report)",
        ["raised AssertionError: sql_session() must be called within a sync datasource transaction"],
        ["returned 0"],
    ),
    (
        "DBS318",
        "show(pay, 'c1')",
        ["raised DBOSMaxStepRetriesExceeded: DBOS Error 7: Step charge has exceeded its maximum of 2 retries"],
        ["returned 'refused'"],
    ),
    (
        "DBS320",
        "show(thumbnail, 'a.png'); show(preview, 'a.png')",
        [
            "raised TypeError: 'function' object is not a mapping",
            "raised TypeError: the first argument must be callable",
        ],
        ["returned 'a-small.png'", "returned 'a-small.png'"],
    ),
]

# Pages whose bad program does not even import: the calls, the exception, and what the good program prints.
IMPORT_PAGES = [
    (
        "DBS307",
        "show(publish, 'abc')",
        "DBOS Error: Step translate is sync but timeout_seconds is set. "
        "Step timeouts are only supported for async steps.",
        ["returned 'cba'"],
    ),
    (
        "DBS316",
        "show(report)",
        "DBOS Error: SyncDatasource.transaction requires a non-coroutine function, but count_tables is a coroutine",
        ["returned 0"],
    ),
]


@pytest.mark.parametrize(("code", "calls", "bad", "good"), PAGES, ids=[page[0] for page in PAGES])
def test_page_programs(code: str, calls: str, bad: list[str], good: list[str]) -> None:
    assert lines(page_program(code, "Example"), calls) == bad
    assert lines(page_program(code, "Use instead"), calls) == good


@pytest.mark.parametrize(("code", "calls", "error", "good"), IMPORT_PAGES, ids=[page[0] for page in IMPORT_PAGES])
def test_page_programs_refused_at_import(code: str, calls: str, error: str, good: list[str]) -> None:
    refused = run(page_program(code, "Example"), "print('imported')")
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert refused.stderr.splitlines()[-1] == f"dbos._error.DBOSException: {error}"
    assert lines(page_program(code, "Use instead"), calls) == good


# ---------------------------------------------------------------- DBS301, 302, 303: calls that steps may not make

CALLS = """
import asyncio
from dbos import DBOS, Debouncer, SQLAlchemyDatasource, AsyncSQLAlchemyDatasource

store = SQLAlchemyDatasource.create("sqlite:///store.sqlite")
astore = asyncio.run(AsyncSQLAlchemyDatasource.create("sqlite+aiosqlite:///astore.sqlite"))


@DBOS.workflow()
def child(x: int) -> int:
    return x


@DBOS.workflow()
async def achild(x: int) -> int:
    return x


@DBOS.step()
def in_step(call):
    return CALLS[call]()


@store.transaction
def in_transaction(call):
    return CALLS[call]()


@DBOS.step()
async def in_async_step(call):
    return await CALLS[call]()


@astore.transaction()
async def in_async_transaction(call):
    return await CALLS[call]()


@DBOS.workflow()
def from_step(call):
    return in_step(call)


@DBOS.workflow()
def from_transaction(call):
    return in_transaction(call)


@DBOS.workflow()
def from_run_step(call):
    return DBOS.run_step({"name": "inline"}, CALLS[call])


@DBOS.workflow()
def given_to_run_step():
    return DBOS.run_step(None, child, 1)


@DBOS.workflow()
async def from_async_step(call):
    return await in_async_step(call)


@DBOS.workflow()
async def from_async_transaction(call):
    return await in_async_transaction(call)


OPTIONS = {"workflow_name": "child", "queue_name": "jobs"}
CALLS = {
    "start": lambda: DBOS.start_workflow(child, 1),
    "enqueue": lambda: DBOS.enqueue_workflow("jobs", child, 1),
    "enqueue with options": lambda: DBOS.enqueue_workflow_with_options(OPTIONS, 1),
    "queue object": lambda: DBOS.retrieve_queue("jobs").enqueue(child, 1),
    "debounce": lambda: Debouncer.create(child).debounce("key", 1.0, 1),
    "call": lambda: child(1),
    "start async": lambda: DBOS.start_workflow_async(achild, 1),
    "enqueue async": lambda: DBOS.enqueue_workflow_async("jobs", achild, 1),
    "await": lambda: achild(1),
    "recv": lambda: DBOS.recv("topic", 0),
    "recv async": lambda: DBOS.recv_async("topic", 0),
    "sleep": lambda: DBOS.sleep(0.01),
    "sleep async": lambda: DBOS.sleep_async(0.01),
    "patch": lambda: DBOS.patch("p"),
    "deprecate": lambda: DBOS.deprecate_patch("p"),
    "reserve": lambda: DBOS.reserve_step(),
    "patch async": lambda: DBOS.patch_async("p"),
}
"""

SYNC_STARTS = ["start", "enqueue", "enqueue with options", "queue object", "debounce", "call"]
ASYNC_STARTS = ["start async", "enqueue async", "await"]
REGISTER = "DBOS.register_queue('jobs')\n"


def test_every_way_to_start_a_workflow_fails_in_every_kind_of_step() -> None:
    roots = {"from_step": SYNC_STARTS, "from_transaction": SYNC_STARTS, "from_run_step": SYNC_STARTS}
    roots |= {"from_async_step": ASYNC_STARTS, "from_async_transaction": ASYNC_STARTS}
    tried = [(root, call) for root, calls in roots.items() for call in calls]
    calls = "\n".join(f"show({root}, {call!r})" for root, call in tried) + "\nshow(given_to_run_step)"
    printed = lines(CALLS, REGISTER + calls)
    assert dict(zip([*tried, ("given_to_run_step", "")], printed, strict=True)) == dict.fromkeys(
        [*tried, ("given_to_run_step", "")], "raised AssertionError: "
    )


def test_a_step_outside_workflows_may_start_one() -> None:
    assert lines(CALLS, "show(lambda: in_step('start').get_result())\nshow(in_step, 'call')") == ["returned 1"] * 2


def test_receiving_fails_in_every_kind_of_step_even_outside_workflows() -> None:
    calls = [
        "show(from_step, 'recv')",
        "show(from_transaction, 'recv')",
        "show(from_run_step, 'recv')",
        "show(from_async_step, 'recv async')",
        "show(from_async_transaction, 'recv async')",
        "show(in_step, 'recv')",
    ]
    printed = lines(CALLS, "\n".join(calls))
    assert printed == ["raised DBOSException: DBOS Error: recv() must be called from within a workflow"] * len(calls)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ("sleep", "AssertionError: sleep() must be called from within a workflow"),
        ("patch", "DBOSException: DBOS Error: DBOS.patch must be called from a workflow"),
        ("deprecate", "DBOSException: DBOS Error: DBOS.deprecate_patch must be called from a workflow"),
        (
            "reserve",
            "DBOSException: DBOS Error: DBOS.reserve_step must be called from a workflow, "
            "outside any step or transaction",
        ),
    ],
)
def test_workflow_only_calls_fail_in_steps_and_transactions(call: str, error: str) -> None:
    calls = f"show(from_step, {call!r})\nshow(from_transaction, {call!r})\nshow(from_run_step, {call!r})"
    assert lines(CALLS, calls) == [f"raised {error}"] * 3


def test_async_workflow_only_calls_fail_in_async_steps() -> None:
    sleep, patch = lines(CALLS, "show(from_async_step, 'sleep async')\nshow(from_async_step, 'patch async')")
    assert sleep == "raised AssertionError: sleep() must be called from within a workflow"
    assert patch == "raised DBOSException: DBOS Error: DBOS.patch_async must be called from a workflow"


def test_what_a_step_may_do_with_workflows() -> None:
    program = """
from dbos import DBOS

@DBOS.workflow()
def other():
    return 7

@DBOS.step()
def step(workflow_id):
    DBOS.set_event("key", 1)
    DBOS.send(workflow_id, "text", "topic")
    DBOS.write_stream("stream", 2)
    event = DBOS.get_event(DBOS.workflow_id, "key", timeout_seconds=1)
    return event, DBOS.retrieve_workflow(workflow_id).get_result(), DBOS.get_workflow_status(workflow_id).status

@DBOS.workflow()
def workflow(workflow_id):
    return step(workflow_id)
"""
    assert lines(program, "show(other, workflow_id='w1')\nshow(workflow, 'w1')") == [
        "returned 7",
        "returned (1, 7, 'SUCCESS')",
    ]


# ---------------------------------------------------------------- DBS304: what a step writes is gone after a crash

CRASH = """
import os


def crash():
    if not os.path.exists("crashed"):
        open("crashed", "w").close()
        os._exit(77)
"""


def recover(program: str, start: str, tmp_path: Path) -> list[str]:
    """Run until the crash, then recover; what the second process prints."""
    database = tmp_path / "dbos.sqlite"
    crashed = run(program, start, database)
    assert crashed.returncode == 77, crashed.stderr
    return lines(program, "show(result, 'w1')", database)


def with_crash_after_the_first_step(program: str) -> str:
    """The page's program, which dies once when its second step begins."""
    second = "    return amount *"
    assert program.count(second) == 1
    return CRASH + program.replace(second, f"    crash()\n{second}")


def test_page_program_loses_the_write_after_a_crash(tmp_path: Path) -> None:
    start = "show(quote, 2.0, 'USD', workflow_id='w1')"
    bad, good = page_program("DBS304", "Example"), page_program("DBS304", "Use instead")
    for name, program, recovered in (("bad", bad, "returned 0.0"), ("good", good, "returned 2.2")):
        assert lines(program, start) == ["returned 2.2"]
        (tmp_path / name).mkdir()
        assert recover(with_crash_after_the_first_step(program), start, tmp_path / name) == [recovered]


LOST_WRITES = {
    "instance": (
        """
from dbos import DBOS, DBOSConfiguredInstance

@DBOS.dbos_class()
class Pipeline(DBOSConfiguredInstance):
    def __init__(self):
        self.rows = []
        super().__init__(config_name="main")

    @DBOS.step()
    def extract(self):
        self.rows.append("row")

    @DBOS.workflow()
    def run(self):
        self.extract()
        crash()
        return self.rows

pipeline = Pipeline()
""",
        "pipeline.run",
        "['row']",
        "returned []",
    ),
    "closure": (
        """
from dbos import DBOS

@DBOS.workflow()
def collect():
    pages, count = [], 0

    def load():
        nonlocal count
        count += 1
        pages.append("page")

    DBOS.run_step({"name": "load"}, load)
    crash()
    return pages, count
""",
        "collect",
        "(['page'], 1)",
        "returned ([], 0)",
    ),
    "class": (
        """
from dbos import DBOS

class Session:
    token = "none"

@DBOS.step()
def log_in():
    Session.token = "secret"

@DBOS.workflow()
def work():
    log_in()
    crash()
    return Session.token
""",
        "work",
        "'secret'",
        "returned 'none'",
    ),
    "transaction": (
        """
from dbos import DBOS, SQLAlchemyDatasource

store = SQLAlchemyDatasource.create("sqlite:///store.sqlite")
levels = {}

@store.transaction
def read():
    levels["bolt"] = 5

@DBOS.workflow()
def work():
    read()
    crash()
    return levels
""",
        "work",
        "{'bolt': 5}",
        "returned {}",
    ),
    "connection": (
        """
import sqlite3
from dbos import DBOS

state = {}

@DBOS.step()
def connect():
    state["connection"] = sqlite3.connect(":memory:", check_same_thread=False)

@DBOS.step()
def query():
    return state["connection"].execute("SELECT 1").fetchone()

@DBOS.workflow()
def work():
    connect()
    crash()
    return query()
""",
        "work",
        "(1,)",
        "raised KeyError: 'connection'",
    ),
}


@pytest.mark.parametrize(
    ("program", "workflow", "undisturbed", "recovered"), LOST_WRITES.values(), ids=list(LOST_WRITES)
)
def test_write_in_step_is_lost(program: str, workflow: str, undisturbed: str, recovered: str, tmp_path: Path) -> None:
    start = f"show({workflow}, workflow_id='w1')"
    assert lines("def crash(): pass\n" + program, start) == [f"returned {undisturbed}"]
    assert recover(CRASH + program, start, tmp_path) == [recovered]


def test_lazily_made_client_survives_a_crash(tmp_path: Path) -> None:
    program = """
import functools
import sqlite3
from dbos import DBOS

_client = None
_cache = {}

def client():
    global _client
    if _client is None:
        _client = sqlite3.connect(":memory:", check_same_thread=False)
    return _client

@functools.lru_cache
def name():
    return "one"

@DBOS.step()
def query(number):
    if number not in _cache:
        _cache[number] = client().execute("SELECT ?", (number,)).fetchone()[0]
    return name(), _cache[number]

@DBOS.workflow()
def work():
    first = query(1)
    crash()
    return first, query(1)
"""
    assert recover(CRASH + program, "show(work, workflow_id='w1')", tmp_path) == ["returned (('one', 1), ('one', 1))"]


# ---------------------------------------------------------------- DBS306, 307: options


def test_retry_options_without_retries_allowed_do_nothing() -> None:
    program = """
from dbos import DBOS

log = []

def should_retry(error):
    log.append("asked")
    return True

def fail():
    log.append("called")
    raise ValueError("no")

options = {"max_attempts": 4, "interval_seconds": 0.01, "backoff_rate": 1.0, "should_retry": should_retry}
decorated = DBOS.step(name="decorated", **options)(fail)
retried = DBOS.step(name="retried", retries_allowed=True, **options)(fail)

@DBOS.workflow()
def work(kind):
    if kind == "run_step":
        return DBOS.run_step({"name": "inline", **options}, fail)
    return decorated() if kind == "decorated" else retried()
"""
    calls = "\n".join(
        f"log.clear(); show(work, {kind!r}); print(log.count('called'), log.count('asked'))"
        for kind in ("decorated", "run_step", "retried")
    )
    once = ["raised ValueError: no", "1 0"]
    printed = lines(program, calls)
    assert printed[:4] == once + once
    assert printed[4:] == [
        "raised DBOSMaxStepRetriesExceeded: DBOS Error 7: Step retried has exceeded its maximum of 4 retries",
        "4 4",
    ]


def test_options_for_async_steps_are_refused_on_sync_ones() -> None:
    program = """
from dbos import DBOS

def plain():
    return 1

async def coroutine():
    return 1

async def ask(error):
    return True

def decorate(**options):
    return DBOS.step(name="step", **options)(plain)

asked = DBOS.step(name="asked", retries_allowed=True, should_retry=ask)(plain)

@DBOS.workflow()
def work(options, function):
    return DBOS.run_step({"name": "step", **options}, function)

@DBOS.workflow()
def work_asked():
    return asked()

@DBOS.workflow()
async def awork(options):
    return await DBOS.run_step_async({"name": "step", **options}, plain)
"""
    timeout = (
        "raised DBOSException: DBOS Error: Step step is sync but timeout_seconds is set. "
        "Step timeouts are only supported for async steps."
    )
    preemptible = (
        "raised DBOSException: DBOS Error: Step step is sync but preemptible=True. "
        "Preemption is only supported for async steps."
    )
    asked = (
        "raised DBOSException: DBOS Error: Step {} is sync but should_retry is async. "
        "Use an async step to pair with an async validator."
    )
    calls = [
        ("show(lambda: decorate(timeout_seconds=1))", timeout),
        ("show(lambda: decorate(preemptible=True))", preemptible),
        ("show(lambda: decorate(preemptible=False, timeout_seconds=None)())", "returned 1"),
        ("show(work_asked)", asked.format("asked")),
        ("show(asked)", "returned 1"),  # outside workflows its options are not looked at
        ("show(work, {'timeout_seconds': 1}, plain)", timeout),
        ("show(work, {'preemptible': True}, plain)", preemptible),
        ("show(work, {'retries_allowed': True, 'should_retry': ask}, plain)", asked.format("step")),
        ("show(work, {'timeout_seconds': 1, 'preemptible': True}, coroutine)", "returned 1"),
        ("show(awork, {'timeout_seconds': 1})", timeout),
        ("show(awork, {})", "returned 1"),
    ]
    assert lines(program, "\n".join(call for call, _ in calls)) == [expected for _, expected in calls]


# ---------------------------------------------------------------- DBS310, 311: what is decorated

KINDS = """
import sqlalchemy as sa
from dbos import DBOS, SQLAlchemyDatasource

store = SQLAlchemyDatasource.create("sqlite:///store.sqlite")


@DBOS.step()
@DBOS.workflow()
def step_over_workflow():
    return 1


@store.transaction
@DBOS.workflow()
def transaction_over_workflow():
    return 1


@DBOS.workflow()
@DBOS.step()
def workflow_over_step():
    return 1


@DBOS.workflow()
@store.transaction
def workflow_over_transaction():
    return 1


@store.transaction
@DBOS.step()
def transaction_over_step():
    return 1


@DBOS.workflow()
def work(name):
    return globals()[name]()
"""


def test_which_pairs_of_decorators_fail() -> None:
    calls = {
        "show(work, 'step_over_workflow')": "raised AssertionError: ",
        "show(work, 'transaction_over_workflow')": "raised AssertionError: ",
        "show(step_over_workflow)": "returned 1",  # outside workflows the step is a plain function
        "show(work, 'workflow_over_step')": "returned 1",
        "show(work, 'workflow_over_transaction')": "returned 1",
        "show(work, 'transaction_over_step')": "returned 1",
    }
    assert lines(KINDS, "\n".join(calls)) == list(calls.values())


@pytest.mark.parametrize(("decorators", "rows"), [("@DBOS.step()\n", 2), ("", 1)], ids=["step over it", "alone"])
def test_transaction_under_a_step_commits_twice(decorators: str, rows: int, tmp_path: Path) -> None:
    program = f"""{CRASH}
import sqlalchemy as sa
from dbos import DBOS, SQLAlchemyDatasource
from sqlalchemy.orm import Session

store = SQLAlchemyDatasource.create("sqlite:///store.sqlite")
with store.engine.begin() as connection:
    connection.execute(sa.text("CREATE TABLE IF NOT EXISTS entries (text VARCHAR)"))


@sa.event.listens_for(Session, "after_commit")
def die_after_the_commit(session):
    crash()


{decorators}@store.transaction
def insert():
    store.sql_session().execute(sa.text("INSERT INTO entries VALUES ('x')"))
    return "inserted"


@DBOS.workflow()
def work():
    return insert()


def count():
    with store.engine.begin() as connection:
        return connection.execute(sa.text("SELECT count(*) FROM entries")).scalar()
"""
    assert recover(program, "show(work, workflow_id='w1')", tmp_path) == ["returned 'inserted'"]
    assert lines(program, "print(count())", tmp_path / "dbos.sqlite") == [str(rows)]


def test_generators_and_coroutines_cannot_be_recorded() -> None:
    program = """
import asyncio
from dbos import DBOS, SQLAlchemyDatasource

store = SQLAlchemyDatasource.create("sqlite:///store.sqlite")

@DBOS.step(retries_allowed=True)
def generator():
    yield 1

@DBOS.step()
async def agenerator():
    yield 1

@store.transaction
def transaction():
    yield 1

async def fetch():
    return 1

@DBOS.step()
def coroutine():
    return fetch()

@DBOS.step()
def consumed():
    return list(number for number in range(2))

@DBOS.workflow()
def work(name):
    return list(globals()[name]())

@DBOS.workflow()
async def awork():
    return [number async for number in agenerator()]
"""
    calls = {
        "show(work, 'generator')": "raised TypeError: cannot pickle 'generator' object",
        "show(work, 'transaction')": "raised TypeError: cannot pickle 'generator' object",
        "show(awork)": "raised TypeError: cannot pickle 'async_generator' object",
        "show(work, 'coroutine')": "raised TypeError: cannot pickle 'coroutine' object",
        "show(work, 'consumed')": "returned [0, 1]",
        "show(lambda: list(generator()))": "returned [1]",  # outside workflows it is a plain generator
    }
    assert lines(program, "\n".join(calls)) == list(calls.values())


# ---------------------------------------------------------------- DBS315, 316: datasources

SOURCES = """
import asyncio
import threading

from dbos import DBOS, AsyncSQLAlchemyDatasource, SQLAlchemyDatasource

store = SQLAlchemyDatasource.create("sqlite:///store.sqlite")
other = SQLAlchemyDatasource.create("sqlite:///other.sqlite")
astore = asyncio.run(AsyncSQLAlchemyDatasource.create("sqlite+aiosqlite:///astore.sqlite"))


def session():
    return store.sql_session() is not None


async def asession():
    return astore.sql_session() is not None


@store.transaction
def direct():
    return session()


@store.transaction
def after_another():
    direct()
    return session()


@store.transaction
def in_thread():
    seen = []

    def look():
        try:
            seen.append(session())
        except AssertionError as error:
            seen.append(str(error))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    return seen[0]


@store.transaction
def async_session():
    return astore.sql_session() is not None


@store.transaction
def of_another_source():
    return str(other.sql_session().get_bind().url)


@DBOS.step()
def step():
    return session()


@DBOS.workflow()
def work(name):
    return globals()[name]()


@DBOS.workflow()
def inline():
    return store.run_tx_step(None, session)


@DBOS.workflow()
async def awork(kind):
    if kind == "tx":
        return await astore.run_tx_step_async(None, asession)
    return await asession()


async def coroutine():
    return 1


def plain():
    return 1


@DBOS.workflow()
def run_coroutine():
    return store.run_tx_step(None, coroutine)


@DBOS.workflow()
async def run_plain():
    return await astore.run_tx_step_async(None, plain)
"""


def test_where_a_datasource_has_a_session() -> None:
    text = "sql_session() must be called within a sync datasource transaction"
    atext = "sql_session() must be called within an async datasource transaction"
    calls = {
        "show(work, 'direct')": "returned True",
        "show(inline)": "returned True",
        "show(awork, 'tx')": "returned True",
        "show(direct)": "returned True",
        "show(work, 'session')": f"raised AssertionError: {text}",
        "show(work, 'step')": f"raised AssertionError: {text}",
        "show(session)": f"raised AssertionError: {text}",
        "show(awork, '')": f"raised AssertionError: {atext}",
        "show(work, 'after_another')": f"raised AssertionError: {text}",
        "show(work, 'in_thread')": f"returned {text!r}",
        "show(work, 'async_session')": f"raised AssertionError: {atext}",
        # No error, and the wrong database: dbos keeps one session per kind, not per datasource.
        "show(work, 'of_another_source')": "returned 'sqlite:///store.sqlite'",
    }
    assert lines(SOURCES, "\n".join(calls)) == list(calls.values())


def test_datasources_refuse_functions_of_the_other_kind() -> None:
    error = "raised DBOSException: DBOS Error: "
    calls = {
        "show(lambda: store.transaction(coroutine))": error
        + "SyncDatasource.transaction requires a non-coroutine function, but coroutine is a coroutine",
        "show(lambda: astore.transaction(name='p')(plain))": error
        + "AsyncDatasource.transaction requires a coroutine function, but plain is not",
        "show(run_coroutine)": error
        + "Function coroutine is a coroutine; use AsyncDatasource.run_tx_step_async instead",
        "show(run_plain)": error + "Function plain must be a coroutine function for AsyncDatasource",
        "show(store.transaction(plain))": "returned 1",
        "show(astore.transaction(coroutine))": "returned 1",
    }
    assert lines(SOURCES, "\n".join(calls)) == list(calls.values())


# ---------------------------------------------------------------- DBS318: what a handler around a step sees


def test_what_a_handler_around_a_retried_step_sees() -> None:
    program = """
from dbos import DBOS, error

calls = []

class Refused(Exception):
    pass

def fail():
    calls.append(1)
    raise Refused("no")

once = DBOS.step(name="once", retries_allowed=True, max_attempts=1)(fail)
twice = DBOS.step(name="twice", retries_allowed=True, max_attempts=2, interval_seconds=0.01)(fail)
selective = DBOS.step(name="selective", retries_allowed=True, should_retry=lambda e: not isinstance(e, Refused))(fail)
plain = DBOS.step(name="plain")(fail)

def guarded(step):
    try:
        return step()
    except Refused:
        return f"own exception, {len(calls)} call(s)"

@DBOS.step()
def in_a_step():
    return guarded(twice)

@DBOS.workflow()
def work(name):
    calls.clear()
    return guarded(globals()[name])

@DBOS.workflow()
def work_in_step():
    calls.clear()
    return in_a_step()

@DBOS.workflow()
def work_inline():
    return guarded(lambda: DBOS.run_step({"name": "inline", "retries_allowed": True, "max_attempts": 1}, fail))

@DBOS.workflow()
def work_base():
    try:
        return once()
    except error.DBOSException as problem:
        return type(problem).__name__
"""
    exceeded = "raised DBOSMaxStepRetriesExceeded: DBOS Error 7: Step {} has exceeded its maximum of {} retries"
    calls = {
        "show(work, 'once')": exceeded.format("once", 1),
        "show(work, 'twice')": exceeded.format("twice", 2),
        "show(work_inline)": exceeded.format("inline", 1),
        "show(work, 'selective')": "returned 'own exception, 1 call(s)'",
        "show(work, 'plain')": "returned 'own exception, 1 call(s)'",
        "show(work_in_step)": "returned 'own exception, 1 call(s)'",
        "calls.clear(); show(guarded, twice)": "returned 'own exception, 1 call(s)'",
        "show(work_base)": "returned 'DBOSMaxStepRetriesExceeded'",
    }
    assert lines(program, "\n".join(calls)) == list(calls.values())


# ---------------------------------------------------------------- DBS320: the arguments of run_step


def test_arguments_of_run_step() -> None:
    program = """
import asyncio
import functools
from dbos import DBOS, AsyncSQLAlchemyDatasource, SQLAlchemyDatasource

store = SQLAlchemyDatasource.create("sqlite:///store.sqlite")
astore = asyncio.run(AsyncSQLAlchemyDatasource.create("sqlite+aiosqlite:///astore.sqlite"))

def f(x=1):
    return x

async def af(x=1):
    return x

def make(x):
    def made():
        return x
    return made

class Callable:
    def __call__(self, x):
        return x

@DBOS.workflow()
def work(name):
    return FORMS[name]()

@DBOS.workflow()
async def awork(name):
    return await FORMS[name]()

FORMS = {
    "no options": lambda: DBOS.run_step(f),
    "no options, argument": lambda: DBOS.run_step(f, 2),
    "result": lambda: DBOS.run_step(None, f(2)),
    "named result": lambda: DBOS.run_step({"name": "n"}, f(2)),
    "tx no options": lambda: store.run_tx_step(f),
    "tx no options, argument": lambda: store.run_tx_step(f, 2),
    "tx result": lambda: store.run_tx_step(None, f(2)),
    "right": lambda: DBOS.run_step(None, f, 2),
    "keywords": lambda: DBOS.run_step(func=f, dbos_step_options=None, x=2),
    "made": lambda: DBOS.run_step(None, make(2)),
    "named partial": lambda: DBOS.run_step({"name": "n"}, functools.partial(f, 2)),
    "named object": lambda: DBOS.run_step({"name": "n"}, Callable(), 2),
    "tx right": lambda: store.run_tx_step(None, f, 2),
    "coroutine": lambda: DBOS.run_step_async(None, af(2)),
    "async no options": lambda: DBOS.run_step_async(af),
    "async no options, argument": lambda: DBOS.run_step_async(af, 2),
    "async tx no options": lambda: astore.run_tx_step_async(af),
    "async right": lambda: DBOS.run_step_async(None, af, 2),
}
"""
    forms = {
        "no options": "TypeError: DBOS.run_step() missing 1 required positional argument: 'func'",
        "no options, argument": "TypeError: 'function' object is not a mapping",
        "result": "AttributeError: 'int' object has no attribute '__qualname__'",
        "named result": "TypeError: the first argument must be callable",
        "tx no options": "TypeError: SQLAlchemyDatasource.run_tx_step() missing 1 required positional argument: 'func'",
        "tx no options, argument": "AttributeError: 'function' object has no attribute 'get'",
        "tx result": "AttributeError: 'int' object has no attribute '__qualname__'",
        "right": "",
        "keywords": "",
        "made": "",
        "named partial": "",
        "named object": "",
        "tx right": "",
    }
    async_forms = {
        "coroutine": "TypeError: the first argument must be callable",
        "async no options": "TypeError: DBOS.run_step_async() missing 1 required positional argument: 'func'",
        "async no options, argument": "TypeError: 'function' object is not a mapping",
        "async tx no options": "TypeError: AsyncSQLAlchemyDatasource.run_tx_step_async() missing 1 required "
        "positional argument: 'func'",
        "async right": "",
    }
    calls = [f"show(work, {form!r})" for form in forms] + [f"show(awork, {form!r})" for form in async_forms]
    expected = [f"raised {error}" if error else "returned 2" for error in (forms | async_forms).values()]
    assert lines(program, "\n".join(calls)) == expected
