"""Threads, generators, names and kinds of workflows, and calls outside workflows, on the real dbos."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracle.engine import PRELUDE, Completed, page_program, run_program

pytestmark = pytest.mark.oracle

PROVES = {"DBS217", "DBS218", "DBS223", "DBS226", "DBS229", "DBS501"}

CRASHED = 77

# Replaces a function of the page, whose name comes before it, by the end of the process.
CRASH = """(*args):
    import os
    os._exit(77)

"""

# Counts, over both runs, how often the body of a step or workflow ran: one line in a file.
COUNT = """\
def count(what):
    with open("effects.txt", "a") as effects:
        effects.write(what + "\\n")
    return what

"""


def run(program: str, calls: str, database: Path | None = None) -> Completed:
    """Run a page's program and calls after it, which must not fail."""
    done = run_program(PRELUDE + COUNT + program + "\n" + calls, database=database)
    assert done.returncode in (0, CRASHED), done.stderr
    return done


def crash(program: str, calls: str, database: Path) -> None:
    """Run it up to the crash that ``calls`` arranges."""
    assert run(program, calls + "\nimport time; time.sleep(20)\n", database).returncode == CRASHED


def effects(database: Path) -> list[str]:
    """What ``count`` wrote, sorted, because threads write in any order."""
    path = database.parent / "effects.txt"
    return sorted(path.read_text(encoding="utf-8").splitlines()) if path.exists() else []


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "dbos.sqlite"


# ------------------------------------------------------------------------------------------ DBS217

LAUNCH_AND_LIST = """
launch()
for status in _dbos.DBOS.list_workflows():
    print(status.name, result(status.workflow_id))
"""


@pytest.mark.parametrize(
    ("heading", "found"),
    [("Example", []), ("Use instead", ["load_and_publish 2024-05: 7"])],
)
def test_what_a_thread_does_before_the_workflow_is_lost(heading: str, found: list[str], database: Path) -> None:
    program = page_program("DBS217", heading)
    crash(program, f"def load_sales{CRASH}launch()\non_request('2024-05')", database)
    assert run(program, LAUNCH_AND_LIST, database).lines == found


def test_a_workflow_id_does_not_reach_a_thread() -> None:
    done = run(
        page_program("DBS217", "Example"),
        """
launch()
with _dbos.SetWorkflowID("report-1"):
    thread = threading.Thread(target=load_and_publish, args=("2024-05",))
    thread.start()
thread.join()
(status,) = DBOS.list_workflows()
print(status.status, status.workflow_id == "report-1")
""",
    )
    assert done.lines == ["SUCCESS False"]
    assert done.stderr == ""


def test_start_workflow_takes_the_workflow_id() -> None:
    done = run(
        page_program("DBS217", "Use instead"),
        """
launch()
with _dbos.SetWorkflowID("report-1"):
    on_request("2024-05")
(status,) = DBOS.list_workflows()
print(result("report-1"), status.workflow_id == "report-1")
""",
    )
    assert done.lines == ["2024-05: 7 True"]


# ------------------------------------------------------------------------------------------ DBS218

ALBUM = """
launch()
with _dbos.SetWorkflowID("album"):
    DBOS.start_workflow(process_album, ["a", "b"])
"""
BODY = 'return f"small-{photo}"'


@pytest.mark.parametrize(
    ("heading", "resized"),
    [
        ("Example", ["small-a", "small-a", "small-b", "small-b"]),
        ("Use instead", ["small-a", "small-b"]),
    ],
)
def test_steps_in_an_executor_run_again(heading: str, resized: list[str], database: Path) -> None:
    page = page_program("DBS218", heading)
    program = page.replace(BODY, 'return count(f"small-{photo}")')
    assert program != page
    crash(program, f"def publish{CRASH}{ALBUM}", database)
    assert run(program, "launch()\nprint(result('album'))", database).lines == ["2"]
    assert effects(database) == resized


@pytest.mark.parametrize(
    ("heading", "names"),
    [
        ("Example", "['publish']"),
        ("Use instead", "['process_photo', 'process_photo', 'DBOS.getResult', 'DBOS.getResult', 'publish']"),
    ],
)
def test_only_what_the_workflow_itself_does_is_recorded(heading: str, names: str) -> None:
    done = run(page_program("DBS218", heading), ALBUM + "result('album')\nprint(recorded('album'))")
    assert done.lines == [names]


IN_THREAD = """\
import threading

from dbos import DBOS


@DBOS.workflow()
def ship(order: str) -> str:
    return count("ship")


@DBOS.step()
def close() -> str:
    return "closed"


@DBOS.workflow()
def fulfil(order: str) -> str:
    thread = threading.Thread(target=ship, args=(order,))
    thread.start()
    thread.join()
    return close()
"""


@pytest.mark.parametrize("durable", [False, True], ids=["thread", "direct call"])
def test_a_workflow_started_in_a_thread_runs_twice(durable: bool, database: Path) -> None:
    start = "    thread = threading.Thread(target=ship, args=(order,))\n    thread.start()\n    thread.join()\n"
    program = IN_THREAD.replace(start, "    ship(order)\n") if durable else IN_THREAD
    crash(
        program,
        f"""
def close{CRASH}
launch()
with _dbos.SetWorkflowID("order"):
    DBOS.start_workflow(fulfil, "order")
""",
        database,
    )
    done = run(
        program,
        """
launch()
print(result("order"))
print(sorted(status.name for status in DBOS.list_workflows()))
""",
        database,
    )
    names = ["fulfil", "ship"] if durable else ["fulfil", "ship", "ship"]
    assert done.lines == ["closed", str(names)]
    assert effects(database) == names[1:]


def test_an_event_in_a_thread_of_a_workflow_raises() -> None:
    done = run(
        """
from concurrent.futures import ThreadPoolExecutor
from dbos import DBOS

@DBOS.workflow()
def fulfil():
    with ThreadPoolExecutor() as pool:
        return pool.submit(DBOS.set_event, "status", "shipped").result()
""",
        "launch()\nshow(fulfil)",
    )
    assert done.lines == ["raised DBOSException: DBOS Error: set_event() must be called from within a workflow or step"]


COPIED_CONTEXT = """\
import contextvars
import time
from concurrent.futures import ThreadPoolExecutor

from dbos import DBOS

SLOW = "{slow}"


@DBOS.step()
def resize(photo: str) -> str:
    return photo


@DBOS.step()
def publish(photos: list[str]) -> list[str]:
    return photos


def later(photo: str) -> str:
    time.sleep(0.4 if photo == SLOW else 0)
    return resize(photo)


@DBOS.workflow()
def process_album() -> list[str]:
    with ThreadPoolExecutor() as pool:
        first = pool.submit(contextvars.copy_context().run, later, "a")
        second = pool.submit(contextvars.copy_context().run, later, "b")
        photos = [first.result(), second.result()]
    return publish(photos)
"""


def test_a_copied_context_swaps_results(database: Path) -> None:
    crash(
        COPIED_CONTEXT.format(slow="a"),
        f"""
def publish{CRASH}
launch()
with _dbos.SetWorkflowID("album"):
    DBOS.start_workflow(process_album)
""",
        database,
    )
    done = run(COPIED_CONTEXT.format(slow="b"), "launch()\nprint(result('album'))", database)
    assert done.lines == ["['b', 'a']"]


def test_to_thread_is_recorded() -> None:
    done = run(
        """
import asyncio
from dbos import DBOS

@DBOS.step()
def resize(photo):
    return photo

@DBOS.workflow()
async def process_photo(photo):
    return await asyncio.to_thread(resize, photo)
""",
        "launch()\nshow(process_photo, 'a', workflow_id='photo')\nprint(recorded('photo'))",
    )
    assert done.lines == ["returned 'a'", "['resize']"]


# ------------------------------------------------------------------------------------------ DBS223


def test_a_generator_workflow_raises() -> None:
    done = run(
        page_program("DBS223", "Example"),
        """
def fetch_page(customer, page):
    print("the body runs")

launch()
show(export_history, "ada", 2, workflow_id="export")
print(DBOS.get_workflow_status("export").status)
""",
    )
    assert done.lines == ["raised TypeError: cannot pickle 'generator' object", "ERROR"]


def test_a_workflow_that_returns_a_list() -> None:
    done = run(page_program("DBS223", "Use instead"), "launch()\nshow(export_history, 'ada', 2)")
    assert done.lines == ["returned ['ada-0', 'ada-1']"]


def test_an_async_generator_workflow_raises() -> None:
    done = run(
        """
from dbos import DBOS

@DBOS.workflow()
async def export_history():
    yield 1
""",
        "launch()\nshow(export_history)",
    )
    assert done.lines == ["raised TypeError: cannot pickle 'async_generator' object"]


def test_a_stream_hands_out_values_while_the_workflow_runs() -> None:
    done = run(
        """
from dbos import DBOS

@DBOS.workflow()
def export_history():
    for page in range(2):
        DBOS.write_stream("pages", page)
    DBOS.close_stream("pages")
""",
        "launch()\nshow(export_history, workflow_id='export')\nprint(list(DBOS.read_stream('export', 'pages')))",
    )
    assert done.lines == ["returned None", "[0, 1]"]


# ------------------------------------------------------------------------------------------ DBS226

ENQUEUED = """
launch()
DBOS.register_queue("jobs", polling_interval_sec=0.05)
print(close_day("monday"))
print(DBOS.enqueue_workflow("jobs", close_day, "monday").get_result(polling_interval_sec=0.05))
"""


@pytest.mark.parametrize(("heading", "enqueued"), [("Example", "cleared monday"), ("Use instead", "closed monday")])
def test_a_queue_runs_the_last_workflow_of_a_name(heading: str, enqueued: str) -> None:
    done = run(page_program("DBS226", heading), ENQUEUED)
    assert done.lines == ["closed monday", enqueued]
    warning = "A function named 'nightly' has already been registered with DBOS."
    assert (warning in done.stderr) is (heading == "Example")


@pytest.mark.parametrize(("heading", "recovered"), [("Example", "cleared monday"), ("Use instead", "closed monday")])
def test_recovery_runs_the_last_workflow_of_a_name(heading: str, recovered: str, database: Path) -> None:
    program = page_program("DBS226", heading)
    crash(program, f"def close_books{CRASH}launch()\nshow(close_day, 'monday', workflow_id='day')", database)
    assert run(program, "launch()\nprint(result('day'))", database).lines == [recovered]


def test_qualified_names_of_two_classes_do_not_clash() -> None:
    done = run(
        """
from dbos import DBOS

class Invoices:
    @staticmethod
    @DBOS.workflow()
    def send():
        return "invoice"

class Reminders:
    @staticmethod
    @DBOS.workflow()
    def send():
        return "reminder"
""",
        """
launch()
DBOS.register_queue("jobs", polling_interval_sec=0.05)
print(DBOS.enqueue_workflow("jobs", Invoices.send).get_result(polling_interval_sec=0.05))
""",
    )
    assert done.lines == ["invoice"]
    assert "Duplicate registration" not in done.stderr


# ------------------------------------------------------------------------------------------ DBS229


def test_an_undecorated_function_cannot_be_started() -> None:
    done = run(page_program("DBS229", "Example"), "launch()\nshow(on_order, 'o1')")
    assert done.lines == [
        "raised DBOSWorkflowFunctionNotFoundError: DBOS Error 4: Could not execute workflow <NONE>: "
        "bill is not a registered workflow function"
    ]


NOT_FOUND = (
    "DBOSWorkflowFunctionNotFoundError: DBOS Error 4: Could not execute workflow <NONE>: "
    "{} is not a registered workflow function"
)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ("lambda: bill('o1')", NOT_FOUND.format("<lambda>")),
        ("bill_later('o1')", NOT_FOUND.format("bill_later")),
        ("'bill', 'o1'", "AttributeError: 'str' object has no attribute '__name__'"),
        ("bill('o1')", "AttributeError: 'str' object has no attribute '__name__'"),
        ("functools.partial(bill, 'o1')", "AttributeError: 'functools.partial' object has no attribute '__name__'"),
    ],
    ids=["lambda", "coroutine", "string", "result", "partial"],
)
def test_only_a_registered_function_can_be_started(arguments: str, error: str) -> None:
    done = run(
        page_program("DBS229", "Use instead"),
        f"""
import functools

@DBOS.workflow()
async def bill_later(order):
    return order

launch()
DBOS.register_queue("bills")
show(lambda: DBOS.start_workflow({arguments}))
show(lambda: DBOS.enqueue_workflow("bills", {arguments}))
""",
    )
    assert done.lines == [f"raised {error}"] * 2


def test_workflows_and_steps_can_be_started() -> None:
    done = run(
        page_program("DBS229", "Use instead"),
        "launch()\nprint(result(on_order('o1')))\nprint(DBOS.start_workflow(charge_card, 'o2').get_result())",
    )
    assert done.lines == ["charged o1", "charged o2"]


KINDS = """
from dbos import DBOS, SQLAlchemyDatasource

books = SQLAlchemyDatasource.create(_os.environ["DBOS_SQLITE"])

@books.transaction()
def post(order):
    return order

def _bill(order):
    return order

bill = DBOS.workflow(name="bill")(_bill)
"""


def test_a_transaction_cannot_be_started() -> None:
    done = run(KINDS, "launch()\nshow(lambda: DBOS.start_workflow(post, 'o1'))")
    assert done.lines == [f"raised {NOT_FOUND.format('post')}"]


def test_the_function_under_a_functional_decoration_can_be_started() -> None:
    done = run(KINDS, "launch()\nprint(DBOS.start_workflow(_bill, 'o1').get_result())")
    assert done.lines == ["o1"]


# ------------------------------------------------------------------------------------------ DBS501


def test_an_event_cannot_be_set_in_a_route() -> None:
    done = run(page_program("DBS501", "Example"), "launch()\nshow(on_payment, 'order')")
    assert done.lines == ["raised DBOSException: DBOS Error: set_event() must be called from within a workflow or step"]


def test_a_route_can_send() -> None:
    done = run(
        page_program("DBS501", "Use instead"),
        """
launch()
with _dbos.SetWorkflowID("order"):
    DBOS.start_workflow(fulfil, "o1")
show(on_payment, "order")
print(result("order"))
""",
    )
    assert done.lines == ["returned 'order'", "shipped o1"]


WORKFLOW_ONLY = "must be called from within a workflow"
WORKFLOW_OR_STEP = "must be called from within a workflow or step"


@pytest.mark.parametrize("suffix", ["", "_async"], ids=["sync", "async"])
@pytest.mark.parametrize(
    ("name", "arguments", "where"),
    [
        ("recv", "'payment'", WORKFLOW_ONLY),
        ("sleep", "1", WORKFLOW_ONLY),
        ("set_event", "'status', 'paid'", WORKFLOW_OR_STEP),
        ("write_stream", "'pages', 1", WORKFLOW_OR_STEP),
        ("close_stream", "'pages'", WORKFLOW_OR_STEP),
    ],
)
def test_calls_that_need_a_workflow(name: str, arguments: str, where: str, suffix: str) -> None:
    done = run("from dbos import DBOS\n", f"launch()\nshow(lambda: DBOS.{name}{suffix}({arguments}))")
    assert done.lines == [f"raised DBOSException: DBOS Error: {name}() {where}"]


def test_reserve_step_needs_a_workflow() -> None:
    done = run("from dbos import DBOS\n", "launch()\nshow(DBOS.reserve_step)")
    assert done.lines == [
        "raised DBOSException: DBOS Error: DBOS.reserve_step must be called from a workflow, "
        "outside any step or transaction"
    ]


def test_a_step_called_outside_a_workflow_cannot_set_an_event() -> None:
    done = run(
        "from dbos import DBOS\n\n@DBOS.step()\ndef report():\n    DBOS.set_event('status', 'paid')\n",
        "launch()\nshow(report)",
    )
    assert done.lines == ["raised DBOSException: DBOS Error: set_event() must be called from within a workflow or step"]


def test_what_outside_code_may_do() -> None:
    done = run(
        """
from dbos import DBOS

@DBOS.workflow()
def fulfil():
    DBOS.set_event("status", "paid")
    return DBOS.workflow_id
""",
        """
launch()
workflow_id = fulfil()
print(DBOS.get_event(workflow_id, "status"), DBOS.workflow_id, DBOS.sleep(0), DBOS.run_step(None, lambda: 4))
""",
    )
    assert done.lines == ["paid None None 4"]
