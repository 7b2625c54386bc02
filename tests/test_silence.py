"""Every fixture falls silent: by each form of suppression where it fires, and without the imports of dbos."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dbos_lint.rules.registry import CATEGORIES
from tests.conftest import lint
from tests.effort import EFFORT
from tests.markers import (
    Fixture,
    all_fixtures,
    comment_on_last_row,
    markers,
    on_every,
    parses,
    replace_markers,
    without_dbos,
)

READABLE = [fixture for fixture in all_fixtures() if fixture.path.parent.name != "broken"]
FIRING = [fixture for fixture in READABLE if fixture.expected()]
# What makes a function durable may also be named in the settings: then dbos is not imported.
IMPORTING = [fixture for fixture in READABLE if not any(key.endswith("-decorators") for key in fixture.options())]
META = {rule.code for rule in CATEGORIES["meta"]}


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
    # Where we try little, each fixture meets a third of the forms.
    forms = FORMS if EFFORT else dict(list(FORMS.items())[FIRING.index(fixture) % 3 :: 3])
    loud = {
        form: [
            str(finding)
            for finding in lint(rewritten(fixture, tmp_path / form, rewrite))
            if finding.path not in unreadable
        ]
        for form, rewrite in forms.items()
        if not any(word in form for word, is_unfit in unfit.items() if is_unfit)
    }

    assert {form: found for form, found in loud.items() if found} == {}


@on_every(IMPORTING)
def test_nothing_is_said_of_a_program_that_does_not_import_dbos(fixture: Fixture, tmp_path: Path) -> None:
    found = lint(rewritten(fixture, tmp_path / "project", lambda path, text: without_dbos(text)))

    assert [str(finding) for finding in found if finding.code not in META] == []
