"""What dbos does with schedules and debouncers: the facts behind DBS612 to DBS617 and DBS619."""

from __future__ import annotations

from pathlib import Path

import pytest

from .engine import page_program, run, run_program

pytestmark = pytest.mark.oracle

PROVES = {"DBS612", "DBS613", "DBS614", "DBS615", "DBS616", "DBS617", "DBS619"}

ERROR = "raised DBOSException: DBOS Error:"
RUN_IT = "install(); show(DBOS.trigger_schedule('newsletter').get_result)"

# Per page: the calls, what the program of `Example` prints then, and what that of `Use instead` prints.
PAGES = [
    ("DBS613", "show(install)", [f"{ERROR} Invalid cron schedule: '@every 5m'"], ["returned None"]),
    (
        "DBS614",
        "show(install)",
        [f"{ERROR} Configured instance methods cannot be used as scheduled workflows"],
        ["returned None"],
    ),
    (
        "DBS615",
        "show(move_in, 'ada')",
        [f"{ERROR} DBOS.apply_schedules cannot be called from within a workflow"],
        ["returned 'ada'"],
    ),
    (
        "DBS619",
        "show(install)",
        [f"{ERROR} Schedule entry 0 is missing required field 'schedule_name'"],
        ["returned None"],
    ),
]


@pytest.mark.parametrize(("code", "calls", "bad", "good"), PAGES, ids=[page[0] for page in PAGES])
def test_the_example_fails_and_the_better_program_does_not(
    code: str, calls: str, bad: list[str], good: list[str]
) -> None:
    broken = run(page_program(code, "Example"), calls)
    sound = run(page_program(code, "Use instead"), calls)

    assert broken.lines == bad, broken.stderr
    assert sound.lines == good, sound.stderr


def test_a_schedule_gives_its_workflow_the_time_and_the_context() -> None:
    broken = run(page_program("DBS612", "Example"), RUN_IT)
    sound = run(page_program("DBS612", "Use instead"), RUN_IT)

    assert broken.lines == ["raised TypeError: send_newsletter() takes 1 positional argument but 2 were given"], (
        broken.stderr
    )
    assert sound.lines[-1] == "returned None", sound.stderr


TICK = """
from dbos import DBOS, DBOSClient


@DBOS.workflow()
def tick(at, context):
    return "tick"


@DBOS.workflow()
def tock(at, context):
    return "tock"


def create(**entry):
    DBOS.create_schedule(**{"schedule_name": "a", "workflow_fn": tick, "schedule": "* * * * *", **entry})


def apply(**entry):
    DBOS.apply_schedules([{"schedule_name": "a", "workflow_fn": tick, "schedule": "* * * * *", **entry}])
"""


def test_entries_are_checked_but_not_their_unknown_keys() -> None:
    done = run(
        TICK,
        "show(lambda: apply(cron_timezone='GMT+2'))\n"
        "show(lambda: create(backfill=True))\n"
        "show(lambda: DBOS.create_schedule(schedule_name='a', workflow_fn=tick))\n"
        "show(lambda: DBOS.create_schedule('a', tick, '* * * * *'))\n"
        "show(lambda: apply(timezone='UTC'))\n"
        "print(DBOS.get_schedule('a')['cron_timezone'])\n"
        "show(lambda: create(schedule_name='b')); show(lambda: create(schedule_name='b'))\n",
    )

    assert done.lines == [
        f"{ERROR} Invalid timezone: 'GMT+2'",
        "raised TypeError: DBOS.create_schedule() got an unexpected keyword argument 'backfill'",
        "raised TypeError: DBOS.create_schedule() missing 1 required keyword-only argument: 'schedule'",
        "raised TypeError: DBOS.create_schedule() takes 1 positional argument but 4 were given",
        "returned None",
        "None",
        "returned None",
        f"{ERROR} Schedule 'b' already exists",
    ], done.stderr


def test_the_last_of_two_entries_with_one_name_wins() -> None:
    entries = ", ".join(
        f"{{'schedule_name': 'doors', 'workflow_fn': {name}, 'schedule': '* * * * *'}}" for name in ("tick", "tock")
    )

    done = run(TICK, f"DBOS.apply_schedules([{entries}])\nprint([s['workflow_name'] for s in DBOS.list_schedules()])")

    assert done.lines == ["['tock']"], done.stderr


IN_WORKFLOW = """
from datetime import datetime, timezone

START, END = (datetime(2026, 1, day, tzinfo=timezone.utc) for day in (1, 2))


@DBOS.workflow()
def trigger():
    DBOS.trigger_schedule("a")


@DBOS.workflow()
def backfill():
    DBOS.backfill_schedule("a", START, END)


@DBOS.workflow()
async def apply_async():
    await DBOS.apply_schedules_async([])


@DBOS.workflow()
def recorded():
    create(schedule_name="b")
    DBOS.pause_schedule("b")
    DBOS.resume_schedule("b")
    DBOS.delete_schedule("b")
    return DBOS.get_schedule("b")


@DBOS.step()
def step():
    DBOS.trigger_schedule("a")
    return len(DBOS.backfill_schedule("a", START, START))


@DBOS.workflow()
def through_step():
    return step()
"""


def test_what_may_be_done_to_schedules_in_workflows() -> None:
    calls = "\n".join(f"show({name})" for name in ("trigger", "backfill", "apply_async", "recorded", "through_step"))

    done = run(TICK + IN_WORKFLOW, f"create()\n{calls}")

    assert done.lines == [
        f"{ERROR} DBOS.trigger_schedule cannot be called from within a workflow",
        f"{ERROR} DBOS.backfill_schedule cannot be called from within a workflow",
        f"{ERROR} DBOS.apply_schedules cannot be called from within a workflow",
        "returned None",
        "returned 0",
    ], done.stderr


@pytest.mark.parametrize(("heading", "second"), [("Example", False), ("Use instead", True)])
def test_the_second_start_finds_the_schedule_of_the_first(heading: str, second: bool, tmp_path: Path) -> None:
    program = "import builtins\nbuiltins.input = lambda text: print('started', flush=True)\n"
    program += page_program("DBS616", heading)

    runs = [run_program(program, database=tmp_path / "dbos.sqlite") for _ in range(2)]

    assert runs[0].lines == ["started"], runs[0].stderr
    assert runs[1].lines == (["started"] if second else []), runs[1].stderr
    assert ("Schedule 'nightly' already exists" in runs[1].stderr) is not second


DEBOUNCED = """
from dbos import DBOS, Debouncer


class Tables:
    @staticmethod
    @DBOS.workflow()
    def drop(table):
        return table


@DBOS.dbos_class()
class Index:
    @classmethod
    @DBOS.workflow()
    def rebuild(cls):
        return "rebuilt"


def plain():
    pass
"""


def test_debouncers_take_functions_that_are_workflows() -> None:
    done = run(
        DEBOUNCED,
        "for f in (Index.rebuild, plain): show(Debouncer.create, f)\n"
        "show(lambda: Debouncer.create_async(plain))\n"
        "print(Debouncer.create(Tables.drop).debounce('t', 0.01, 'orders').get_result(polling_interval_sec=0.05))",
    )

    not_found = "raised DBOSWorkflowFunctionNotFoundError: DBOS Error 4: Could not execute workflow <NONE>: "
    assert done.lines == [
        "raised TypeError: Only workflow functions may be debounced, not methods",
        f"{not_found}plain is not a registered workflow function",
        f"{not_found}plain is not a registered workflow function",
        "orders",
    ], done.stderr
