"""``--timings``: each moment is counted once, and only where somebody asks."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from dbos_lint import timings
from dbos_lint.cli import cli
from dbos_lint.timings import PHASES, Clock

PROGRAM = """\
import time

from dbos import DBOS


@DBOS.workflow()
def nightly() -> float:
    return time.time()
"""


class Steps:
    """Tells a time that grows by 1 whenever somebody asks."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


class Part:
    def visit_Call(self) -> None:
        pass


def test_what_runs_within_a_phase_and_another_counts_for_the_inner_one() -> None:
    clock = Clock(Steps())
    with clock.phase("judge"):
        with clock.phase("parse"):
            pass
        with clock.phase("parse"):
            pass
    clock.stop()
    assert clock.spent == {"other": 2, "judge": 3, "parse": 2}
    assert clock.phases == dict.fromkeys(PHASES, 0) | {"other": 2, "judge": 3, "parse": 2}


def test_a_phase_ends_where_something_is_raised() -> None:
    clock = Clock(Steps())
    try:
        with clock.phase("parse"):
            raise KeyError
    except KeyError:
        pass
    clock.stop()
    assert clock.spent == {"other": 2, "parse": 1}


def test_parts_of_the_rules_are_told_apart_and_belong_to_judging() -> None:
    clock, part = Clock(Steps()), Part()
    clock.watch(part, ("visit_Call", "visit_module"))
    with clock.phase("judge"):
        part.visit_Call()
    clock.stop()
    assert list(clock.parts.values()) == [2, 1]
    assert sum(clock.parts.values()) == clock.phases["judge"]


def test_the_command_says_where_the_time_went(tmp_path: Path) -> None:
    file = tmp_path / "app.py"
    file.write_text(PROGRAM)
    arguments = ["check", "--isolated", "--output-format", "concise", str(file)]
    plain, measured = (CliRunner().invoke(cli, [*arguments, *more]) for more in ((), ("--timings",)))
    assert (measured.exit_code, measured.stdout) == (plain.exit_code, plain.stdout)
    assert plain.stderr == ""
    assert timings.running() is None

    rows = [row.split() for row in measured.stderr.splitlines()]
    parts_at, files_at = (rows.index(head.split()) for head in ("judge, by part of the rules:", "slowest files:"))
    (name, total, *_), *phases = rows[:parts_at]
    assert (name, [row[0] for row in phases]) == ("total", list(PHASES))
    spent = {name: float(ms) for name, ms, *_ in phases}
    rounded = 0.1 * len(rows)
    assert abs(sum(spent.values()) - float(total)) < rounded

    parts = rows[parts_at + 1 : files_at]
    assert "engine" in [row[2] for row in parts]
    assert abs(sum(float(row[0]) for row in parts) - spent["judge"]) < rounded
    assert [row[2] for row in rows[files_at + 1 :]] == [str(file)]
