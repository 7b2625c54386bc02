"""What dbos does with classes, workflow IDs and blocks of options: the facts behind DBS601 to DBS611 and DBS617."""

from __future__ import annotations

import pytest

from .engine import PRELUDE, page_program, run, run_program

pytestmark = pytest.mark.oracle

PROVES = {
    "DBS601",
    "DBS602",
    "DBS603",
    "DBS604",
    "DBS605",
    "DBS606",
    "DBS607",
    "DBS608",
    "DBS609",
    "DBS610",
    "DBS611",
    "DBS617",
}

NOT_REGISTERED = "raised Exception: Function target appears to be a class instance, but is not properly registered"
NO_NAME = "raised Exception: Function target appears to be a class instance, but does not have `config_name` set"

# Per page: the calls, what the program of `Example` prints then, and what that of `Use instead` prints.
PAGES = [
    ("DBS601", "show(north.restock, 'a1')", "north = Warehouse('north')", [NOT_REGISTERED], ["returned 'a1'"]),
    ("DBS602", "show(printer.print_job, 'x')", "printer = Printer('a4')", [NO_NAME], ["returned 'a4: x'"]),
    (
        "DBS605",
        "show(Converter.convert, 'cat'); show(Converter().convert, 'cat')",
        "",
        [
            "returned 'cat.mp4'",
            "raised TypeError: Converter.convert() takes 1 positional argument but 2 were given",
        ],
        ["returned 'cat.mp4'", "returned 'cat.mp4'"],
    ),
    (
        "DBS606",
        "show(handle_order, 'o1'); show(handle_order, 'o2')",
        "",
        ["returned 'o1'", "returned 'o1'"],
        ["returned 'o1'", "returned 'o2'"],
    ),
    (
        "DBS608",
        "fulfil('o1'); print([w.name for w in DBOS.list_workflows() if 'o1' in w.workflow_id])",
        "",
        ["['pack']"],
        ["['pack', 'ship']"],
    ),
    (
        "DBS610",
        "show(send_twice, 'hello')",
        "",
        [
            "raised DBOSException: DBOS Error: This SetWorkflowTimeout is already in use; "
            "create a new one for each with block."
        ],
        ["returned 'hello'"],
    ),
    (
        "DBS611",
        "show(run, 'ada')",
        "",
        ["raised Exception: Invalid workflow timeout -1. Timeouts must be positive."],
        ["returned 'ada'"],
    ),
]

# Pages whose bad program does not even import.
IMPORT_PAGES = [
    ("DBS603", "Exception: Duplicate instance registration for class 'Shop' instance 'berlin'"),
    ("DBS604", "Exception: Duplicate type registration for class 'Animal'"),
    ("DBS617", "TypeError: Only workflow functions may be debounced, not methods"),
]


@pytest.mark.parametrize(("code", "calls", "before", "bad", "good"), PAGES, ids=[page[0] for page in PAGES])
def test_the_example_fails_and_the_better_program_does_not(
    code: str, calls: str, before: str, bad: list[str], good: list[str]
) -> None:
    broken = run(f"{page_program(code, 'Example')}\n{before}\n", calls)
    sound = run(f"{page_program(code, 'Use instead')}\n{before}\n", calls)

    assert broken.lines == bad, broken.stderr
    assert sound.lines == good, sound.stderr


@pytest.mark.parametrize(("code", "error"), IMPORT_PAGES, ids=[page[0] for page in IMPORT_PAGES])
def test_the_example_cannot_be_imported(code: str, error: str) -> None:
    broken = run(page_program(code, "Example"), "print('launched')")
    sound = run(page_program(code, "Use instead"), "print('launched')")

    assert broken.returncode == 1
    assert broken.stderr.rstrip().splitlines()[-1] == error
    assert sound.lines == ["launched"], sound.stderr


CLASSES = """
from dbos import DBOS, DBOSConfiguredInstance


class Mixin:
    @DBOS.workflow()
    def mixed_in(self):
        return "mixed in"


@DBOS.dbos_class()
class Base(Mixin, DBOSConfiguredInstance):
    @DBOS.workflow()
    def inherited(self):
        return type(self).__name__

    @DBOS.workflow()
    def overridden(self):
        return "base"


class Sub(Base):
    @DBOS.workflow()
    def overridden(self):
        return "sub"

    @DBOS.workflow()
    def added(self):
        return "added"

    @classmethod
    @DBOS.workflow()
    def of_class(cls):
        return "class"


class Bare:
    @staticmethod
    @DBOS.workflow()
    def static():
        return "static"

    @DBOS.step()
    def step(self):
        return "step"


sub, base = Sub("sub"), Base("base")
"""


def test_a_class_registers_the_workflows_of_its_own_body_only() -> None:
    done = run(
        CLASSES,
        "for f in (base.inherited, sub.inherited, base.overridden, Bare.static, Bare().step): show(f)\n"
        "for f in (base.mixed_in, sub.overridden, sub.added, Sub.of_class): show(f)",
    )

    assert done.lines == [
        "returned 'Base'",
        "returned 'Sub'",
        "returned 'base'",
        "returned 'static'",
        "returned 'step'",
        NOT_REGISTERED,
        NOT_REGISTERED,
        NOT_REGISTERED,
        "raised Exception: Function target appears to be a class, but is not properly registered",
    ], done.stderr


NAMED_BY_HAND = """
from dbos import DBOS, DBOSConfiguredInstance


@DBOS.dbos_class()
class Courier{base}:
    def __init__(self):
        {name}

    @DBOS.workflow()
    def deliver(self, parcel):
        return parcel


courier = Courier()
"""
DELIVER_LATER = """
import time
DBOS.register_queue("parcels", polling_interval_sec=0.05)
show(courier.deliver, "now")
handle = DBOS.enqueue_workflow("parcels", courier.deliver, "later")
while DBOS.get_workflow_status(handle.workflow_id).status == "ENQUEUED":
    time.sleep(0.05)
time.sleep(0.5)
print(DBOS.get_workflow_status(handle.workflow_id).status)
"""


def test_an_instance_named_by_hand_is_not_found_by_a_queue() -> None:
    by_hand = run(NAMED_BY_HAND.format(base="", name="self.config_name = 'bike'"), DELIVER_LATER)
    by_dbos = run(NAMED_BY_HAND.format(base="(DBOSConfiguredInstance)", name="super().__init__('bike')"), DELIVER_LATER)

    assert by_hand.lines == ["returned 'now'", "PENDING"]
    assert "configured class instance 'Courier/bike' is not registered" in by_hand.stderr
    assert by_dbos.lines == ["returned 'now'", "SUCCESS"], by_dbos.stderr


def test_a_constructor_that_does_not_call_its_base_leaves_the_instance_without_a_name() -> None:
    done = run(NAMED_BY_HAND.format(base="(DBOSConfiguredInstance)", name="pass"), "show(courier.deliver, 'now')")

    assert done.lines == [NO_NAME], done.stderr


ORDERS = """
from dbos import DBOS


class Converter:
    @DBOS.workflow()
    @classmethod
    def workflow(cls):
        return "workflow"

    @DBOS.step()
    @classmethod
    def step(cls):
        return "step"


@DBOS.dbos_class()
class Registered:
    @DBOS.workflow()
    @staticmethod
    def static(video):
        return video
"""


def test_decorators_above_classmethod_and_in_registered_classes_fail_at_the_call() -> None:
    done = run(ORDERS, "show(Converter.workflow); show(Converter.step); show(Registered.static, 'cat')")

    assert done.lines == [
        "raised TypeError: the first argument must be callable",
        "raised TypeError: 'classmethod' object is not callable",
        NO_NAME,
    ], done.stderr


def test_random_ids_are_no_ids() -> None:
    calls = "handle_payment('ada', 5{0}); handle_payment('ada', 5{0}); print(len(DBOS.list_workflows()))"

    broken = run(page_program("DBS607", "Example"), calls.format(""))
    sound = run(page_program("DBS607", "Use instead"), calls.format(", 'key-1'"))

    assert broken.lines == ["2"], broken.stderr
    assert sound.lines == ["1"], sound.stderr


BLOCKS = """
import time

from dbos import DBOS, SetWorkflowAttributes, SetWorkflowID, SetWorkflowTimeout


@DBOS.step()
def step():
    time.sleep(0.01)


@DBOS.workflow()
def two():
    with SetWorkflowID("x"):
        first, second = DBOS.start_workflow(child), DBOS.start_workflow(child)
    return [first.workflow_id == "x", second.workflow_id == "x"]


@DBOS.workflow()
def child():
    return DBOS.workflow_id


@DBOS.workflow()
def around_own_code():
    with SetWorkflowTimeout(0.2):
        time.sleep(2.5)
        step()
    with SetWorkflowID("other"), SetWorkflowAttributes({"a": 1}):
        step()
        return DBOS.workflow_id != "other" and DBOS.get_workflow_status(DBOS.workflow_id).attributes is None


def without_with():
    SetWorkflowID("unused")
    return child() == "unused"


async def async_with():
    async with SetWorkflowID("x"):
        pass
"""


def test_blocks_act_on_the_workflows_that_are_started_in_them_and_on_nothing_else() -> None:
    done = run(BLOCKS, "show(two); show(around_own_code); show(without_with); show(async_with)")

    assert done.lines == [
        "returned [True, False]",
        "returned True",
        "returned False",
        "raised TypeError: 'SetWorkflowID' object does not support the asynchronous context manager protocol",
    ], done.stderr
    assert "Multiple workflows" not in done.stderr


REFUSED = {
    "SetWorkflowID('')": "DBOSException: DBOS Error: Invalid workflow ID ''",
    "SetWorkflowID('  ')": "DBOSException: DBOS Error: Invalid workflow ID '  '",
    "SetWorkflowID(None)": "DBOSException: DBOS Error: Invalid workflow ID None",
    "SetWorkflowID(17)": "AttributeError: 'int' object has no attribute 'strip'",
    "SetWorkflowID('a', workflow_id_reuse_policy='error')": (
        "DBOSException: DBOS Error: Invalid workflow_id_reuse_policy error."
    ),
    "SetWorkflowID(uuid.uuid4())": "AttributeError: 'UUID' object has no attribute 'strip'",
    "SetWorkflowTimeout(datetime.timedelta(1))": "TypeError: '>' not supported",
    "SetWorkflowTimeout('5')": "TypeError: '>' not supported",
    "SetWorkflowAttributes('x')": "DBOSException: DBOS Error: Invalid workflow attributes x.",
    "SetWorkflowAttributes([1])": "DBOSException: DBOS Error: Invalid workflow attributes [1].",
    "SetWorkflowAttributes({'a': {1}})": "Attributes must be JSON-serializable.",
    "SetWorkflowAttributes({'a': object()})": "Attributes must be JSON-serializable.",
    "SetShardKey('')": "ValueError: shard_key must be a non-empty string",
}
ACCEPTED = [
    "SetWorkflowTimeout(0)",
    "SetWorkflowTimeout(None)",
    "SetWorkflowAttributes(None)",
    "SetWorkflowAttributes({1: [None, 0.5]})",
    "SetWorkflowID('a', workflow_id_reuse_policy=None)",
]


def test_blocks_refuse_and_accept_arguments() -> None:
    calls = "\n".join(f"show(lambda: {expression} and None)" for expression in [*REFUSED, *ACCEPTED])
    program = "import datetime, uuid\n"
    program += "from dbos import SetShardKey, SetWorkflowAttributes, SetWorkflowID, SetWorkflowTimeout\n"

    done = run_program(f"{PRELUDE}{program}{calls}\n")

    refused, accepted = done.lines[: len(REFUSED)], done.lines[len(REFUSED) :]
    assert all(error in line for line, error in zip(refused, REFUSED.values(), strict=True)), done.stdout
    assert accepted == ["returned None"] * len(ACCEPTED), done.stdout


def test_a_timeout_of_zero_is_none() -> None:
    program = "import time\nfrom dbos import DBOS, SetWorkflowTimeout\n@DBOS.workflow()\ndef slow():\n"
    program += "    for _ in range(5):\n        time.sleep(0.5)\n        step()\n    return 'done'\n"
    program += "@DBOS.step()\ndef step():\n    pass\n"
    program += "def run(seconds):\n    with SetWorkflowTimeout(seconds):\n        return slow()\n"

    done = run(program, "show(run, 0); show(run, 0.1)")

    assert done.lines[0] == "returned 'done'", done.stderr
    assert done.lines[1].startswith("raised DBOSAwaitedWorkflowCancelledError"), done.stderr
