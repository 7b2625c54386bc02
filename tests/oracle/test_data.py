"""What workflows and steps carry, on the real dbos: what it stores, and how that comes back."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbos_lint.linter import lint_source
from dbos_lint.settings import Settings
from tests.oracle.engine import PRELUDE, page_program, run_program

pytestmark = pytest.mark.oracle

PROVES = {"DBS224", "DBS312", "DBS319", "DBS907"}


def lines(program: str, calls: str) -> list[str]:
    done = run_program(f"{PRELUDE}{program}\n{calls}\n")
    assert done.returncode == 0, done.stderr
    return done.lines


# ------------------------------------------------------------------------------------------ DBS224, DBS312


@pytest.mark.parametrize(
    ("heading", "printed"),
    [("Example", "raised TypeError: cannot pickle '_thread.lock' object"), ("Use instead", "returned 3")],
)
def test_a_lock_is_no_argument_of_a_workflow(heading: str, printed: str) -> None:
    assert lines(page_program("DBS224", heading), "launch()\nshow(on_request, 3)") == [printed]


CARRIED = """
import threading

from dbos import DBOS

lock = threading.Lock()
ran = []


@DBOS.step()
def takes(value):
    return 1


@DBOS.step()
def gives():
    ran.append(1)
    return lock


@DBOS.workflow()
def argument(value):
    return 1


@DBOS.workflow()
def result():
    return lock


@DBOS.workflow()
def event():
    DBOS.set_event("key", lock)


@DBOS.workflow()
def stream():
    DBOS.write_stream("key", lock)


@DBOS.workflow()
def message():
    DBOS.send(DBOS.workflow_id, lock)


@DBOS.workflow()
def child():
    return argument(lock)


@DBOS.workflow()
def step_argument():
    return takes(lock)


@DBOS.workflow()
def step_result():
    return gives()


@DBOS.workflow()
def inline_result():
    return DBOS.run_step(None, lambda: lock)
"""


def test_where_dbos_stores_values_and_where_it_does_not() -> None:
    refused = ["result", "event", "stream", "message", "child", "step_result", "inline_result"]
    calls = "\n".join(
        ["launch()", "show(argument, lock)", *(f"show({name})" for name in refused), "show(step_argument)"]
    )
    printed = lines(CARRIED, calls)
    assert printed[:-1] == ["raised TypeError: cannot pickle '_thread.lock' object"] * (len(refused) + 1)
    assert printed[-1] == "returned 1"


def test_the_body_of_a_step_has_run_when_its_result_is_refused() -> None:
    calls = "launch()\nshow(step_result, workflow_id='w')\nprint(len(ran), recorded('w'))\n"
    calls += "print(DBOS.retrieve_workflow('w').get_status().status)"
    assert lines(CARRIED, calls)[1:] == ["1 []", "ERROR"]


@pytest.mark.parametrize(
    ("heading", "printed"),
    [("Example", "raised TypeError: cannot pickle 'sqlite3.Connection' object"), ("Use instead", "returned 0")],
)
def test_a_connection_is_no_result_of_a_step(heading: str, printed: str) -> None:
    assert lines(page_program("DBS312", heading), "launch()\nshow(report, ':memory:')") == [printed]


# What the catalogue of the linter says is made by a name, and how the real thing is made. What is of other packages
# than those at hand, or needs a server, was pickled by hand.
MADE = [
    "threading.Lock()",
    "threading.RLock()",
    "threading.Event()",
    "threading.Condition()",
    "threading.Semaphore()",
    "threading.BoundedSemaphore()",
    "threading.Barrier(2)",
    "threading.Thread()",
    "threading.Timer(1, print)",
    "threading.local()",
    "multiprocessing.Lock()",
    "multiprocessing.Queue()",
    "multiprocessing.Process()",
    "concurrent.futures.ThreadPoolExecutor()",
    "concurrent.futures.ProcessPoolExecutor()",
    "concurrent.futures.Future()",
    "queue.Queue()",
    "queue.SimpleQueue()",
    "open(__file__)",
    "io.open(__file__, 'rb')",
    "pathlib.Path(__file__).open()",
    "gzip.open('made.gz', 'wb')",
    "zipfile.ZipFile('made.zip', 'w')",
    "tempfile.NamedTemporaryFile()",
    "tempfile.TemporaryFile()",
    "socket.socket()",
    "ssl.SSLContext()",
    "sqlite3.connect(':memory:')",
    "sqlite3.connect(':memory:').cursor()",
    "sqlalchemy.create_engine('sqlite://')",
    "sqlalchemy.create_engine('sqlite://').connect()",
    "sqlalchemy.orm.Session(sqlalchemy.create_engine('sqlite://'))",
    "sqlalchemy.orm.sessionmaker(sqlalchemy.create_engine('sqlite://'))",
    "sqlalchemy.create_engine('sqlite://').connect().execute(sqlalchemy.text('select 1'))",
    "sqlalchemy.ext.asyncio.create_async_engine('sqlite+aiosqlite://')",
    "httpx.Client()",
    "httpx.AsyncClient()",
    "re.match('a', 'a')",
    "hashlib.sha256()",
    "csv.reader([])",
    "csv.DictReader([])",
    "memoryview(b'')",
    "contextvars.ContextVar('x')",
    "contextvars.Context()",
    "weakref.WeakKeyDictionary()",
    "os.scandir()",
    "os.walk('.')",
    "pathlib.Path().iterdir()",
    "pathlib.Path().glob('*')",
    "{}.keys()",
    "{}.values()",
    "{}.items()",
    "(each for each in [])",
    "threading",
    "lambda: 1",
]
CARRIES = [
    "asyncio.Lock()",
    "asyncio.Event()",
    "asyncio.Queue()",
    "io.BytesIO()",
    "io.StringIO()",
    "logging.getLogger('x')",
    "iter([])",
    "map(str, [])",
    "zip([], [])",
    "enumerate([])",
    "range(3)",
    "requests.Session()",
    "requests.Response()",
    "re.compile('a')",
    "decimal.Decimal(1)",
    "uuid.uuid4()",
    "pathlib.Path()",
    "tempfile.TemporaryDirectory()",
    "functools.partial(print)",
    "sqlalchemy.text('a')",
    "subprocess.run(['true'])",
    "collections.defaultdict(int)",
    "print",
    "str.upper",
]
TAKES = """
import asyncio, collections, concurrent.futures, contextvars, csv, decimal, functools, gzip, hashlib, io, logging
import multiprocessing, os, pathlib, queue, re, socket, sqlite3, ssl, subprocess, tempfile, threading, uuid, weakref
import zipfile

import httpx, requests, sqlalchemy, sqlalchemy.ext.asyncio, sqlalchemy.orm
from dbos import DBOS


@DBOS.workflow()
def takes(value):
    return 1


launch()
for text in TEXTS:
    try:
        takes(eval(text))
    except Exception:
        print("refused")
    else:
        print("carried")
"""


@pytest.mark.parametrize(("texts", "outcome"), [(MADE, "refused"), (CARRIES, "carried")])
def test_what_the_catalogue_says_of_pickle(texts: list[str], outcome: str) -> None:
    printed = lines(f"TEXTS = {texts!r}\n{TAKES}", "")
    assert dict(zip(texts, printed, strict=True)) == dict.fromkeys(texts, outcome)


@pytest.mark.parametrize(("texts", "codes"), [(MADE, ["DBS224"]), (CARRIES, [])])
def test_the_catalogue_says_the_same(texts: list[str], codes: list[str], tmp_path: Path) -> None:
    head = TAKES.partition("launch()")[0].replace("@DBOS.workflow()", "\n@DBOS.workflow()")
    for text in texts:
        source = f"{head}def start():\n    takes({text})\n"
        found = lint_source(source.encode(), str(tmp_path / "start.py"), Settings(root=str(tmp_path))).diagnostics
        assert (text, [each.code for each in found]) == (text, codes)


# ------------------------------------------------------------------------------------------ DBS319


@pytest.mark.parametrize(
    ("heading", "replay"),
    [
        (
            "Example",
            "raised TypeError: CardDeclined.__init__() missing 1 required positional argument: 'reason'",
        ),
        ("Use instead", "returned 'refused: expired'"),
    ],
)
def test_an_exception_is_rebuilt_from_its_arguments(heading: str, replay: str) -> None:
    calls = """
launch()
show(pay, "c1", workflow_id="w")
show(lambda: DBOS.fork_workflow("w", 2).get_result(polling_interval_sec=0.05))
"""
    assert lines(page_program("DBS319", heading), calls) == ["returned 'refused: expired'", replay]


EXCEPTIONS = """
from dataclasses import dataclass

from dbos import DBOS


class Prefixed(Exception):
    def __init__(self, order):
        super().__init__(f"order {order} not found")


class Defaults(Exception):
    def __init__(self, message, code=0):
        super().__init__(message)
        self.code = code


class Silent(Exception):
    def __init__(self, order, code):
        self.order = order


class Inherited(Prefixed):
    pass


class Nothing(Exception):
    def __init__(self, order):
        super().__init__()


class SetsArgs(Exception):
    def __init__(self, order, code):
        super().__init__(f"{order} {code}")
        self.args = (order, code)


@dataclass
class Data(Exception):
    order: str
    code: int


MADE = {
    "prefixed": lambda: Prefixed("7"),
    "inherited": lambda: Inherited("7"),
    "defaults": lambda: Defaults("text", 3),
    "silent": lambda: Silent("7", 3),
    "silent by keyword": lambda: Silent(order="7", code=3),
    "nothing": lambda: Nothing("7"),
    "sets args": lambda: SetsArgs("7", 3),
    "dataclass": lambda: Data("7", 3),
}


@DBOS.step()
def fail(name):
    raise MADE[name]()


@DBOS.workflow()
def run(name):
    try:
        fail(name)
    except Exception as error:
        return f"{type(error).__name__} {error.args} {sorted(vars(error))}"


launch()
for name in MADE:
    first = run(name)
    again = DBOS.fork_workflow(DBOS.list_workflows()[-1].workflow_id, 2).get_result(polling_interval_sec=0.05)
    print(f"{name}: {first == again}")
"""


def test_which_exceptions_survive() -> None:
    assert lines(EXCEPTIONS, "") == [
        "prefixed: False",
        "inherited: False",
        "defaults: True",
        "silent: True",
        "silent by keyword: False",
        "nothing: False",
        "sets args: True",
        "dataclass: True",
    ]


def test_a_caller_of_a_failed_workflow_sees_another_exception() -> None:
    program = EXCEPTIONS.partition("launch()")[0] + "\n@DBOS.workflow()\ndef raises():\n    raise Nothing('7')\n"
    calls = "launch()\nshow(raises, workflow_id='w')\nshow(result, 'w')"
    assert lines(program, calls) == [
        "raised Nothing: ",
        "raised TypeError: Nothing.__init__() missing 1 required positional argument: 'order'",
    ]


# ------------------------------------------------------------------------------------------ DBS907

PORTABLE = """
launch()
DBOS.register_queue("rooms", polling_interval_sec=0.05)
print(book("r1", {days}))
print(DBOS.enqueue_workflow("rooms", book, "r1", {days}).get_result())
"""


@pytest.mark.parametrize(
    ("heading", "days", "types"),
    [("Example", "(1, 3)", ["tuple", "list"]), ("Use instead", "[1, 3]", ["list", "list"])],
)
def test_a_tuple_comes_back_as_a_list(heading: str, days: str, types: list[str]) -> None:
    printed = lines(page_program("DBS907", heading), PORTABLE.format(days=days))
    assert printed == [f"r1 for 2 days, as {name}" for name in types]


JSON = """
import datetime
import decimal
import uuid
from typing import NamedTuple

from dbos import DBOS, DBOSPortableJSONSerializer, WorkflowSerializationFormat


class Point(NamedTuple):
    x: int


VALUES = {
    "list": [1],
    "tuple": (1,),
    "named tuple": Point(1),
    "set": {1},
    "datetime": datetime.datetime(2024, 5, 1),
    "date": datetime.date(2024, 5, 1),
    "decimal": decimal.Decimal("1.5"),
    "frozenset": frozenset({1}),
    "time": datetime.time(1),
    "uuid": uuid.UUID(int=1),
    "bytes": b"x",
    "int keys": {1: 2},
}


@DBOS.step()
def give(name):
    return VALUES[name]


@DBOS.workflow()
def run(name):
    return type(give(name)).__name__


@DBOS.workflow(serialization_type=WorkflowSerializationFormat.PORTABLE)
def portable(name):
    value = give(name)
    return type(value).__name__


@DBOS.workflow(serialization_type=WorkflowSerializationFormat.PORTABLE)
def takes(when: datetime.datetime, day: datetime.date, maybe: "datetime.date | None" = None):
    return f"{type(when).__name__} {type(day).__name__} {type(maybe).__name__}"


@DBOS.workflow(serialization_type=WorkflowSerializationFormat.PORTABLE)
def tells(name):
    DBOS.set_event("value", VALUES[name])


def both(workflow, name):
    first = workflow(name)
    id = DBOS.list_workflows()[-1].workflow_id
    return first, DBOS.fork_workflow(id, 2).get_result(polling_interval_sec=0.05)

"""


def test_what_a_portable_application_gets_back_from_its_steps() -> None:
    calls = "launch(serializer=DBOSPortableJSONSerializer())\nfor name in VALUES:\n    show(both, run, name)"
    assert lines(JSON, calls) == [
        "returned ('list', 'list')",
        "returned ('tuple', 'list')",
        "returned ('Point', 'list')",
        "returned ('set', 'list')",
        "returned ('datetime', 'str')",
        "returned ('date', 'str')",
        "returned ('Decimal', 'str')",
        "raised TypeError: Object of type frozenset is not portable JSON serializable",
        "raised TypeError: Object of type time is not portable JSON serializable",
        "raised TypeError: Object of type UUID is not portable JSON serializable",
        "raised TypeError: Object of type bytes is not portable JSON serializable",
        "raised TypeError: Attempt to do portable JSON serialization of a map with non-string keys",
    ]


def test_steps_of_a_portable_workflow_are_pickled_and_dates_are_converted_back() -> None:
    calls = """
launch()
for name in ("tuple", "datetime", "bytes"):
    show(both, portable, name)
DBOS.register_queue("dates", polling_interval_sec=0.05)
day = datetime.date(2024, 5, 1)
print(DBOS.enqueue_workflow("dates", takes, VALUES["datetime"], day, day).get_result())
show(tells, "bytes")
tells("set")
print(DBOS.get_event(DBOS.list_workflows()[-1].workflow_id, "value"))
"""
    assert lines(JSON, calls) == [
        "returned ('tuple', 'tuple')",
        "returned ('datetime', 'datetime')",
        "returned ('bytes', 'bytes')",
        "datetime date str",
        "raised TypeError: Object of type bytes is not portable JSON serializable",
        "[1]",
    ]
