"""What dbos does when its lifecycle is broken: at import, before and after the launch, and under other decorators.

Runs the programs of the pages themselves wherever they can be run.
"""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.oracle.engine import PRELUDE, Completed, page_program, run_program

pytestmark = pytest.mark.oracle

PROVES = {
    "DBS101",
    "DBS102",
    "DBS103",
    "DBS104",
    "DBS105",
    "DBS110",
    "DBS111",
    "DBS112",
    "DBS118",
    "DBS119",
}

EXAMPLE, INSTEAD = "Example", "Use instead"


def run_module(code: str, heading: str, program: str, folder: Path) -> Completed:
    """Run ``program``, which imports the page's program as ``application``, in ``folder``."""
    (folder / "application.py").write_text(page_program(code, heading), encoding="utf-8")
    return run_program(program, database=folder / "oracle.sqlite")


def run_page(code: str, heading: str) -> Completed:
    """Run the page's program as a script."""
    return run_program(page_program(code, heading))


# DBS101: the first process dies in the step of the workflow; the second one only imports the module.
START_AND_CRASH = """
import os
from dbos import DBOS, DBOSConfig, SetWorkflowID

import application

DBOS(config=application.config)
DBOS.launch()
DBOS.logger.setLevel("ERROR")
with open("crash", "w"):
    pass
with SetWorkflowID("order-1"):
    application.checkout("order-1")
"""
CRASHING_STEP = """def charge(order_id: str) -> str:
    import os

    if os.path.exists("crash"):
        os.remove("crash")
        os._exit(77)
    print("charged", flush=True)
    os._exit(0)
"""
ONLY_IMPORT = "import time\n\nimport application\n\ntime.sleep({})\n"


@pytest.mark.parametrize(("heading", "charged", "patience"), [(EXAMPLE, ["charged"], 30), (INSTEAD, [], 3)])
def test_launch_at_import_recovers_workflows_in_whatever_process_imports_the_module(
    heading: str, charged: list[str], patience: int, tmp_path: Path
) -> None:
    source = page_program("DBS101", heading)
    crashing = source.replace("def charge(order_id: str) -> str:\n", CRASHING_STEP)
    assert crashing != source
    (tmp_path / "application.py").write_text(crashing, encoding="utf-8")

    first = run_program(START_AND_CRASH, database=tmp_path / "oracle.sqlite")
    assert first.returncode == 77, first.stderr
    second = run_program(ONLY_IMPORT.format(patience), database=tmp_path / "oracle.sqlite")

    assert second.returncode == 0, second.stderr
    assert second.lines == charged


# DBS102: a test configures DBOS for itself, after it has imported the module.
TEST_WITH_OWN_DATABASE = """
import os
from pathlib import Path
from dbos import DBOS

import application

mine = {"name": "orders-test", "system_database_url": os.environ["DBOS_SQLITE"]}
if HEADING == "Example":
    DBOS(config=mine)
else:
    application.config = mine
application.start()
application.checkout("order-1")
print("test database:", Path("oracle.sqlite").exists(), "application's database:", Path("orders.sqlite").exists())
"""


@pytest.mark.parametrize(
    ("heading", "databases"),
    [
        (EXAMPLE, "test database: False application's database: True"),
        (INSTEAD, "test database: True application's database: False"),
    ],
)
def test_config_at_import_wins_over_the_config_of_a_test(heading: str, databases: str, tmp_path: Path) -> None:
    done = run_module("DBS102", heading, f"HEADING = {heading!r}\n{TEST_WITH_OWN_DATABASE}", tmp_path)

    assert done.returncode == 0, done.stderr
    assert done.lines == [databases]
    assert "ignored" not in done.stderr


NO_INSTANCE = "DBOS Error: DBOS.launch() was called without a DBOS instance"
NOT_LAUNCHED = "DBOS Error: System database accessed before DBOS was launched"


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("DBS103", NO_INSTANCE),
        ("DBS104", NOT_LAUNCHED),
        ("DBS105", "DBOS Error: listen_queues called after DBOS is launched"),
    ],
)
def test_page_raises_and_its_mended_program_runs(code: str, error: str) -> None:
    bad, good = run_page(code, EXAMPLE), run_page(code, INSTEAD)

    assert bad.returncode == 1
    assert f"DBOSException: {error}" in bad.stderr
    assert good.returncode == 0, good.stderr


def test_launch_after_destroy_needs_a_new_instance() -> None:
    done = run_program(PRELUDE + "from dbos import DBOS\nlaunch()\nDBOS.destroy()\nshow(DBOS.launch)\nshow(launch)\n")

    assert done.lines[0].startswith(f"raised DBOSException: {NO_INSTANCE}")
    assert done.lines[1:] == ["returned None"]


BEFORE_LAUNCH = """
from dbos import DBOS, SQLAlchemyDatasource

@DBOS.workflow()
def workflow():
    return "done"

@DBOS.workflow()
async def coroutine():
    return "done"

@DBOS.step()
def step():
    return "step"

_dbos.DBOS(config={"name": "oracle-app", "system_database_url": _os.environ["DBOS_SQLITE"]})
"""


# One program makes all calls of a list: dbos takes a second to import.
SYNCHRONOUS = [
    "workflow",
    "lambda: DBOS.start_workflow(workflow)",
    "lambda: DBOS.enqueue_workflow('emails', workflow)",
    "lambda: DBOS.register_queue('emails')",
    "lambda: DBOS.apply_schedules([])",
    "lambda: DBOS.send('w', 'hello')",
    "lambda: DBOS.get_event('w', 'key', timeout_seconds=0)",
    "lambda: DBOS.list_workflows()",
    "lambda: DBOS.get_workflow_status('w')",
    "lambda: DBOS.retrieve_workflow('w')",
    "lambda: DBOS.retrieve_queue('emails')",
    "lambda: DBOS.cancel_workflow('w')",
]
ASYNCHRONOUS = [
    "coroutine",
    "lambda: DBOS.start_workflow_async(coroutine)",
    "lambda: DBOS.enqueue_workflow_async('emails', coroutine)",
    "lambda: DBOS.register_queue_async('emails')",
    "lambda: DBOS.list_workflows_async()",
    "lambda: DBOS.run_step_async(None, step)",
]


@pytest.mark.parametrize(
    ("calls", "error"),
    [
        (SYNCHRONOUS, NOT_LAUNCHED),
        (ASYNCHRONOUS, "DBOS Error: Executor accessed before DBOS was launched"),
    ],
    ids=["sync", "async"],
)
def test_call_before_launch_raises(calls: list[str], error: str) -> None:
    done = run_program(PRELUDE + BEFORE_LAUNCH + "".join(f"show({call})\n" for call in calls))

    assert dict(zip(calls, done.lines, strict=True)) == dict.fromkeys(calls, f"raised DBOSException: {error}"), (
        done.stderr
    )


def test_what_may_come_before_launch() -> None:
    calls = """
show(step)
show(lambda: DBOS.run_step(None, step))
show(lambda: DBOS.listen_queues(["emails"]))
show(lambda: DBOS.logger.debug("starting"))
show(lambda: SQLAlchemyDatasource.create("sqlite:///app.sqlite") and None)
show(lambda: DBOS.alert_handler(lambda name, message, metadata: None) and None)
show(lambda: DBOS.launch())
"""
    done = run_program(PRELUDE + BEFORE_LAUNCH + calls)

    assert done.lines == ["returned 'step'", "returned 'step'"] + ["returned None"] * 5, done.stderr


AFTER_LAUNCH = """
from dbos import DBOS, AsyncSQLAlchemyDatasource, SQLAlchemyDatasource

def listen():
    DBOS.listen_queues(["emails"])

def alert():
    DBOS.alert_handler(lambda name, message, metadata: None)

def datasource():
    SQLAlchemyDatasource.create("sqlite:///app.sqlite")

async def async_datasource():
    await AsyncSQLAlchemyDatasource.create("sqlite+aiosqlite:///app.sqlite")

launch()
"""
AFTER_LAUNCH_ERRORS = {
    "listen": "listen_queues called after DBOS is launched",
    "alert": "alert_handler must be defined before DBOS is launched",
    "datasource": "Datasources must be created before DBOS.launch()",
    "async_datasource": "Datasources must be created before DBOS.launch()",
}


@pytest.mark.parametrize("wrapped", ["{}", "DBOS.workflow()({})", "DBOS.step()({})"], ids=["plain", "workflow", "step"])
def test_call_after_launch_raises(wrapped: str) -> None:
    calls = "".join(f"show({wrapped.format(name)})\n" for name in AFTER_LAUNCH_ERRORS)
    done = run_program(PRELUDE + AFTER_LAUNCH + calls)

    raised = dict(zip(AFTER_LAUNCH_ERRORS, done.lines, strict=True))
    assert raised == {n: f"raised DBOSException: DBOS Error: {e}" for n, e in AFTER_LAUNCH_ERRORS.items()}, done.stderr


# DBS110: a client waits until the server answers, prints the status and ends the process.
CLIENT = """
import os, threading, time, urllib.error, urllib.request

def ask():
    for _ in range(100):
        time.sleep(0.1)
        try:
            request = urllib.request.Request("http://127.0.0.1:PORT/orders/1", method="POST")
            status = urllib.request.urlopen(request).status
        except urllib.error.HTTPError as error:
            status = error.code
        except OSError:
            continue
        print("answered", status, flush=True)
        os._exit(0)

threading.Thread(target=ask, daemon=True).start()
"""


@pytest.mark.parametrize(("heading", "status"), [(EXAMPLE, 500), (INSTEAD, 200)])
def test_server_before_launch_answers_without_an_engine(heading: str, status: int) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    source = page_program("DBS110", heading)
    assert "8000" in source

    done = run_program(CLIENT.replace("PORT", port) + source.replace("8000", port))

    assert f"answered {status}" in done.lines, done.stderr
    assert (NOT_LAUNCHED in done.stderr) is (status == 500)


REQUEST = """
from dbos import DBOS
from fastapi.testclient import TestClient

import application

with TestClient(application.app) as client:
    answer = client.post("/orders/1").json()
    recorded = [workflow.workflow_id for workflow in DBOS.list_workflows()]
print("in a workflow:", answer["workflow"] is not None, "recorded:", recorded == [answer["workflow"]])
"""


@pytest.mark.parametrize(
    ("heading", "line"),
    [
        (EXAMPLE, "in a workflow: False recorded: False"),
        (INSTEAD, "in a workflow: True recorded: True"),
    ],
)
def test_route_below_the_workflow_serves_the_plain_function(heading: str, line: str, tmp_path: Path) -> None:
    done = run_module("DBS111", heading, REQUEST, tmp_path)

    assert done.lines == [line], done.stderr


FLASK_REQUEST = """
from dbos import DBOS
from flask import Flask

app = Flask("oracle")

{decorators}
def handler():
    return {{"workflow": DBOS.workflow_id}}

launch()
print(app.test_client().get("/").json["workflow"] is not None, len(DBOS.list_workflows()))
"""


@pytest.mark.parametrize(
    ("decorators", "line"),
    [
        ('@DBOS.workflow()\n@app.get("/")', "False 0"),
        ('@app.get("/")\n@DBOS.workflow()', "True 1"),
    ],
    ids=["below", "above"],
)
def test_flask_route_below_the_workflow_serves_the_plain_function(decorators: str, line: str) -> None:
    done = run_program(PRELUDE + FLASK_REQUEST.format(decorators=decorators))

    assert done.lines == [line], done.stderr


def test_step_above_a_registration_leaves_the_plain_function_registered() -> None:
    program = """
from dbos import DBOS

TOOLS = {}

def tool(function):
    TOOLS[function.__name__] = function
    return function

@DBOS.step()
@tool
def below():
    return DBOS.step_id

@tool
@DBOS.step()
def above():
    return DBOS.step_id

@DBOS.workflow()
def agent(name):
    return TOOLS[name]()

launch()
show(agent, "below", workflow_id="b")
show(agent, "above", workflow_id="a")
print(recorded("b"), recorded("a"))
"""
    done = run_program(PRELUDE + program)

    assert done.lines == ["returned None", "returned 1", "[] ['above']"], done.stderr


def test_click_command_below_the_workflow_fails_at_import() -> None:
    program = "import click\nfrom dbos import DBOS\n{}\ndef sync():\n    pass\nprint('imported')\n"
    bad = run_program(program.format("@DBOS.workflow()\n@click.command()"))
    good = run_program(program.format("@click.command()\n@DBOS.workflow()"))

    assert "AttributeError: 'Command' object has no attribute '__qualname__'" in bad.stderr
    assert good.lines == ["imported"], good.stderr


def test_decorator_without_parentheses_fails_at_import() -> None:
    bad, good = run_page("DBS112", EXAMPLE), run_page("DBS112", INSTEAD)

    assert "TypeError: DBOS.workflow() takes 1 positional argument but 2 were given" in bad.stderr
    assert good.returncode == 0, good.stderr


@pytest.mark.parametrize(
    ("bad", "good", "error"),
    [
        ("@DBOS.step", "@DBOS.step()", "TypeError: DBOS.step() takes 1 positional argument but 2 were given"),
        (
            '@DBOS.workflow("f")',
            '@DBOS.workflow(name="f")',
            "TypeError: DBOS.workflow() takes 1 positional argument but 2 were given",
        ),
        (
            '@DBOS.step("f")',
            '@DBOS.step(name="f")',
            "TypeError: DBOS.step() takes 1 positional argument but 2 were given",
        ),
        (
            '@datasource.transaction("f")',
            '@datasource.transaction(name="f")',
            "AttributeError: 'str' object has no attribute '__qualname__'",
        ),
        (
            '@datasource.transaction("f")',
            "@datasource.transaction",
            "AttributeError: 'str' object has no attribute '__qualname__'",
        ),
        (
            "@DBOS.alert_handler()",
            "@DBOS.alert_handler",
            "TypeError: DBOS.alert_handler() missing 1 required positional argument: 'func'",
        ),
    ],
)
def test_decorator_that_raises_at_import(bad: str, good: str, error: str) -> None:
    program = """
from dbos import DBOS, SQLAlchemyDatasource

datasource = SQLAlchemyDatasource.create("sqlite:///app.sqlite")
_dbos.DBOS(config={{"name": "oracle-app", "system_database_url": _os.environ["DBOS_SQLITE"]}})

def decorate():
    {}
    def f(name="", message="", metadata=None):
        return 1

show(decorate)
"""
    failed = run_program(PRELUDE + program.format(bad))
    passed = run_program(PRELUDE + program.format(good))

    assert failed.lines == [f"raised {error}"], failed.stderr
    assert passed.lines == ["returned None"], passed.stderr


@pytest.mark.parametrize(
    ("bad", "good", "kind", "error", "used"),
    [
        (
            "@DBOS.dbos_class",
            "@DBOS.dbos_class()",
            "class Thing:",
            "DBOS.dbos_class.<locals>.register_class() missing 1 required positional argument: 'cls'",
            "returned None",
        ),
        (
            "@DBOS.default_required_roles",
            '@DBOS.default_required_roles(["admin"])',
            "class Thing:",
            "default_required_roles.<locals>.set_roles() missing 1 required positional argument: 'cls'",
            "returned None",
        ),
        (
            "@DBOS.required_roles",
            '@DBOS.required_roles(["admin"])',
            "@DBOS.workflow()\ndef Thing():",
            "required_roles.<locals>.set_roles() missing 1 required positional argument: 'func'",
            "raised DBOSNotAuthorizedError",
        ),
    ],
)
def test_decorator_that_replaces_what_it_decorates(bad: str, good: str, kind: str, error: str, used: str) -> None:
    program = "from dbos import DBOS\n{}\n{}\n    pass\nprint('imported')\nlaunch()\nshow(lambda: Thing() and None)\n"
    failed = run_program(PRELUDE + program.format(bad, kind))
    passed = run_program(PRELUDE + program.format(good, kind))

    assert failed.lines == ["imported", f"raised TypeError: {error}"], failed.stderr
    assert [line.split(":")[0] for line in passed.lines] == ["imported", used], passed.stderr


@pytest.mark.parametrize("argument", ['@DBOS.dbos_class("Invoice")', '@DBOS.dbos_class(class_name="Invoice")'])
def test_class_name_may_be_positional(argument: str) -> None:
    program = f"from dbos import DBOS\n\n{argument}\nclass Thing:\n    pass\n\nshow(lambda: Thing() and None)\n"

    assert run_program(PRELUDE + program).lines == ["returned None"]


def test_outer_decorator_is_skipped_by_start_workflow() -> None:
    bad, good = run_page("DBS118", EXAMPLE), run_page("DBS118", INSTEAD)

    assert bad.lines == ["ARTICLE LAMP", "article lamp"], bad.stderr
    assert good.lines == ["ARTICLE LAMP", "ARTICLE LAMP"], good.stderr


OUTER = """
import functools, os
from dbos import DBOS

def shouting(function):
    {wraps}
    def wrapper(*args):
        return function(*args).upper()
    return wrapper

def marked(function):
    function.marked = True
    return function

@DBOS.step()
def look_up():
    if not os.path.exists("crashed"):
        open("crashed", "w").close()
        os._exit(77)
    return "lamp"

{decorators}
def describe():
    return look_up()

launch()
"""


@pytest.mark.parametrize(
    ("decorators", "result"),
    [("@shouting\n@DBOS.workflow()", "lamp"), ("@DBOS.workflow()\n@shouting", "LAMP")],
    ids=["above", "below"],
)
def test_outer_decorator_is_skipped_by_recovery(decorators: str, result: str, tmp_path: Path) -> None:
    program = PRELUDE + OUTER.format(wraps="@functools.wraps(function)", decorators=decorators)
    database = tmp_path / "oracle.sqlite"

    crashed = run_program(program + "show(describe, workflow_id='w')\n", database=database)
    recovered = run_program(program + "print(result('w'))\n", database=database)

    assert crashed.returncode == 77, crashed.stderr
    assert recovered.lines == [result], recovered.stderr


def test_outer_decorator_without_wraps_hides_the_workflow() -> None:
    program = PRELUDE + OUTER.format(wraps="", decorators="@shouting\n@DBOS.workflow()")
    done = run_program(program + "show(lambda: DBOS.start_workflow(describe))\n")

    assert "DBOSWorkflowFunctionNotFoundError" in done.stdout
    assert "wrapper is not a registered workflow function" in done.stdout


def test_outer_decorator_that_returns_the_function_unchanged_is_harmless() -> None:
    program = (
        PRELUDE + "open('crashed', 'w').close()\n" + OUTER.format(wraps="", decorators="@marked\n@DBOS.workflow()")
    )
    done = run_program(program + "print(DBOS.start_workflow(describe).get_result())\n")

    assert done.lines == ["lamp"], done.stderr


def test_work_at_import_raises_before_launch(tmp_path: Path) -> None:
    bad = run_module("DBS119", EXAMPLE, "import application\n", tmp_path)
    good = run_module("DBS119", INSTEAD, "import application\nprint('imported')\n", tmp_path)

    assert "DBOSException: DBOS Error: No DBOS was created yet" in bad.stderr
    assert good.lines == ["imported"], good.stderr


@pytest.mark.parametrize(("heading", "counts"), [(EXAMPLE, ["1", "2"]), (INSTEAD, ["0", "0"])])
def test_work_at_import_is_started_by_every_process(heading: str, counts: list[str], tmp_path: Path) -> None:
    program = PRELUDE + "from dbos import DBOS\nlaunch()\nimport application\nprint(len(DBOS.list_workflows()))\n"

    runs = [run_module("DBS119", heading, program, tmp_path) for _ in range(2)]

    assert [line for run in runs for line in run.lines] == counts, runs[-1].stderr


@pytest.mark.parametrize(
    "call", ["DBOS.register_queue('emails')", "DBOS.apply_schedules([])", "DBOS.enqueue_workflow('emails', reindex)"]
)
def test_registration_at_import_raises(call: str) -> None:
    program = f"from dbos import DBOS\n\n@DBOS.workflow()\ndef reindex():\n    pass\n\n{call}\n"

    assert "DBOSException: DBOS Error: No DBOS was created yet" in run_program(program).stderr
