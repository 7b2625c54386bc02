"""How workflows are declared, named, shared and given their arguments, on the real dbos."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.oracle.engine import PRELUDE, Completed, page_program, run_program

pytestmark = pytest.mark.oracle

PROVES = {"DBS216", "DBS225", "DBS227", "DBS230", "DBS234"}

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
