"""A part of the rules says what it wants to see: it must not miss what it would find elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbos_lint.configuration import Configuration, Overrides
from dbos_lint.results import RunResult
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
    assert lint(project) == found


def test_parts_are_not_shown_what_they_do_not_ask_for() -> None:
    declared = [part for part in PARTS if hasattr(part, "visit_effect")]
    assert declared
    assert [part for part in declared if part.effects is None] == []
