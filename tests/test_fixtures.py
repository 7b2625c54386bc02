"""Every fixture, through every door: what is marked fires, and nothing else does."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from tests.conftest import Doors
from tests.markers import Fixture, Marker, all_fixtures, on_every, parses

ALL = all_fixtures()
BROKEN = [fixture for fixture in ALL if fixture.path.parent.name == "broken"]
READABLE = [fixture for fixture in ALL if fixture not in BROKEN]
# flake8 reports by itself what does not parse, and passes over a whole file for this comment even if it names codes.
SKIPPED_BY_FLAKE8 = re.compile(r"^\s*# flake8[:=]\s*noqa", re.MULTILINE | re.IGNORECASE)


def difference(expected: Iterable[Marker], fired: Iterable[Marker], todo: Iterable[Marker] = ()) -> str:
    """What is missing and what is too much, one line each."""
    wanted, found, known = Counter(expected), Counter(fired), {(m.path, m.row, m.code) for m in todo}
    lines = [f"silent, ought to fire: {marker}" for marker in (wanted - found).elements()]
    for marker in (found - wanted).elements():
        is_todo = (marker.path, marker.row, marker.code) in known
        lines.append(f"fires now, drop its 'todo:': {marker}" if is_todo else f"fires, ought to be silent: {marker}")
    return "\n".join(sorted(lines))


@on_every(READABLE)
def test_exactly_the_marked_lines_fire(fixture: Fixture, doors: Doors) -> None:
    fired = [finding.marker for finding in doors.library(fixture.name)]
    todo = [marker for marker in fixture.markers() if marker.todo]

    wrong = difference(fixture.expected(), fired, todo)

    assert not wrong, f"{fixture.name}\n{wrong}"


@on_every(BROKEN)
def test_what_cannot_be_read_is_said_once(fixture: Fixture, doors: Doors) -> None:
    assert [finding.code for finding in doors.library(fixture.name)] == ["DBS001"]


@on_every(ALL)
def test_every_door_says_the_same(fixture: Fixture, doors: Doors) -> None:
    texts = fixture.texts()
    unread = {path for path, text in texts.items() if not parses(text)}
    passed_over = unread | {path for path, text in texts.items() if SKIPPED_BY_FLAKE8.search(text)}
    library = doors.library(fixture.name)

    assert list(map(str, doors.command[fixture.name])) == list(map(str, library))
    assert list(map(str, doors.stdin[fixture.name])) == list(map(str, library))
    by_flake8, without = (
        [str(finding) for finding in findings if finding.path not in passed_over]
        for findings in (doors.flake8[fixture.name], library)
    )
    assert by_flake8 == without


def test_every_marker_names_a_rule_and_every_folder_a_rule_or_a_theme() -> None:
    from dbos_lint.rules.registry import RULES

    assert [str(m) for fixture in ALL for m in fixture.markers() if m.code not in RULES and not m.todo] == []
    folders = {fixture.path.parent.name for fixture in ALL}
    assert sorted(name for name in folders if name.startswith("DBS") and name not in RULES) == []
