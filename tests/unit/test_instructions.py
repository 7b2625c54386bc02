"""The step of CI that compares instructions: what it calls a regression."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.once

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def instructions(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("instructions")


@pytest.mark.parametrize(
    ("taken", "is_worse", "said"),
    [
        (2.0, False, "+0.0%"),
        (2.09, False, "+4.5%"),
        (2.11, True, "+5.5%"),
        (1.0, False, "-50.0%"),
    ],
)
def test_more_than_the_margin_is_a_regression(
    taken: float, is_worse: bool, said: str, instructions: ModuleType
) -> None:
    ((line, told),) = instructions.compared({"a run": taken}, {"a run": 2.0, "of another day": 1.0})
    assert told is is_worse
    assert line == f"a run: {taken:.3f} of the reference, committed 2.000 ({said})"


def test_a_run_that_nothing_is_committed_to_is_one(instructions: ModuleType) -> None:
    told = list(instructions.compared({"new": 3.0, "known": 1.0}, {"known": 1.0}))
    assert told[0] == ("new: 3.000, without a committed value", True)
    assert [is_worse for _, is_worse in told] == [True, False]


@pytest.mark.parametrize(
    ("stderr", "counted"),
    [
        ("==7== \n==7== Collected : 123456\n==7== I refs: 123,456\n", 123456),
        ("123456,,instructions:u,99,100.00,,\n", 123456),
        ("<not supported>,,instructions:u,0,100.00,,\n", 0),
        ("", 0),
    ],
)
def test_what_the_tools_say_is_read(stderr: str, counted: int, instructions: ModuleType) -> None:
    assert instructions._read(stderr) == counted
