"""A part of the rules says what it wants to see: it must not miss what it would find elsewhere."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dbos_lint.configuration import Configuration, Overrides
from dbos_lint.results import RunResult
from dbos_lint.rules.late import Late, late
from dbos_lint.rules.visitor import Visitor
from dbos_lint.rules.visitors import VISITORS
from dbos_lint.runner import run
from tests.markers import Fixture, all_fixtures

PARTS = tuple(part for category in VISITORS for part in (category, *category.parts))


ONE_OF_EACH_RULE = {fixture.name.partition("/")[0]: fixture for fixture in all_fixtures()}


def lint(project: Path) -> RunResult:
    return run([str(project)], Configuration(str(project), overrides=Overrides(str(project), select=("ALL",))))


@pytest.mark.parametrize("fixture", [*ONE_OF_EACH_RULE.values()], ids=lambda fixture: fixture.name)
def test_parts_find_nothing_in_what_they_do_not_ask_for(
    fixture: Fixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = fixture.copy(tmp_path / "project")
    found = lint(project)
    for part in PARTS:
        monkeypatch.setattr(part, "calls", None)
        monkeypatch.setattr(part, "effects", None)
        if issubclass(part, Late):
            monkeypatch.setattr(part, "concerns", staticmethod(lambda here: True))
    assert lint(project) == found


def test_parts_are_not_shown_what_they_do_not_ask_for() -> None:
    declared = [part for part in PARTS if hasattr(part, "visit_effect")]
    assert declared
    assert [part for part in declared if part.effects is None] == []


LATE = tuple(part for part in PARTS if issubclass(part, Late))


@pytest.mark.parametrize("part", LATE, ids=lambda part: f"{part.__module__}.{part.__name__}")
def test_what_stands_for_a_part_has_its_methods_and_speaks_for_it(part: type[Late]) -> None:
    real = getattr(import_module(part.__module__), part.__name__)
    assert issubclass(real, Visitor)
    assert {name for name in dir(real) if name.startswith("visit_")} | {"visit_module"} == {
        name for name in dir(part) if name.startswith("visit_")
    }
    # What it wants to see is said once.
    assert (real.calls, real.called, real.effects) == (Visitor.calls, Visitor.called, Visitor.effects)


def test_a_part_is_made_when_it_is_shown_something_and_sums_up_only_then(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []

    class Part(Visitor):
        def visit_Call(self, node: object, call: object) -> None:
            told.append((self.here, node, call))

        def visit_module(self) -> None:
            told.append("module")

    monkeypatch.setitem(sys.modules, "dbos_lint.rules.given", SimpleNamespace(Part=Part))
    standing: Any = late("given", "Part", calls={"dbos.DBOS"})("here")
    standing.visit_module()
    assert told == []
    standing.visit_Call("node", "call")
    standing.visit_module()
    assert told == [("here", "node", "call"), "module"]


def test_a_part_is_made_for_files_that_concern_it_and_shown_their_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []

    class Part(Visitor):
        def visit_With(self, node: object, function: object) -> None:
            told.append(node)

        def visit_module(self) -> None:
            told.append(self.here)

    monkeypatch.setitem(sys.modules, "dbos_lint.rules.given", SimpleNamespace(Part=Part))
    stands: Any = late("given", "Part", blocks=True, concerns=lambda here: here == "theirs")
    for here in ("others", "theirs"):
        standing = stands(here)
        standing.visit_With("too early", "function")
        standing.visit_module()
        standing.visit_With(f"of {here}", "function")
    assert told == ["theirs", "of theirs"]
