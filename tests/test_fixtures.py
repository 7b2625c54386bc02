"""Every fixture, through every door: what is marked fires, nothing else does, and each comment silences it."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from dbos_lint.rules.registry import CATEGORIES
from tests.conftest import Doors, lint
from tests.markers import Fixture, Marker, all_fixtures, comment_on_last_row, markers, replace_markers, without_dbos

ALL = all_fixtures()
BROKEN = [fixture for fixture in ALL if fixture.path.parent.name == "broken"]
READABLE = [fixture for fixture in ALL if fixture not in BROKEN]
FIRING = [fixture for fixture in READABLE if fixture.expected()]
# What makes a function durable may also be named in the settings: then dbos is not imported.
IMPORTING = [fixture for fixture in READABLE if not any(key.endswith("-decorators") for key in fixture.options())]
# flake8 reports by itself what does not parse, and passes over a whole file for this comment even if it names codes.
SKIPPED_BY_FLAKE8 = re.compile(r"^\s*# flake8[:=]\s*noqa", re.MULTILINE | re.IGNORECASE)
META = {rule.code for rule in CATEGORIES["meta"]}


def on_every(fixtures: Iterable[Fixture]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("fixture", fixtures, ids=lambda fixture: fixture.name)


def difference(expected: Iterable[Marker], fired: Iterable[Marker], todo: Iterable[Marker] = ()) -> str:
    """What is missing and what is too much, one line each."""
    wanted, found, known = Counter(expected), Counter(fired), {(m.path, m.row, m.code) for m in todo}
    lines = [f"silent, ought to fire: {marker}" for marker in (wanted - found).elements()]
    for marker in (found - wanted).elements():
        is_todo = (marker.path, marker.row, marker.code) in known
        lines.append(f"fires now, drop its 'todo:': {marker}" if is_todo else f"fires, ought to be silent: {marker}")
    return "\n".join(sorted(lines))


def parses(text: str) -> bool:
    """Whether Python reads the file whose bytes ``text`` holds as Latin-1."""
    try:
        ast.parse(text.encode("latin-1"))
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return True


@pytest.mark.xdist_group("doors")
@on_every(READABLE)
def test_exactly_the_marked_lines_fire(fixture: Fixture, doors: Doors) -> None:
    fired = [finding.marker for finding in doors.library[fixture.name]]
    todo = [marker for marker in fixture.markers() if marker.todo]

    wrong = difference(fixture.expected(), fired, todo)

    assert not wrong, f"{fixture.name}\n{wrong}"


@pytest.mark.xdist_group("doors")
@on_every(BROKEN)
def test_what_cannot_be_read_is_said_once(fixture: Fixture, doors: Doors) -> None:
    assert [finding.code for finding in doors.library[fixture.name]] == ["DBS001"]


@pytest.mark.xdist_group("doors")
@on_every(ALL)
@pytest.mark.parametrize("door", ["command", "stdin", "flake8"])
def test_every_door_says_the_same(fixture: Fixture, doors: Doors, door: str) -> None:
    texts = fixture.texts()
    passed_over = {
        path
        for path, text in texts.items()
        if door == "flake8" and (not parses(text) or SKIPPED_BY_FLAKE8.search(text))
    }
    found, expected = (
        [str(finding) for finding in findings[fixture.name] if finding.path not in passed_over]
        for findings in (getattr(doors, door), doors.library)
    )

    assert found == expected


def test_every_marker_names_a_rule_and_every_folder_a_rule_or_a_theme() -> None:
    from dbos_lint.rules.registry import RULES

    assert [str(m) for fixture in ALL for m in fixture.markers() if m.code not in RULES and not m.todo] == []
    folders = {fixture.path.parent.name for fixture in ALL}
    assert sorted(name for name in folders if name.startswith("DBS") and name not in RULES) == []


def _line(template: str) -> Callable[[str, str], str]:
    return lambda path, text: replace_markers(text, template)


def _last_row(template: str) -> Callable[[str, str], str]:
    return lambda path, text: comment_on_last_row(text, template)


def _file(template: str) -> Callable[[str, str], str]:
    def rewrite(path: str, text: str) -> str:
        codes = sorted({marker.code for marker in markers(path, text) if not marker.todo})
        return f"{replace_markers(text, '')}\n{template.format(codes=', '.join(codes))}\n" if codes else text

    return rewrite


FORMS: dict[str, Callable[[str, str], str]] = {
    "ours": _line("# dbos-lint: ignore[{codes}] as the test wants it"),
    "ours, by prefix": _line("# dbos-lint: ignore[DBS] as the test wants it"),
    "ours, last row": _last_row("# dbos-lint: ignore[{codes}] as the test wants it"),
    "ours, for the file": _file("# dbos-lint: ignore-file[{codes}] as the test wants it"),
    "noqa": _line("# noqa"),
    "noqa with codes": _line("# noqa: {codes}"),
    "noqa, last row": _last_row("# noqa: {codes}"),
    "noqa for the file": _file("# flake8: noqa"),
    "noqa for the file, with codes": _file("# flake8: noqa: {codes}"),
}


def rewritten(fixture: Fixture, folder: Path, rewrite: Callable[[str, str], str]) -> Path:
    """The fixture in ``folder``, its files rewritten; those that do not parse stay as they are."""
    fixture.copy(folder)
    for path, text in fixture.texts().items():
        if parses(text):
            (folder / path).write_bytes(rewrite(path, text).encode("latin-1"))
    return folder


@on_every(FIRING)
def test_every_form_of_suppression_silences(fixture: Fixture, tmp_path: Path) -> None:
    unreadable = {path for path, text in fixture.texts().items() if not parses(text)}
    # flake8 reads the first noqa of a line only, so a line that already has one can take no second; and what is said
    # of a comment is silenced on its own row.
    unfit = {"noqa": any("noqa" in text for text in fixture.texts().values())}
    unfit["last row"] = any(marker.code in META for marker in fixture.expected())
    loud = {
        form: [
            str(finding)
            for finding in lint(rewritten(fixture, tmp_path / form, rewrite))
            if finding.path not in unreadable
        ]
        for form, rewrite in FORMS.items()
        if not any(word in form for word, is_unfit in unfit.items() if is_unfit)
    }

    assert {form: found for form, found in loud.items() if found} == {}


@on_every(IMPORTING)
def test_nothing_is_said_of_a_program_that_does_not_import_dbos(fixture: Fixture, tmp_path: Path) -> None:
    found = lint(rewritten(fixture, tmp_path / "project", lambda path, text: without_dbos(text)))

    assert [str(finding) for finding in found if finding.code not in META] == []
