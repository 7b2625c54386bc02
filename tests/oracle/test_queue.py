"""Queues on the real dbos: when they are registered, what limits them, and what is enqueued on them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracle.engine import PRELUDE, Completed, page_program, run_program

pytestmark = pytest.mark.oracle

PROVES = {
    "DBS401",
    "DBS402",
    "DBS403",
    "DBS405",
    "DBS406",
    "DBS407",
    "DBS408",
    "DBS409",
    "DBS411",
    "DBS412",
    "DBS413",
    "DBS414",
    "DBS415",
}

EXAMPLE, INSTEAD = "Example", "Use instead"
CRASHED = 77

# Queues that are looked at often, a client, and a look at what has become of a workflow.
HELPERS = '''
import os
import time

from dbos import DBOS, DBOSClient, SetEnqueueOptions

_register = DBOS.register_queue
DBOS.register_queue = lambda name, **limits: _register(name, **{"polling_interval_sec": 0.05, **limits})


def client():
    return DBOSClient(system_database_url=os.environ["DBOS_SQLITE"])


def status(workflow_id, seconds=2.0):
    """What has become of a workflow: its end, or what it is after some time."""
    end = time.monotonic() + seconds
    while (found := DBOS.get_workflow_status(workflow_id).status) not in ("SUCCESS", "ERROR"):
        if time.monotonic() > end:
            break
        time.sleep(0.05)
    return found


def attempt(function):
    """What a function gives, or the class and text of what it raises, in one line."""
    try:
        return function()
    except BaseException as error:
        return f"{type(error).__name__}: {error}".splitlines()[0]


def follow(function):
    """Print what becomes of the workflow whose ID a function gives, or what it raises."""
    found = attempt(function)
    print(found if " " in found else status(found))


'''


def run(program: str, calls: str, database: Path | None = None) -> Completed:
    """Run a program and calls after it, which must not fail."""
    done = run_program(PRELUDE + HELPERS + program + "\n" + calls, database=database)
    assert done.returncode in (0, CRASHED), done.stderr
    return done


def run_page(code: str, heading: str, calls: str) -> list[str]:
    return run(page_program(code, heading), calls).lines


# ------------------------------------------------------------------------------------------ DBS401


def test_a_queue_at_import_needs_an_instance() -> None:
    done = run_program(page_program("DBS401", EXAMPLE))
    assert done.returncode != 0
    assert "DBOSException: DBOS Error: No DBOS was created yet" in done.stderr


def test_a_queue_at_import_needs_a_launch() -> None:
    configured = 'from dbos import DBOS as Engine\nEngine(config={"name": "oracle-app"})\n'
    done = run_program(configured + page_program("DBS401", EXAMPLE))
    assert done.returncode != 0
    assert "DBOSException: DBOS Error: System database accessed before DBOS was launched" in done.stderr


def test_a_queue_is_registered_after_the_launch() -> None:
    calls = 'launch()\nregister_queues()\nprint(DBOS.retrieve_queue("photos").worker_concurrency)'
    assert run_page("DBS401", INSTEAD, calls) == ["2"]


# ------------------------------------------------------------------------------------------ DBS402

LIMITS = """
@DBOS.workflow()
def work() -> str:
    return "done"


launch()
for name, limits in LIMITS.items():
    found = attempt(lambda: DBOS.register_queue(name, **limits))
    print(name, found if isinstance(found, str) else "accepted")
started = {name: [DBOS.enqueue_workflow(name, work).workflow_id for _ in range(2)] for name in RUN}
time.sleep(1.5)
for name, ids in started.items():
    print(name, *(status(each, 0) for each in ids))
"""


def test_limits_that_contradict_each_other_raise() -> None:
    limits = {
        "worker": {"worker_concurrency": 8, "global_concurrency": 4},
        "partition": {"partition_concurrency": 3, "global_concurrency": 2},
        "partition worker": {"partition_worker_concurrency": 3, "partition_concurrency": 2},
        "of worker": {"partition_worker_concurrency": 3, "worker_concurrency": 2},
        "of all": {"partition_worker_concurrency": 3, "global_concurrency": 2},
        "no partition": {"partition_concurrency": 0},
        "no period": {"limiter": {"limit": 10}},
        "no limit": {"partition_limiter": {"period": 2.0}},
        "no interval": {"polling_interval_sec": 0},
        "both": {"concurrency": 2, "global_concurrency": 2},
        "equal": {"worker_concurrency": 4, "global_concurrency": 4},
    }
    lines = run(f"LIMITS, RUN = {limits!r}, []", LIMITS).lines
    assert [line.rpartition(" ")[2] for line in lines if "ValueError" not in line] == ["accepted"]
    assert [line.partition(" ValueError: ")[0] for line in lines[:-1]] == list(limits)[:-1]


def test_limits_below_one_stop_a_queue() -> None:
    limits = {
        "worker": {"worker_concurrency": 0},
        "global": {"global_concurrency": -1},
        "limit": {"limiter": {"limit": 0, "period": 60}},
        "period": {"limiter": {"limit": 1, "period": 0}},
        "one": {"worker_concurrency": 1},
    }
    assert run(f"LIMITS, RUN = {limits!r}, {list(limits)!r}", LIMITS).lines == [
        *(f"{name} accepted" for name in limits),
        "worker ENQUEUED ENQUEUED",
        "global ENQUEUED ENQUEUED",
        "limit ENQUEUED ENQUEUED",
        "period SUCCESS SUCCESS",
        "one SUCCESS SUCCESS",
    ]


@pytest.mark.parametrize(("heading", "end"), [(EXAMPLE, "ENQUEUED"), (INSTEAD, "SUCCESS")])
def test_a_parcel_is_delivered_only_with_workers(heading: str, end: str) -> None:
    assert run_page("DBS402", heading, 'launch()\nregister_queues()\nprint(status(send("tea")))') == [end]


def test_setters_refuse_the_same_limits() -> None:
    calls = """
launch()
queue = DBOS.register_queue("q")
for name, value in [("limiter", {"period": 60.0}), ("polling_interval_sec", 0), ("partition_concurrency", 0)]:
    print(attempt(lambda: getattr(queue, f"set_{name}")(value)))
print(attempt(lambda: queue.set_worker_concurrency(0)))
"""
    assert run("", calls).lines == [
        "ValueError: limiter must specify both 'limit' and 'period'",
        "ValueError: polling_interval_sec must be positive",
        "ValueError: partition_concurrency must be at least 1",
        "None",
    ]


# ------------------------------------------------------------------------------------------ DBS403


def test_reserved_names_raise() -> None:
    calls = "launch()\nprint(attempt(register_queues))"
    (line,) = run_page("DBS403", EXAMPLE, calls)
    assert line.startswith("ValueError: Queue name _dbos_cleaning is reserved: names starting with '_dbos_'")
    assert run_page("DBS403", INSTEAD, calls) == ["None"]


def test_an_empty_name_is_accepted() -> None:
    calls = 'launch()\nDBOS.register_queue("")\nprint(status(DBOS.enqueue_workflow("", clean, "hall").workflow_id))'
    assert run_page("DBS403", INSTEAD, calls) == ["SUCCESS"]


# ------------------------------------------------------------------------------------------ DBS405, DBS406


@pytest.mark.parametrize(("heading", "end"), [(EXAMPLE, "ENQUEUED"), (INSTEAD, "SUCCESS")])
def test_partitions_need_a_key(heading: str, end: str) -> None:
    done = run(page_program("DBS405", heading), 'launch()\nregister_queues()\nprint(status(start("acme", "a.csv")))')
    assert done.lines == [end]
    assert done.stderr == ""


def test_clients_debouncers_and_schedules_need_a_key_too() -> None:
    calls = """
from dbos import Debouncer

@DBOS.workflow()
def tick(scheduled, context):
    return "tick"

launch()
register_queues()
options = {"workflow_name": "import_file", "queue_name": "imports"}
print(status(client().enqueue(options, "acme", "a.csv").workflow_id))
print(status(client().enqueue({**options, "queue_partition_key": "acme"}, "acme", "a.csv").workflow_id))
print(status(Debouncer.create(import_file, queue="imports").debounce("k", 0.1, "acme", "a.csv").workflow_id))
DBOS.create_schedule(schedule_name="t", workflow_fn=tick, schedule="* * * * * *", queue_name="imports")
time.sleep(2.5)
print({each.status for each in DBOS.list_workflows(name="tick")})
"""
    assert run_page("DBS405", INSTEAD, calls) == ["ENQUEUED", "SUCCESS", "ENQUEUED", "{'ENQUEUED'}"]


@pytest.mark.parametrize(
    ("heading", "found"),
    [(EXAMPLE, "Exception: Deduplication is not supported for partitioned queues"), (INSTEAD, "SUCCESS")],
)
def test_deduplication_and_partitions_exclude_each_other(heading: str, found: str) -> None:
    calls = 'launch()\nregister_queues()\nfollow(lambda: request("ada", "may"))'
    assert run_page("DBS406", heading, calls) == [found]


def test_deduplication_on_partitions_has_no_way_out() -> None:
    calls = """
launch()
register_queues()
DBOS.register_queue("letters")

def enqueue(queue, **options):
    with SetEnqueueOptions(**options):
        return status(DBOS.enqueue_workflow(queue, write_statement, "ada", "may").workflow_id)

print(enqueue("statements", deduplication_id="a"))
print(attempt(lambda: enqueue("letters", deduplication_id="b", queue_partition_key="ada")))
options = {"workflow_name": "write_statement", "queue_name": "statements", "deduplication_id": "c"}
options["queue_partition_key"] = "ada"
print(attempt(lambda: DBOS.enqueue_workflow_with_options(options, "ada", "may")))
print(status(client().enqueue(options, "ada", "may").workflow_id))
"""
    assert run_page("DBS406", INSTEAD, calls) == [
        "ENQUEUED",
        "Exception: Deduplication is not supported for partitioned queues",
        "DBOSException: DBOS Error: Deduplication is not supported for partitioned queues",
        "SUCCESS",
    ]


# ------------------------------------------------------------------------------------------ DBS407


@pytest.mark.parametrize(
    ("heading", "found"),
    [
        (EXAMPLE, "Exception: Invalid priority 0. Priority must be between 1~2147483647."),
        (INSTEAD, "SUCCESS"),
    ],
)
def test_priorities_begin_at_one(heading: str, found: str) -> None:
    calls = 'launch()\nregister_queues()\nfollow(lambda: submit("t"))'
    assert run_page("DBS407", heading, calls) == [found]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"priority": 2**31}, "Exception: Invalid priority"),
        ({"priority": "high"}, "TypeError: "),
        ({"delay_seconds": "60"}, "TypeError: "),
        ({"dedup_id": "t"}, "TypeError: "),
        (
            {"duplication_policy": "ignore", "deduplication_id": "t"},
            "DBOSException: DBOS Error: Invalid duplication_policy",
        ),
        ({"duplication_policy": "return-existing"}, "DBOSException: DBOS Error: duplication_policy 'return-existing'"),
    ],
)
def test_options_that_dbos_refuses(options: dict[str, object], found: str) -> None:
    calls = f"""
def enqueue():
    with SetEnqueueOptions(**{options!r}):
        return DBOS.enqueue_workflow("tickets", answer, "t")

launch()
register_queues()
print(attempt(enqueue))
"""
    (line,) = run_page("DBS407", INSTEAD, calls)
    assert line.startswith(found)


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"priority": 0}, "DBOSException: DBOS Error: Invalid priority 0"),
        ({"workflow_id": ""}, "DBOSException: DBOS Error: Invalid workflow ID"),
        ({"workflow_id_reuse_policy": "replace"}, "DBOSException: DBOS Error: Invalid workflow_id_reuse_policy"),
        ({"duplication_policy": "return-existing"}, "DBOSException: DBOS Error: duplication_policy 'return-existing'"),
        ({"workflow_timeout": "5"}, "OverflowError: "),
    ],
)
def test_client_options_that_dbos_refuses(options: dict[str, object], found: str) -> None:
    calls = f"""
launch()
register_queues()
print(attempt(lambda: client().enqueue({{"workflow_name": "answer", "queue_name": "tickets", **{options!r}}}, "t")))
"""
    (line,) = run_page("DBS407", INSTEAD, calls)
    assert line.startswith(found)


def test_a_function_is_no_workflow_name() -> None:
    calls = """
launch()
register_queues()
print(attempt(lambda: client().enqueue({"workflow_name": answer, "queue_name": "tickets"}, "t")))
"""
    (line,) = run_page("DBS407", INSTEAD, calls)
    assert line.startswith("ProgrammingError: ")


# ------------------------------------------------------------------------------------------ DBS408


@pytest.mark.parametrize(
    ("heading", "found"),
    [
        (EXAMPLE, "DBOSException: DBOS Error: Enqueue option(s) priority set on a workflow that is not being enqueued"),
        (INSTEAD, "SUCCESS"),
    ],
)
def test_started_workflows_take_no_enqueue_options(heading: str, found: str) -> None:
    calls = 'launch()\nregister_queues()\nfollow(lambda: order("soup"))'
    (line,) = run_page("DBS408", heading, calls)
    assert line.startswith(found)


def test_called_workflows_and_steps_ignore_enqueue_options() -> None:
    calls = """
@DBOS.step()
def chop():
    return "chopped"

@DBOS.workflow()
def dinner():
    return DBOS.enqueue_workflow("kitchen", cook, "soup").workflow_id

launch()
register_queues()
with SetEnqueueOptions(delay_seconds=3600):
    print(cook("soup"), chop(), status(dinner()))
with SetEnqueueOptions(app_version="v1"):
    print(DBOS.start_workflow(cook, "soup").get_result())
SetEnqueueOptions(delay_seconds=3600)
print(status(DBOS.enqueue_workflow("kitchen", cook, "soup").workflow_id))
async def order_async():
    async with SetEnqueueOptions(priority=1):
        pass
print(attempt(lambda: _asyncio.run(order_async())))
"""
    assert run_page("DBS408", INSTEAD, calls) == [
        "soup is ready chopped SUCCESS",
        "soup is ready",
        "SUCCESS",
        "TypeError: 'SetEnqueueOptions' object does not support the asynchronous context manager protocol",
    ]


# ------------------------------------------------------------------------------------------ DBS409


@pytest.mark.parametrize(
    ("heading", "found"), [(EXAMPLE, "AttributeError: 'str' object has no attribute '__name__'"), (INSTEAD, "SUCCESS")]
)
def test_the_name_of_the_queue_comes_first(heading: str, found: str) -> None:
    calls = 'launch()\nregister_queues()\nfollow(lambda: start("a"))'
    assert run_page("DBS409", heading, calls) == [found]


def test_a_queue_object_is_no_name() -> None:
    calls = """
launch()
queue = DBOS.register_queue("texts")
print(attempt(lambda: DBOS.enqueue_workflow(queue, translate, "a")))
"""
    (line,) = run_page("DBS409", INSTEAD, calls)
    assert line.startswith("ProgrammingError: ") and "type 'Queue' is not supported" in line


# ------------------------------------------------------------------------------------------ DBS411


@pytest.mark.parametrize(("heading", "few"), [(EXAMPLE, False), (INSTEAD, True)])
def test_only_limits_hold_workflows_back(heading: str, few: bool) -> None:
    program = page_program("DBS411", heading).replace(
        'return f"<p>{page}</p>"',
        "running.append(page)\n    most.append(len(running))\n    time.sleep(0.4)\n    running.remove(page)",
    )
    calls = """
launch()
register_queues()
handles = [DBOS.enqueue_workflow("pages", render, str(page)) for page in range(20)]
for handle in handles:
    handle.get_result(polling_interval_sec=0.05)
print(max(most))
"""
    (most,) = run("running, most = [], []\n" + program, calls).lines
    assert (int(most) <= 4) is few


# ------------------------------------------------------------------------------------------ DBS412


@pytest.mark.parametrize(("heading", "ends"), [(EXAMPLE, "PENDING ENQUEUED"), (INSTEAD, "SUCCESS SUCCESS")])
def test_a_full_queue_never_ends(heading: str, ends: str) -> None:
    calls = """
launch()
register_queues()
parent = start("shop")
while not (parts := DBOS.list_workflows(name="build_part")):
    time.sleep(0.05)
print(status(parent, 3), status(parts[0].workflow_id, 0))
"""
    assert run_page("DBS412", heading, calls) == [ends]


def test_one_worker_with_one_place_is_as_full() -> None:
    program = page_program("DBS412", EXAMPLE).replace("global_concurrency=1", "worker_concurrency=1")
    assert run(program, 'launch()\nregister_queues()\nprint(status(start("shop"), 3))').lines == ["PENDING"]


# ------------------------------------------------------------------------------------------ DBS413


@pytest.mark.parametrize(
    ("heading", "found"),
    [
        (EXAMPLE, "AttributeError: 'NoneType' object has no attribute 'set_worker_concurrency'"),
        (INSTEAD, "ValueError: there is no queue nightly"),
    ],
)
def test_an_unknown_queue_is_none(heading: str, found: str) -> None:
    calls = 'launch()\nprint(attempt(lambda: throttle("nightly", 1)), client().retrieve_queue("nightly"))'
    assert run_page("DBS413", heading, calls) == [f"{found} None"]


# ------------------------------------------------------------------------------------------ DBS414

CRASH = """
def report(queue):
    os._exit(77)

launch()
with _dbos.SetWorkflowID("boost"):
    boost("mails")
"""
RECOVER = """
launch()
result("boost")
print(DBOS.retrieve_queue("mails").worker_concurrency)
"""
# What an operator does between the crash and the recovery.
SLOW_DOWN = 'client().retrieve_queue("mails").set_worker_concurrency(2)'


@pytest.mark.parametrize(("heading", "workers"), [(EXAMPLE, "8"), (INSTEAD, "2")])
def test_a_recovered_workflow_sets_a_queue_back(heading: str, workers: str, tmp_path: Path) -> None:
    database, program = tmp_path / "dbos.sqlite", page_program("DBS414", heading)
    assert run(program, CRASH, database).returncode == CRASHED
    run("", SLOW_DOWN, database)
    assert run(program, RECOVER, database).lines == [workers]


def test_a_recovered_workflow_deletes_a_queue_again(tmp_path: Path) -> None:
    database = tmp_path / "dbos.sqlite"
    program = page_program("DBS414", EXAMPLE).replace(
        "register_queue(name, worker_concurrency=8)", "delete_queue(name)"
    )
    assert run(program, CRASH, database).returncode == CRASHED
    run("", 'client().register_queue("mails")', database)
    calls = 'launch()\nresult("boost")\nprint(DBOS.retrieve_queue("mails"))'
    assert run(program, calls, database).lines == ["None"]


# ------------------------------------------------------------------------------------------ DBS415


@pytest.mark.parametrize(
    ("heading", "found"),
    [(EXAMPLE, "AttributeError: property 'worker_concurrency' of 'Queue' object has no setter 8"), (INSTEAD, "None 1")],
)
def test_limits_cannot_be_assigned(heading: str, found: str) -> None:
    calls = 'launch()\nprint(attempt(start), DBOS.retrieve_queue("mails").worker_concurrency)'
    assert run_page("DBS415", heading, calls) == [found]
