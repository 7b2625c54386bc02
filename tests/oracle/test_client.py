"""What a DBOSClient does, and does not: the facts behind DBS801 to DBS809."""

from __future__ import annotations

from pathlib import Path

import pytest

from .engine import PRELUDE, page_program, run_program

pytestmark = pytest.mark.oracle

PROVES = {"DBS801", "DBS802", "DBS803", "DBS804", "DBS806", "DBS807", "DBS809"}

EXAMPLE, INSTEAD = "Example", "Use instead"

FULFIL = """
from dbos import DBOS, DBOSClient

@DBOS.workflow()
def fulfil(order_id):
    return order_id

launch()
DBOS.register_queue("orders", polling_interval_sec=0.05)
_os.environ["DBOS_SYSTEM_DATABASE_URL"] = _os.environ["DBOS_SQLITE"]
client = DBOSClient(system_database_url=_os.environ["DBOS_SQLITE"])
"""
SUBMIT = """
def submitted(submit):
    submit(client, "order-1")
    return DBOS.list_workflows()[0].workflow_timeout_ms

show(submitted, submit)
"""


@pytest.mark.parametrize(
    ("code", "heading", "line"),
    [
        ("DBS801", EXAMPLE, "raised KeyError: 'queue_name'"),
        ("DBS801", INSTEAD, "returned None"),
        ("DBS802", EXAMPLE, "returned None"),
        ("DBS802", INSTEAD, "returned 60000"),
    ],
)
def test_keys_that_are_missing_raise_and_others_are_ignored(code: str, heading: str, line: str) -> None:
    done = run_program(PRELUDE + FULFIL + page_program(code, heading) + SUBMIT)

    assert done.lines == [line], done.stderr
    assert "timeout" not in done.stderr


def test_both_names_are_needed_wherever_options_are_taken() -> None:
    calls = """
from dbos import DebouncerClient
show(client.enqueue, {"queue_name": "orders"}, "order-1")
show(DBOS.enqueue_workflow_with_options, {"queue_name": "orders"}, "order-1")
show(DBOS.enqueue_workflow_with_options, {"workflow_name": "fulfil"}, "order-1")
show(DebouncerClient, client, {"queue_name": "orders"})
show(lambda: DebouncerClient(client, {"workflow_name": "fulfil"}).debounce("key", 0.1, "order-1"))
show(lambda: DebouncerClient(client, {"workflow_name": "fulfil"}, queue="orders").debounce("k", 0.1, "o") and None)
"""
    done = run_program(PRELUDE + FULFIL + calls)

    workflow, queue = "raised KeyError: 'workflow_name'", "raised KeyError: 'queue_name'"
    assert done.lines == [workflow, workflow, queue, workflow, queue, "returned None"], done.stderr


# Connections are counted as they are opened and closed, with the garbage collector off; not those of the engine, whose
# threads have their own.
COUNT = """
import gc
import threading
from sqlalchemy import event
from sqlalchemy.pool import Pool

client.destroy()
gc.disable()
counted = []
def count(what):
    if threading.current_thread() is threading.main_thread():
        counted.append(what)
event.listen(Pool, "connect", lambda *_: count("opened"))
event.listen(Pool, "close", lambda *_: count("closed"))
for _ in range(20):
    submit("order-1")
print(counted.count("opened"), counted.count("closed"))
"""


@pytest.mark.parametrize(("heading", "line"), [(EXAMPLE, "20 0"), (INSTEAD, "20 20")])
def test_client_that_is_not_destroyed_closes_no_connection(heading: str, line: str) -> None:
    done = run_program(PRELUDE + FULFIL + page_program("DBS803", heading) + COUNT)

    assert done.lines == [line], done.stderr


# The workflow of the page dies after its last line, and is run again.
CRASH = """
import os

@DBOS.step()
def crash():
    if not os.path.exists("crashed"):
        open("crashed", "w").close()
        os._exit(77)

@DBOS.workflow()
def closing(month):
    close_month.__wrapped__(month)
    crash()

launch()
"""
START = 'with _dbos.SetWorkflowID("w"):\n    closing("June")\n'
COUNT_BILLS = 'result("w")\nprint(len(DBOS.list_workflows(name="write_bills")))\n'


@pytest.mark.parametrize(("heading", "times"), [(EXAMPLE, "2"), (INSTEAD, "1")])
def test_client_enqueues_again_when_its_workflow_is_recovered(heading: str, times: str, tmp_path: Path) -> None:
    database = tmp_path / "oracle.sqlite"
    address = 'import os\nos.environ["BILLING_DATABASE_URL"] = os.environ["DBOS_SQLITE"]\n'
    migrate = run_program(PRELUDE + "launch()\n", database=database)
    assert migrate.returncode == 0, migrate.stderr
    program = address + PRELUDE + page_program("DBS804", heading) + CRASH
    assert run_program(program + START, database=database).returncode == 77

    done = run_program(program + COUNT_BILLS, database=database)

    assert done.lines == [times], done.stderr


@pytest.mark.parametrize(
    ("heading", "line"),
    [
        (
            EXAMPLE,
            "raised DBOSException: DBOS Error: DBOSClient.register_queue does not support "
            "on_conflict='update_if_latest_version' because clients are not associated with an application version.",
        ),
        (INSTEAD, "returned None"),
    ],
)
def test_client_registers_no_queue_for_the_latest_version(heading: str, line: str) -> None:
    done = run_program(PRELUDE + FULFIL + page_program("DBS806", heading) + "show(register, client)\n")

    assert len(done.lines) == 1, done.stderr
    assert done.lines[0].startswith(line)


TRANSACTION = """
import sqlalchemy as sa

engine = sa.create_engine(_os.environ["DBOS_SQLITE"])
with engine.begin() as connection:
    connection.execute(sa.text("CREATE TABLE users (name TEXT)"))

def left():
    with engine.connect() as connection:
        users = connection.execute(sa.text("SELECT count(*) FROM users")).scalar_one()
    return users, len(DBOS.list_workflows(name="fulfil"))
"""
OPTIONS = '{"workflow_name": "fulfil", "queue_name": "orders"}'


def test_transaction_attaches_to_no_other_workflow() -> None:
    attach = f"""
with engine.begin() as connection:
    options = {{**{OPTIONS}, "deduplication_id": "one", "duplication_policy": "return-existing"}}
    show(client.enqueue_in_transaction, connection, options, "order-1")
    show(client.enqueue_in_transaction, connection, {{**options, "duplication_policy": "reject"}}, "order-1")
"""
    done = run_program(PRELUDE + FULFIL + TRANSACTION + attach)

    error = "duplication_policy 'return-existing' is not supported by enqueue_in_transaction. Use enqueue instead."
    assert done.lines[0] == f"raised DBOSException: DBOS Error: {error}", done.stderr
    assert done.lines[1].startswith("returned <dbos._client.WorkflowHandleClientPolling")


def test_result_comes_only_after_the_transaction_has_ended() -> None:
    wait = f"""
import threading

def wait(handle, results):
    results.append(handle.get_result(polling_interval_sec=0.05))

inside, after = [], []
with engine.begin() as connection:
    handle = client.enqueue_in_transaction(connection, {OPTIONS}, "order-1")
    waiting = threading.Thread(target=wait, args=(handle, inside), daemon=True)
    waiting.start()
    waiting.join(2)
    print("inside", inside)
wait(handle, after)
print("after", after)
"""
    done = run_program(PRELUDE + FULFIL + TRANSACTION + wait)

    assert done.lines == ["inside []", "after ['order-1']"], done.stderr


SIGN_UP = {
    "two": f"""
with engine.begin() as connection:
    connection.execute(sa.text("INSERT INTO users VALUES ('Ann')"))
die()
client.enqueue({OPTIONS}, "order-1")
""",
    "one": f"""
with engine.begin() as connection:
    connection.execute(sa.text("INSERT INTO users VALUES ('Ann')"))
    client.enqueue_in_transaction(connection, {OPTIONS}, "order-1")
    die()
""",
}


@pytest.mark.parametrize(("steps", "line"), [("two", "(1, 0)"), ("one", "(0, 0)")])
def test_process_that_dies_between_commit_and_enqueue_loses_the_workflow(steps: str, line: str) -> None:
    # What dies is the thread of control: an exception that nobody catches before the end.
    die = "class Died(BaseException): pass\n\ndef die():\n    raise Died\n\n"
    body = "".join(f"    {row}\n" for row in SIGN_UP[steps].strip().split("\n"))
    done = run_program(
        PRELUDE + FULFIL + TRANSACTION + die + f"try:\n{body}except Died:\n    pass\nprint(left())\n",
    )

    assert done.lines == [line], done.stderr
