"""Rounds: what is taken, what is dropped and why, and what counts as worse."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbos_lint import linter
from dbos_lint.diagnostic import Diagnostic, Position
from dbos_lint.fix import Applicability, Change, Fix, Import, Replace
from dbos_lint.fixes import mend as room
from dbos_lint.fixes.comparing import Stretch, moved, stretches, worse
from dbos_lint.fixes.edits import Edit, applied, ordered
from dbos_lint.fixes.mend import Mended, mend
from dbos_lint.fixes.settle import TOO_MANY, settle
from dbos_lint.linter import FileResult
from dbos_lint.rules.registry import RULES
from dbos_lint.settings import Settings
from dbos_lint.syntax.spans import Span
from tests.growing import grows_with_the_text

SETTINGS = Settings("/srv", fix=True, unsafe_fixes=True)


def found(code: str, row: int, column: int = 1, fix: Fix | None = None) -> Diagnostic:
    return Diagnostic(RULES[code], "/srv/a.py", Position(row, column), Position(row, column + 1), "m", fix=fix)


# ---------------------------------------------------------------------- settling


@given(st.lists(st.integers(0, 40), unique=True), st.sets(st.integers(0, 40)))
def test_exactly_the_culprits_are_dropped(items: list[int], culprits: set[int]) -> None:
    def attempt(some: Sequence[int]) -> tuple[int, ...] | str:
        return "no" if culprits & set(some) else tuple(some)

    settled = settle(items, attempt)
    good = tuple(item for item in items if item not in culprits)
    assert (settled.kept, settled.state) == (good, good or None)
    assert settled.dropped == [(item, "no") for item in items if item in culprits]


def test_of_two_that_do_not_go_together_the_first_is_taken() -> None:
    def attempt(some: Sequence[str]) -> tuple[str, ...] | str:
        return "no" if {"b", "d"} <= set(some) else tuple(some)

    settled = settle("abcd", attempt)
    assert (settled.state, settled.dropped) == (("a", "b", "c"), [("d", "no")])


@given(st.lists(st.integers(0, 40), unique=True), st.sets(st.integers(0, 40)), st.integers(0, 30))
def test_after_the_last_attempt_what_is_not_settled_is_dropped(items: list[int], culprits: set[int], most: int) -> None:
    asked = []

    def attempt(some: Sequence[int]) -> tuple[int, ...] | str:
        asked.append(some)
        return "no" if culprits & set(some) else tuple(some)

    settled = settle(items, attempt, most)
    assert len(asked) == settled.attempts <= most
    assert sorted([*settled.kept, *(item for item, _ in settled.dropped)]) == sorted(items)
    assert (settled.state or ()) == settled.kept
    assert not culprits & set(settled.kept)
    assert culprits >= {item for item, reason in settled.dropped if reason == "no"}
    assert {reason for _, reason in settled.dropped} <= {"no", TOO_MANY}


# ---------------------------------------------------------------------- comparing


def test_rows_move_with_the_edits_above_them() -> None:
    text = "a\nb\nc\nd\ne\n"
    changed = stretches(text, [Edit(2, 2, "x\ny\n"), Edit(2, 3, "B"), Edit(4, 7, "cd")])
    assert changed == (Stretch(2, 2, 2), Stretch(3, 4, 1))
    assert [moved(row, changed) for row in range(1, 7)] == [1, None, None, None, 6, 7]


@given(st.lists(st.sampled_from(["a", "bb", ""]), min_size=1, max_size=9), st.data())
def test_rows_that_no_edit_touches_say_the_same_afterwards(lines: list[str], data: st.DataObject) -> None:
    text = "\n".join(f"{number}{line}" for number, line in enumerate(lines))
    places = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    edits = [
        Edit(start, end, data.draw(st.sampled_from(["", "x", "\n", "x\ny\n"])))
        for start, end in zip(places[::2], places[1::2], strict=False)
    ]
    changed = stretches(text, edits)
    after = applied(text, ordered(edits)).split("\n")
    for row, line in enumerate(text.split("\n"), 1):
        new = moved(row, changed)
        assert new is None or after[new - 1] == line


def test_the_mended_ones_must_be_gone_and_no_other_may_come() -> None:
    before = [found("DBS201", 2), found("DBS201", 5), found("DBS301", 5)]
    changed = (Stretch(2, 2, 1),)
    gone, stays = before[:1], [found("DBS201", 6), found("DBS301", 6)]
    assert worse(before, gone, stays, changed) is None
    assert worse(before, gone, [], changed) is None
    assert worse(before, gone, [*stays, found("DBS201", 2)], changed) == "the finding would stay"
    assert worse(before, gone, [*stays, found("DBS213", 9)], changed) == "it would bring DBS213 in row 9"
    assert worse(before, gone, [found("DBS301", 7)], changed) == "it would bring DBS301 in row 7"


def test_what_is_not_mended_may_move_on_a_changed_row() -> None:
    before = [found("DBS201", 2, 4), found("DBS301", 2, 9)]
    changed = (Stretch(2, 2, 1),)
    assert worse(before, before[:1], [found("DBS301", 3, 30)], changed) is None
    assert worse(before, before[:1], [found("DBS301", 3, 30), found("DBS301", 2, 1)], changed) is not None


@pytest.mark.once
def test_comparing_takes_work_for_each_finding_and_not_for_each_change_as_well() -> None:
    def compared(size: int) -> str | None:
        changed = stretches("x\n" * size, [Edit(at, at + 1, "yy") for at in range(0, 2 * size, 2)])
        findings = [found("DBS201", row) for row in range(1, size + 1)]
        return worse(findings, findings, [], changed)

    assert grows_with_the_text(int, compared, lines=True)


# ---------------------------------------------------------------------- rounds


def one_letter(source: bytes, filename: str, settings: Settings, **options: object) -> FileResult:
    """A rule whose fixes are as the letters say: each ``a`` becomes ``b``, a ``c`` what is parsed only, a ``d`` more of
    its kind, an ``e`` an ``a``, and of an ``f`` nothing is certain."""
    fixes = {"a": "b", "c": "return", "d": "dd", "e": "a", "f": ""}
    diagnostics = [
        found(
            "DBS201",
            row,
            column,
            Fix("mend", Applicability.SAFE, _changes(letter, Span(row, column - 1, row, column), fixes[letter])),
        )
        for row, line in enumerate(source.decode().split("\n"), 1)
        for column, letter in enumerate(line, 1)
        if letter in fixes
    ]
    return FileResult(filename, tuple(diagnostics))


def _changes(letter: str, span: Span, text: str) -> tuple[Change, ...]:
    return (Replace(span, text),) if letter != "f" else (Replace(Span(99, 0, 99, 1), text), Import("x"))


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "lint_source", one_letter)
    monkeypatch.setattr(linter, "lint_source", one_letter)


def mended(source: str) -> Mended:
    return mend(source.encode(), "/srv/a.py", SETTINGS)


@pytest.mark.usefixtures("letters")
def test_all_that_works_is_done_and_the_rest_dropped_with_a_reason() -> None:
    result = mended("x\na\nc\nz\nd\na\nf\na\n")
    assert result.after == b"x\nb\nc\nz\nd\nb\nf\nb\n"
    assert [each.start.row for each in result.fixed] == [2, 6, 8]
    assert [(each.finding.start.row, each.reason) for each in result.dropped] == [
        (7, "there is no such line"),
        (3, "it would not be Python any more"),
        (5, "the finding would stay"),
    ]


@pytest.mark.usefixtures("letters")
def test_a_second_time_nothing_changes() -> None:
    first = mended("a\nc\nd\nf\n")
    second = mended(first.after.decode())
    assert (second.before, second.after, second.fixed) == (first.after, first.after, ())
    assert {each.finding.start.row for each in second.dropped} == {2, 3, 4}


@pytest.mark.usefixtures("letters")
def test_what_is_no_better_afterwards_is_not_done() -> None:
    result = mended("e\n")
    assert (result.after, [each.reason for each in result.dropped]) == (b"e\n", ["the finding would stay"])


def test_the_last_of_many_branches_is_mended() -> None:
    """Each is in all that are before it: the way to it is longer than a stack is deep."""
    workflow = "import time\n\nfrom dbos import DBOS\n\n\n@DBOS.workflow()\ndef run(p):\n    if p:\n        pass\n"
    branches = "".join(f"    elif p == {i}:\n        pass\n" for i in range(1_100))
    result = mended(f"{workflow}{branches}    else:\n        DBOS.sleep(time.time())\n")
    assert result.after.endswith(b'DBOS.sleep(DBOS.run_step({"name": "time"}, time.time))\n')


@pytest.mark.usefixtures("letters")
def test_many_fixes_that_do_not_work_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_ATTEMPTS", 20)
    monkeypatch.setattr(room, "_MOST_LINES", 20)
    linted: list[bytes] = []

    def counted(source: bytes, filename: str, settings: Settings, **options: object) -> FileResult:
        linted.append(source)
        return one_letter(source, filename, settings)

    monkeypatch.setattr(room, "lint_source", counted)
    result = mended("a\nc\n" * 100)
    assert len(linted) == 21
    assert result.fixed
    assert [each for each in result.dropped if each.reason == TOO_MANY]
    assert len(result.fixed) + len(result.dropped) == 200
