"""What workflows carry, how they are declared and given their arguments, on the real dbos."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dbos_lint.linter import lint_source
from dbos_lint.settings import Settings
from tests.oracle.engine import PRELUDE, Completed, page_program, run_program

pytestmark = pytest.mark.oracle

PROVES = {"DBS216", "DBS224", "DBS225", "DBS227", "DBS230", "DBS234", "DBS312", "DBS319", "DBS907"}

CRASHED = 77
NEXT_FILE = re.compile(r"^# ---- (\w+\.py) ----\n", re.M)


def run(program: str, calls: str, database: Path | None = None) -> Completed:
    done = run_program(f"{PRELUDE}{program}\n{calls}\n", database=database)
    assert done.returncode in (0, CRASHED), done.stderr
    return done


def lines(program: str, calls: str, database: Path | None = None) -> list[str]:
    return run(program, calls, database).lines


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "dbos.sqlite"


def replaced(program: str, old: str, new: str) -> str:
    assert old in program
    return program.replace(old, new)


# ------------------------------------------------------------------------------------------ DBS216

MEET = """
import threading
barrier = threading.Barrier(2)


def meet(text):
    barrier.wait(20)
    return text

"""
TWO_ORDERS = """
launch()
handles = [DBOS.start_workflow(checkout.run, order) for order in ("o1", "o2")]
print(len({handle.get_result() for handle in handles}))
"""


@pytest.mark.parametrize(("heading", "receipts"), [("Example", "1"), ("Use instead", "2")])
def test_workflows_of_one_instance_share_its_attributes(heading: str, receipts: str) -> None:
    program = replaced(page_program("DBS216", heading), 'return f"charged {order}"', 'return meet(f"charged {order}")')
    assert lines(MEET + program, TWO_ORDERS) == [receipts]


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
        found = lint_source(source.encode(), str(tmp_path / "start.py"), Settings(root=tmp_path)).diagnostics
        assert (text, [each.code for each in found]) == (text, codes)


# ------------------------------------------------------------------------------------------ DBS225

ENQUEUED = """
launch()
DBOS.register_queue("bills", polling_interval_sec=0.05)
print({direct})
print(DBOS.enqueue_workflow("bills", {queued}).get_result())
"""


@pytest.mark.parametrize(
    ("heading", "direct", "queued", "printed"),
    [
        ("Example", "north('may')", "north, 'may'", ["north billed for may", "south billed for may"]),
        ("Use instead", "billing('north', 'may')", "billing, 'north', 'may'", ["north billed for may"] * 2),
    ],
)
def test_a_queue_runs_the_last_closure(heading: str, direct: str, queued: str, printed: list[str]) -> None:
    done = run(page_program("DBS225", heading), ENQUEUED.format(direct=direct, queued=queued))
    assert done.lines == printed
    assert ("Duplicate registration of function 'make_billing.<locals>.billing'" in done.stderr) == (
        heading == "Example"
    )


LATE = """
from dbos import DBOS


@DBOS.step()
def greet(name):
    return f"hello {name}"


def factory():
    @DBOS.workflow(name="late")
    def inner(name):
        text = greet(name)
        end(text)
        return text

    return inner


def end(text):
    pass

"""
END = "\ndef end(text):\n    import os\n    os._exit(77)\n\n"
START = "with _dbos.SetWorkflowID('w'):\n    {workflow}('ada')\n"


@pytest.mark.parametrize("early", [False, True])
def test_what_is_made_after_launch_is_not_recovered(early: bool, database: Path) -> None:
    # Later than the recovery, which begins with the launch: when the first request comes.
    made = "inner = factory()\nlaunch()\n" if early else "launch()\nimport time; time.sleep(1)\ninner = factory()\n"
    assert run(LATE + END, made + START.format(workflow="inner"), database).returncode == CRASHED
    status = "import time; time.sleep(1.5)\nprint(DBOS.retrieve_workflow('w').get_status().status)"
    done = run(LATE, made + status, database)
    assert done.lines == (["SUCCESS"] if early else ["PENDING"])
    assert ("late is not a registered workflow function" in done.stderr) != early


LAMBDAS = """
from dbos import DBOS

shout = DBOS.workflow()(lambda text: text.upper())
"""
WHISPER = "whisper = DBOS.workflow()(lambda text: text.lower())\n"


@pytest.mark.parametrize(("more", "printed"), [("", ["Ada", "ADA"]), (WHISPER, ["Ada", "ada"])])
def test_only_the_second_lambda_takes_the_place_of_the_first(more: str, printed: list[str]) -> None:
    direct, queued = "'Ada' if shout('Ada') == 'ADA' else ''", "shout, 'Ada'"
    assert lines(LAMBDAS + more, ENQUEUED.format(direct=direct, queued=queued)) == printed


def test_wrapping_keeps_the_name() -> None:
    program = """
from functools import wraps

from dbos import DBOS


def durable(function):
    @DBOS.workflow()
    @wraps(function)
    def run(*args):
        return function(*args)

    return run


@durable
def first(text):
    return f"first {text}"


@durable
def second(text):
    return f"second {text}"
"""
    calls = ENQUEUED.format(direct="first('x')", queued="first, 'x'")
    assert lines(program, calls) == ["first x", "first x"]
    assert lines(program.replace("    @wraps(function)\n", ""), calls) == ["first x", "second x"]


# ------------------------------------------------------------------------------------------ DBS227


def with_modules(program: str, database: Path) -> str:
    """Lay the other files of ``program`` beside it, and give what is its own."""
    first, *others = NEXT_FILE.split(program)
    for name, text in zip(others[::2], others[1::2], strict=True):
        (database.parent / name).write_text(text, encoding="utf-8")
    return first


def test_the_second_module_of_a_name_is_refused(database: Path) -> None:
    program = with_modules(page_program("DBS227", "Example"), database)
    refused = run_program(f"{PRELUDE}{program}\nprint('imported')\n", database=database)
    assert refused.returncode == 1
    error = refused.stderr.splitlines()[-1]
    assert error.startswith(
        "dbos._error.DBOSException: DBOS Error: Operation (Name: process) is registered by two different functions, "
    )


def test_names_of_their_own_are_fine(database: Path) -> None:
    program = with_modules(page_program("DBS227", "Use instead"), database)
    calls = "launch()\nshow(on_request, 'o1', True)\nshow(on_request, 'o1', False)"
    assert lines(program, calls, database) == ["returned 'o1 refunded'", "returned 'o1 packed'"]


SENDER = """
from dbos import DBOS


class Sender:
    @staticmethod
    @DBOS.{kind}({name})
    def send(to):
        return to
"""


@pytest.mark.parametrize(
    ("kind", "name", "refused"),
    [("workflow", "", True), ("workflow", "name=__name__", False), ("step", "", False)],
)
def test_methods_of_classes_of_one_name_clash_and_steps_do_not(
    kind: str, name: str, refused: bool, database: Path
) -> None:
    for module in ("mail", "sms"):
        (database.parent / f"{module}.py").write_text(SENDER.format(kind=kind, name=name), encoding="utf-8")
    done = run_program("import mail, sms\nprint('imported')\n", database=database)
    assert (done.returncode, done.lines) == ((1, []) if refused else (0, ["imported"]))


# ------------------------------------------------------------------------------------------ DBS230

ORDER = """
launch()
id = on_order("o1")
show(result, id)
print(DBOS.retrieve_workflow(id).get_status().status)
"""


@pytest.mark.parametrize(
    ("heading", "printed"),
    [
        ("Example", ["raised TypeError: bill() got an unexpected keyword argument 'workflow_id'", "ERROR"]),
        ("Use instead", ["returned 'o1: 10'", "SUCCESS"]),
    ],
)
def test_the_start_does_not_look_at_the_arguments(heading: str, printed: list[str]) -> None:
    assert lines(page_program("DBS230", heading), ORDER) == printed


def test_arguments_that_do_not_fit_when_dequeued_and_in_run_step() -> None:
    program = page_program("DBS230", "Example")
    program += "\n\n@DBOS.workflow()\ndef inline(order):\n    return DBOS.run_step(None, charge, order)\n"
    calls = """
launch()
DBOS.register_queue("bills", polling_interval_sec=0.05)
handle = DBOS.enqueue_workflow("bills", bill, "o1")
show(handle.get_result)
show(inline, "o1")
"""
    assert lines(program, calls) == [
        "raised TypeError: bill() missing 1 required positional argument: 'amount'",
        "raised TypeError: charge() missing 1 required positional argument: 'amount'",
    ]


# ------------------------------------------------------------------------------------------ DBS234


@pytest.mark.parametrize(
    ("heading", "printed"),
    [
        (
            "Example",
            "raised DBOSUnexpectedStepError: DBOS Error 11: During execution of workflow w step 1, function book was "
            "recorded when rate was expected. Check that your workflow is deterministic.",
        ),
        ("Use instead", "returned 22.0"),
    ],
)
def test_a_full_cache_is_empty_after_a_crash(heading: str, printed: str, database: Path) -> None:
    program = page_program("DBS234", heading)
    convert = "convert(20, 'usd')\n"
    crash = "_publish = publish\ndef publish(amount):\n    import os\n    os._exit(77)\n"
    calls = f"launch()\n{convert}{crash}with _dbos.SetWorkflowID('w'):\n    {convert}"
    assert run(program, calls, database).returncode == CRASHED
    assert lines(program, "launch()\nshow(result, 'w')", database) == [printed]


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
