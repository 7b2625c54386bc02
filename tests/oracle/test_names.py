"""Names that only one side knows, on the real dbos: of queues, topics, events, streams and workflows."""

from __future__ import annotations

import pytest

from tests.oracle.engine import page_program
from tests.oracle.test_queue import EXAMPLE, INSTEAD, run, run_page

pytestmark = pytest.mark.oracle

PROVES = {"DBS404", "DBS502", "DBS503", "DBS805", "DBS808"}


# ------------------------------------------------------------------------------------------ DBS404


@pytest.mark.parametrize(("heading", "end"), [(EXAMPLE, "ENQUEUED"), (INSTEAD, "SUCCESS")])
def test_nobody_looks_at_a_queue_that_is_not_registered(heading: str, end: str) -> None:
    calls = 'launch()\nregister_queues()\nprint(status(send("ada@example.com")))'
    done = run(page_program("DBS404", heading), calls)
    assert done.lines == [end]
    assert done.stderr == ""


def test_schedules_and_debouncers_refuse_such_a_queue_and_clients_do_not() -> None:
    calls = """
from dbos import Debouncer

@DBOS.workflow()
def tick(scheduled, context):
    return "tick"

launch()
register_queues()
schedule = {"schedule_name": "t", "workflow_fn": tick, "schedule": "* * * * *", "queue_name": "email"}
print(attempt(lambda: DBOS.apply_schedules([schedule])))
print(attempt(lambda: Debouncer.create(deliver, queue="email").debounce("k", 0.1, "ada")))
print(status(client().enqueue({"workflow_name": "deliver", "queue_name": "email"}, "ada").workflow_id))
"""
    schedule, debouncer, enqueued = run_page("DBS404", INSTEAD, calls)
    assert schedule.startswith("DBOSException: DBOS Error: Queue 'email' is not declared")
    assert debouncer == "Exception: Invalid queue name provided to debouncer: email"
    assert enqueued == "ENQUEUED"


# ------------------------------------------------------------------------------------------ DBS502


@pytest.mark.parametrize(("heading", "found"), [(EXAMPLE, "tea rejected"), (INSTEAD, "tea ordered")])
def test_a_message_on_another_topic_is_never_read(heading: str, found: str) -> None:
    calls = """
launch()
handle = DBOS.start_workflow(purchase, "tea")
approve(handle.workflow_id)
print(handle.get_result())
"""
    done = run(page_program("DBS502", heading), calls)
    assert done.lines == [found]
    assert done.stderr == ""


# ------------------------------------------------------------------------------------------ DBS503


@pytest.mark.parametrize(("heading", "found"), [(EXAMPLE, "unknown"), (INSTEAD, "done")])
def test_an_event_under_another_key_never_comes(heading: str, found: str) -> None:
    calls = """
launch()
handle = DBOS.start_workflow(upload, "a.csv")
handle.get_result()
print(state(handle.workflow_id))
"""
    done = run(page_program("DBS503", heading), calls)
    assert done.lines == [found]
    assert done.stderr == ""


def test_a_stream_under_another_key_is_empty() -> None:
    calls = """
@DBOS.workflow()
def count():
    DBOS.write_stream("numbers", 1)
    DBOS.close_stream("numbers")

launch()
handle = DBOS.start_workflow(count)
handle.get_result()
print(*(list(DBOS.read_stream(handle.workflow_id, key)) for key in ("numbers", "number")))
"""
    assert run("", calls).lines == ["[1] []"]


# ------------------------------------------------------------------------------------------ DBS805


@pytest.mark.parametrize(("heading", "end", "logged"), [(EXAMPLE, "PENDING", True), (INSTEAD, "SUCCESS", False)])
def test_nobody_can_run_a_workflow_under_another_name(heading: str, end: str, logged: bool) -> None:
    calls = 'launch()\nregister_queues()\nprint(status(request(client(), "monday")))'
    done = run(page_program("DBS805", heading), calls)
    assert done.lines == [end]
    assert ("dailyReport is not a registered workflow function" in done.stderr) is logged


# ------------------------------------------------------------------------------------------ DBS808

METHODS = """
launch()
register_queues()
both = {"class_name": "Bank", "instance_name": "northern"}
for options in ({}, {"class_name": "Bank"}, {"instance_name": "northern"}, both):
    options = {"workflow_name": "Bank.close", "queue_name": "accounts", **options}
    found = client().enqueue(options, "a-1").workflow_id
    print(status(found), repr(DBOS.get_workflow_status(found).error))
"""


@pytest.mark.parametrize(("heading", "end"), [(EXAMPLE, "ERROR"), (INSTEAD, "SUCCESS")])
def test_a_method_needs_its_instance(heading: str, end: str) -> None:
    calls = 'launch()\nregister_queues()\nprint(status(request(client(), "a-1")))'
    assert run_page("DBS808", heading, calls) == [end]


def test_what_is_missing_decides_how_it_fails() -> None:
    nothing, only_class, only_instance, both = run_page("DBS808", INSTEAD, METHODS)
    assert nothing.startswith("ERROR TypeError(") and "missing 1 required positional argument: 'account'" in nothing
    assert only_class.startswith("ERROR AttributeError(")
    assert only_instance == "PENDING None"
    assert both == "SUCCESS None"


def test_a_class_method_needs_its_class() -> None:
    calls = """
@DBOS.dbos_class()
class Counter:
    @classmethod
    @DBOS.workflow()
    def count(cls, text):
        return len(text)

    @staticmethod
    @DBOS.workflow()
    def check(text):
        return bool(text)

launch()
register_queues()
for name, more in (("count", {}), ("count", {"class_name": "Counter"}), ("check", {})):
    options = {"workflow_name": f"Counter.{name}", "queue_name": "accounts", **more}
    print(status(client().enqueue(options, "abc").workflow_id))
"""
    assert run_page("DBS808", INSTEAD, calls) == ["ERROR", "SUCCESS", "SUCCESS"]
