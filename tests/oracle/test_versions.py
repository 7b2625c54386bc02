"""What dbos 3.4.0 makes of code written for an older release, of names that never were, and what it still takes.

One process runs all expressions of a kind; each of them is a test.
"""

from __future__ import annotations

import json
from functools import cache

import pytest

from dbos_lint.catalog.history import Kind, history, version
from tests.oracle.engine import PRELUDE, Completed, page_program, run_program

pytestmark = pytest.mark.oracle

PROVES = {"DBS949", "DBS950", "DBS951", "DBS952", "DBS953", "DBS954", "DBS955", "DBS956", "DBS960"}

EXAMPLE, INSTEAD = "Example", "Use instead"

# code, what is written, and what dbos 3.4.0 answers.
IMPORTS = [
    ("DBS949", "from dbos import workflow", "ImportError: cannot import name 'workflow' from 'dbos'"),
    ("DBS949", "from dbos.error import DBOSException", "ModuleNotFoundError: No module named 'dbos.error'"),
    ("DBS949", "DBOS.run_workflow", "AttributeError: type object 'DBOS' has no attribute 'run_workflow'"),
    ("DBS949", "DBOS.recv('paid', timeout=1)", "TypeError: DBOS.recv() got an unexpected keyword argument 'timeout'"),
    ("DBS949", "dbos.error.DBOSStepError", "AttributeError: module 'dbos._error' has no attribute 'DBOSStepError'"),
    ("DBS950", "from dbos import load_config", "ImportError: cannot import name 'load_config'"),
    ("DBS950", "from dbos import ConfigFile", "ImportError: cannot import name 'ConfigFile'"),
    ("DBS950", "from dbos import GetWorkflowsInput", "ImportError: cannot import name 'GetWorkflowsInput'"),
    ("DBS950", "from dbos import get_dbos_database_url", "ImportError: cannot import name 'get_dbos_database_url'"),
    ("DBS950", "DBOS.restart_workflow('a')", "AttributeError: type object 'DBOS' has no attribute 'restart_workflow'"),
    ("DBS950", "DBOS.parent_workflow_id", "AttributeError: type object 'DBOS' has no attribute 'parent_workflow_id'"),
    ("DBS950", "DBOS.debug_mode", "AttributeError: type object 'DBOS' has no attribute 'debug_mode'"),
    ("DBS950", "DBOS.request", "AttributeError: type object 'DBOS' has no attribute 'request'"),
    ("DBS950", "DBOS.config", "AttributeError: type object 'DBOS' has no attribute 'config'"),
    ("DBS950", "DBOS.recover_pending_workflows()", "AttributeError: type object 'DBOS' has no attribute"),
    ("DBS950", "DBOS.execute_workflow_id('a')", "AttributeError: type object 'DBOS' has no attribute"),
    ("DBS950", "DBOS.register_instance(1)", "AttributeError: type object 'DBOS' has no attribute 'register_instance'"),
    ("DBS950", "DBOS.communicator()", "AttributeError: type object 'DBOS' has no attribute 'communicator'"),
    ("DBS950", "DBOS.launch(debug_mode=False)", "TypeError: DBOS.launch() got an unexpected keyword argument"),
    ("DBS950", "DBOS.tracer.set_provider(None)", "AttributeError: 'DBOSTracer' object has no attribute 'set_provider'"),
    ("DBS950", "DBOS.kafka_consumer({}, [], in_order=True)", "TypeError: DBOS.kafka_consumer() got an unexpected"),
    ("DBS950", "DBOS.kafka_consumer({}, [], True)", "TypeError: DBOS.kafka_consumer() takes 3 positional arguments"),
    ("DBS950", "dbos.error.DBOSConflictingRegistrationError", "AttributeError: module 'dbos._error' has no attribute"),
    ("DBS950", "dbos.error.DBOSDeadLetterQueueError", "AttributeError: module 'dbos._error' has no attribute"),
    ("DBS950", "dbos.WorkflowStatusString.RETRIES_EXCEEDED", "AttributeError: RETRIES_EXCEEDED"),
    ("DBS950", "dbos.error.DBOSException('x').status_code", "AttributeError: 'DBOSException' object has no attribute"),
    ("DBS950", "dbos.DBOSClient(URL)", "TypeError: DBOSClient.__init__() takes 1 positional argument but 2 were given"),
    ("DBS950", "dbos.DBOSClient(database_url=URL)", "TypeError: DBOSClient.__init__() got an unexpected keyword"),
    ("DBS950", "dbos.DBOSClient(system_database_url=URL, application_database_url=URL)", "TypeError: DBOSClient."),
    ("DBS950", "dbos.DBOSClient(system_database_url=URL, system_database='x')", "TypeError: DBOSClient.__init__()"),
    ("DBS950", "dbos.run_dbos_database_migrations(URL, app_database_url=URL)", "TypeError: run_dbos_database_migra"),
    ("DBS951", "DBOS.transaction()", "AttributeError: type object 'DBOS' has no attribute 'transaction'"),
    ("DBS951", "DBOS.sql_session", "AttributeError: type object 'DBOS' has no attribute 'sql_session'"),
    ("DBS952", "dbos.Queue('q')", "DBOSException: DBOS Error: Queue objects cannot be constructed directly"),
    ("DBS952", "dbos.Queue('q', priority_enabled=True)", "TypeError: Queue.__init__() got an unexpected keyword"),
    ("DBS953", "DBOS.scheduled('* * * * *')", "AttributeError: type object 'DBOS' has no attribute 'scheduled'"),
    ("DBS954", "DBOS(config=CONFIG, fastapi=None)", "TypeError: DBOS.__new__() got an unexpected keyword argument"),
    ("DBS954", "DBOS(config=CONFIG, flask=None)", "TypeError: DBOS.__new__() got an unexpected keyword argument"),
    ("DBS955", "DBOS(config={**CONFIG, 'database_url': URL})", "DBOSInitializationError: DBOS Error 3: "),
    ("DBS955", "DBOS(config={**CONFIG, 'application_database_url': URL})", "DBOSInitializationError: DBOS Error 3: "),
]
# The same on an engine that runs: what is said here needs a system database.
LAUNCHED = [
    ("DBS950", "DBOS.retrieve_queue('q').priority_enabled", "AttributeError: 'Queue' object has no attribute"),
    ("DBS950", "DBOS.retrieve_queue('q').set_partition_queue(True)", "AttributeError: 'Queue' object has no attribute"),
    ("DBS956", "DBOS.register_queue('p', partition_queue=True, concurrency=1)", "TypeError: DBOS.register_queue() got"),
    ("DBS956", "DBOS.register_queue('p', priority_enabled=True)", "TypeError: DBOS.register_queue() got an unexpected"),
    ("DBS956", "CLIENT.register_queue('p', priority_enabled=True)", "TypeError: DBOSClient.register_queue() got an"),
    ("DBS949", "CLIENT.close()", "AttributeError: 'DBOSClient' object has no attribute 'close'"),
    ("DBS949", "DBOS.retrieve_workflow('w', existing_workflow=False).result()", "has no attribute 'result'"),
    (
        "DBS960",
        "DBOS.register_queue('q', concurrency=1, global_concurrency=1)",
        "ValueError: concurrency is deprecated",
    ),
]

HEAD = """
import asyncio, json
import dbos
from dbos import DBOS

URL = _os.environ["DBOS_SQLITE"]
CONFIG = {"name": "oracle-app", "system_database_url": URL}
"""
RUN = """
answers = {}
for text in json.loads(CASES):
    try:
        exec(text)
    except Exception as error:
        answers[text] = f"{type(error).__name__}: {error}"
    else:
        answers[text] = "nothing"
print(json.dumps(answers))
"""
LAUNCH = """
launch()
DBOS.register_queue("q")
CLIENT = dbos.DBOSClient(system_database_url=URL)
"""


@cache
def answers(setup: str, cases: tuple[str, ...]) -> dict[str, str]:
    """What dbos says to each of ``cases``, after ``setup``."""
    done = run_program(f"{PRELUDE}{HEAD}{setup}CASES = {json.dumps(cases)!r}\n{RUN}")
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.lines[-1])
    return found


@pytest.mark.parametrize(("code", "text", "expected"), IMPORTS, ids=lambda value: str(value)[:60])
def test_what_is_gone_or_never_was_raises(code: str, text: str, expected: str) -> None:
    assert answers("", tuple(case for _, case, _ in IMPORTS))[text].startswith(expected)


@pytest.mark.parametrize(("code", "text", "expected"), LAUNCHED, ids=lambda value: str(value)[:60])
def test_what_is_gone_or_never_was_raises_on_a_running_engine(code: str, text: str, expected: str) -> None:
    assert expected in answers(LAUNCH, tuple(case for _, case, _ in LAUNCHED))[text]


# DBS950: the misspelt parameter is taken for an argument of the workflow, and the real one is missing.
DEBOUNCE = """
launch()
client = dbos.DBOSClient(system_database_url=URL)
debouncer = dbos.DebouncerClient(client, {"workflow_name": "w", "queue_name": "q"})
try:
    asyncio.run(debouncer.debounce_async(deboucne_key="a", debounce_period_sec=1))
except TypeError as error:
    print("raised", error)
"""


def test_the_misspelt_parameter_of_debounce_async_is_gone() -> None:
    done = run_program(PRELUDE + HEAD + DEBOUNCE)

    assert done.lines == [
        "raised DebouncerClient.debounce_async() missing 1 required positional argument: 'debounce_key'"
    ]


# DBS955: keys that 3.x does not know are passed over, so what they asked for does not happen.
IGNORED = """
import socket
launch(run_admin_server=True, admin_port=38791, sys_db_name="elsewhere", app_db_pool_size=3, disable_otlp=False)
with socket.socket() as connection:
    print(connection.connect_ex(("127.0.0.1", 38791)) == 0)
print(DBOS.list_workflows())
"""


def test_the_keys_of_the_admin_server_are_passed_over() -> None:
    done = run_program(PRELUDE + HEAD + IGNORED)

    assert done.lines == ["False", "[]"], done.stderr


def test_an_empty_url_is_no_url() -> None:
    done = run_program(PRELUDE + HEAD + "launch(database_url=None, application_database_url='')\nprint('launched')")

    assert done.lines == ["launched"], done.stderr


# DBS956: a queue is listened to by its name.
LISTEN = """
import time

@DBOS.workflow()
def work():
    return "done"

DBOS.migrate(URL)
client = dbos.DBOSClient(system_database_url=URL)
queue = client.register_queue("jobs", polling_interval_sec=0.1)
DBOS(config={**CONFIG, "application_version": "v1"})
DBOS.listen_queues([CHOICE])
DBOS.launch()
handle = DBOS.enqueue_workflow("jobs", work)
deadline = time.time() + PATIENCE
while time.time() < deadline and handle.get_status().status != "SUCCESS":
    time.sleep(0.1)
print(handle.get_status().status)
"""


@pytest.mark.parametrize(("choice", "patience", "status"), [("queue", 4, "ENQUEUED"), ("queue.name", 30, "SUCCESS")])
def test_a_queue_object_in_listen_queues_is_never_listened_to(choice: str, patience: int, status: str) -> None:
    done = run_program(PRELUDE + HEAD + LISTEN.replace("CHOICE", choice).replace("PATIENCE", str(patience)))

    assert done.lines == [status], done.stderr


# DBS960: what is deprecated works, and says so at most in the log.
def test_enable_patching_works_and_warns() -> None:
    program = """
@DBOS.workflow()
def greet():
    return DBOS.patch("louder")

launch(enable_patching=True)
print(greet(), DBOS.application_version)
"""
    done = run_program(PRELUDE + HEAD + program)

    assert done.lines == ["True v1"], done.stderr
    assert "enable_patching is deprecated" in done.stderr


def test_the_old_limit_of_a_queue_works_without_a_word() -> None:
    program = """
launch()
queue = DBOS.register_queue("q", concurrency=2)
queue.set_concurrency(3)
print(queue.concurrency, queue.global_concurrency)
"""
    done = run_program(PRELUDE + HEAD + program)

    assert done.lines == ["3 3"], done.stderr
    assert "deprecat" not in done.stderr.lower()


# The pages: what their examples do under 3.4.0.
PAGES = [
    ("DBS949", "ImportError: cannot import name 'workflow' from 'dbos'"),
    ("DBS950", "AttributeError: type object 'DBOS' has no attribute 'restart_workflow'"),
    ("DBS951", "AttributeError: type object 'DBOS' has no attribute 'transaction'"),
    ("DBS952", "DBOSException: DBOS Error: Queue objects cannot be constructed directly"),
    ("DBS953", "AttributeError: type object 'DBOS' has no attribute 'scheduled'"),
    ("DBS954", "TypeError: DBOS.__new__() got an unexpected keyword argument 'fastapi'"),
    ("DBS955", "DBOSInitializationError: DBOS Error 3: "),
    ("DBS956", "TypeError: DBOS.register_queue() got an unexpected keyword argument 'partition_queue'"),
]


def run_page(code: str, heading: str) -> Completed:
    return run_program(page_program(code, heading))


@pytest.mark.parametrize(("code", "expected"), PAGES, ids=[code for code, _ in PAGES])
def test_the_example_fails(code: str, expected: str) -> None:
    done = run_page(code, EXAMPLE)

    assert done.returncode == 1
    assert expected in done.stderr


@pytest.mark.parametrize("code", [code for code, _ in PAGES] + ["DBS960"])
def test_the_mended_example_runs(code: str) -> None:
    done = run_page(code, INSTEAD)

    assert done.returncode == 0, done.stderr


def test_the_history_tells_what_the_installed_release_has() -> None:
    program = """
import inspect, json
import dbos

def members(owner):
    return [name for name in dir(owner) if not name.startswith("_")]

found = [name for name in members(dbos) if name != "cli"]
for name in list(found):
    owner = getattr(dbos, name)
    if inspect.isclass(owner) and not hasattr(owner, "__total__") and not issubclass(owner, Exception):
        found += [f"{name}.{member}" for member in members(owner)]
    elif hasattr(owner, "__total__"):
        found += [f"{name}[{key}]" for key in owner.__annotations__]
    if name == "error":
        found += [f"error.{each}" for each in members(owner) if inspect.isclass(getattr(owner, each))]
print(json.dumps(found))
"""
    installed = set(json.loads(run_program(program).lines[-1]))
    symbols = [symbol for symbol in history().symbols() if symbol.is_in(version("3.4"))]
    # What enum members, strings and tuples can do by themselves is not dbos's.
    inherited = {name for name in installed if name.rpartition(".")[2] in {*dir(str), *dir(tuple), "name", "value"}}
    callables = {symbol.name for symbol in symbols if symbol.kind in (Kind.FUNCTION, Kind.CLASS)}

    assert installed - {symbol.name for symbol in symbols} - inherited == set()
    assert callables - installed == set()
