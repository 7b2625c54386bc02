"""The comments that silence findings: what they cover, what they name, and what they must not swallow."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbos_lint.diagnostic import Diagnostic, Position
from dbos_lint.linter import lint_source
from dbos_lint.rules.registry import RULES
from dbos_lint.settings import Settings
from dbos_lint.syntax.suppressions import NOTHING, parse


def finding(code: str, row: int, *, first: int | None = None, last: int | None = None) -> Diagnostic:
    statement = (row if first is None else first, row if last is None else last)
    return Diagnostic(RULES[code], "app.py", Position(row, 5), Position(row, 9), "message", statement=statement)


@pytest.mark.parametrize(
    "comment",
    [
        "# dbos-lint: ignore[DBS201]",
        "# dbos-lint: ignore[DBS201] the clock is only shown",
        "# dbos-lint: ignore[DBS205, DBS201]",
        "# dbos-lint: ignore[DBS2]",
        "# dbos-lint: ignore[dbs201]",
        "# DBOS-Lint: Ignore[DBS201]",
        "#dbos-lint:ignore[DBS201]",
        "# type: ignore  # dbos-lint: ignore[DBS201] shown only",
        "# dbos-lint: ignore[DBS301]  # dbos-lint: ignore[DBS201]",
        "# noqa",
        "# NoQA",
        "# noqa: DBS201",
        "# noqa:DBS201",
        "# noqa: F401,DBS201",
        "# noqa: F401 DBS201",
        "# noqa: dbs201",
        "# noqa: DBS2",
        "# noqa: DBS201 because it is shown only",
    ],
)
def test_a_comment_on_the_line_covers_the_code(comment: str) -> None:
    found = parse(f"import time\nnow = time.time()  {comment}\nlater = time.time()\n")

    assert found.covers(finding("DBS201", 2))
    assert not found.covers(finding("DBS201", 1))
    assert not found.covers(finding("DBS201", 3))


@pytest.mark.parametrize(
    "comment",
    [
        "# dbos-lint: ignore[DBS202]",
        "# dbos-lint: ignore[DBS3, DBS205]",
        "# dbos-lint: ignore",
        "# dbos-lint: ignore[]",
        "# dbos-lint: ignored[DBS201]",
        "# dbos-lint: deterministic",
        "# dbos lint: ignore[DBS201]",
        "# noqa: DBS202",
        "# noqa: E501, DBS3",
        "# flake8: noqa",
        "# flake8: noqa: DBS201",
        "# see DBS201",
    ],
)
def test_other_comments_cover_nothing(comment: str) -> None:
    assert not parse(f"now = time.time()  {comment}\n").covers(finding("DBS201", 1))


@pytest.mark.parametrize(
    "text",
    [
        '"# noqa"',
        '"# noqa: DBS201"',
        "'# dbos-lint: ignore[DBS201] x'",
        '"""\n# flake8: noqa\n# dbos-lint: ignore-file[DBS2]\n"""',
    ],
)
def test_a_string_is_no_comment(text: str) -> None:
    found = parse(f"now = time.time(), {text}\n")

    assert not found.covers(finding("DBS201", 1, last=4))
    assert found.unknown_codes(["DBS301"]) == ()


@pytest.mark.parametrize("row", [2, 4])
def test_the_first_and_the_last_row_of_the_statement_count(row: int) -> None:
    lines = ["import time", "now = max(", "    time.time(),", ")"]
    lines[row - 1] += "  # noqa: DBS201"

    assert parse("\n".join(lines)).covers(finding("DBS201", 3, first=2, last=4))


def test_a_row_inside_the_statement_counts_only_for_its_own_findings() -> None:
    found = parse("now = max(\n    time.time(),  # noqa: DBS201\n    time.time(),\n)\n")

    assert found.covers(finding("DBS201", 2, first=1, last=4))
    assert not found.covers(finding("DBS201", 3, first=1, last=4))


@pytest.mark.parametrize("text", ['rows = """\n{}\n""".format(time.time())', "rows = 1 + \\\n  time.time() + \\\n  2"])
def test_rows_joined_by_a_string_or_a_backslash_are_one_line_as_in_flake8(text: str) -> None:
    found = parse(f"{text}  # noqa: DBS201\n")

    assert all(found.covers(finding("DBS201", row)) for row in (1, 2, 3))


@pytest.mark.parametrize(
    "comment", ["# dbos-lint: ignore-file[DBS2] legacy", "# flake8: noqa: DBS2", "# flake8: noqa", "# flake8=noqa"]
)
def test_a_file_comment_covers_every_row(comment: str) -> None:
    found = parse(f"now = time.time()\n\n{comment}\n")

    assert found.covers(finding("DBS201", 1))
    assert found.covers(finding("DBS301", 1)) == ("DBS2" not in comment)


def test_a_file_comment_for_other_tools_covers_nothing() -> None:
    assert not parse("# flake8: noqa: E501\nnow = time.time()\n").covers(finding("DBS201", 2))


@pytest.mark.parametrize(
    ("comment", "covered"),
    [
        ("# dbos-lint: ignore[DBS201] shown only", True),
        ("# dbos-lint: ignore[DBS201]: shown only", True),
        ("# dbos-lint: ignore[DBS201]", False),
        ("# dbos-lint: ignore[DBS201] --", False),
        ("# dbos-lint: ignore[DBS201]  # type: ignore", False),
        ("# dbos-lint: ignore-file[DBS201]", False),
        ("# noqa: DBS201", True),
        ("# noqa", True),
    ],
)
def test_a_reason_can_be_required_of_our_own_comments(comment: str, covered: bool) -> None:
    found = parse(f"now = time.time()  {comment}\n")

    assert found.covers(finding("DBS201", 1), require_reason=True) == covered
    assert found.covers(finding("DBS201", 1))


@pytest.mark.parametrize(
    ("comment", "covered"),
    [("# noqa", False), ("# noqa: DBS201", False), ("# dbos-lint: ignore[DBS201]", True)],
)
def test_noqa_can_be_disabled_and_ours_stay(comment: str, covered: bool) -> None:
    assert parse(f"now = time.time()  {comment}\n").covers(finding("DBS201", 1), noqa=False) == covered


def test_unknown_codes_are_named_with_their_places() -> None:
    source = (
        "a = 1  # noqa: F401, DBS999\n"
        "b = 2  # dbos-lint: ignore[DBS201, dbs977] why\n"
        "# flake8: noqa: DBS88\n"
        "c = 3  # dbos-lint: ignore[DBS2]\n"
    )

    unknown = parse(source).unknown_codes(RULES)

    assert [(code.code, code.start, code.end) for code in unknown] == [
        ("DBS999", Position(1, 22), Position(1, 28)),
        ("DBS977", Position(2, 36), Position(2, 42)),
        ("DBS88", Position(3, 17), Position(3, 22)),
    ]


def test_helpers_are_declared_deterministic_by_row() -> None:
    found = parse(
        "def stamp():  # dbos-lint: deterministic\n    return 1\n\ndef other():  # deterministic\n    return 2\n"
    )

    assert found.deterministic_rows == {1}


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_rows_are_counted_as_the_parser_counts_them(newline: str) -> None:
    found = parse(newline.join(["import time", "", "now = time.time()  # noqa: DBS201", ""]))

    assert found.covers(finding("DBS201", 3))
    assert not found.covers(finding("DBS201", 2))


def test_comments_before_a_token_error_still_count() -> None:
    found = parse("now = time.time()  # dbos-lint: ignore[DBS201]\nrows = '''\n")

    assert found.covers(finding("DBS201", 1))


@pytest.mark.parametrize("source", ["", "x = 1\n", "x = 1  # noqa: E501\n", "import os  # noqa: F401, E402\n"])
def test_a_file_without_a_comment_for_us_is_not_tokenized(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tokenize.generate_tokens", lambda _: pytest.fail("read tokens"))

    assert parse(source) is NOTHING


@given(st.text(alphabet=st.sampled_from("ab#():\"'\\\n\r\t\f [],=DBS201noqadbos-lint:ignore\0"), max_size=80))
def test_no_text_breaks_the_reading(text: str) -> None:
    found = parse(f"# dbos-lint: x\n{text}")

    assert all(comment.rows is None or comment.rows for comment in found.comments)


WORKFLOW = """\
import time

from dbos import DBOS

from clock import now


def today() -> float:{own}
    return time.time()


@DBOS.workflow()
def report() -> float:
    return {call}{comment}
"""


def codes(
    folder: Path, *, own: str = "", call: str = "now()", comment: str = "", clock: str = "", **options: bool
) -> list[str]:
    """What fires in a workflow that reads the clock through a helper."""
    (folder / "clock.py").write_text(f"import time\n\n\ndef now() -> float:{clock}\n    return time.time()\n", "utf-8")
    source = WORKFLOW.format(own=own, call=call, comment=comment).encode()
    settings = Settings(str(folder.resolve()), **options)
    return [found.code for found in lint_source(source, str(folder.resolve() / "app.py"), settings).diagnostics]


def test_a_helper_that_is_declared_deterministic_is_not_followed(tmp_path: Path) -> None:
    declared = "  # dbos-lint: deterministic (the tests freeze it)"

    assert codes(tmp_path) == ["DBS201"]
    assert codes(tmp_path, clock=declared) == []
    assert codes(tmp_path, call="today()") == ["DBS201"]
    assert codes(tmp_path, call="today()", own=declared) == []
    assert codes(tmp_path, call="now()", own=declared) == ["DBS201"]


def test_the_linter_heeds_the_comments_and_the_option(tmp_path: Path) -> None:
    bare, reasoned = "  # dbos-lint: ignore[DBS201]", "  # dbos-lint: ignore[DBS201] shown to people only"

    assert codes(tmp_path, comment=bare) == codes(tmp_path, comment=reasoned) == []
    assert codes(tmp_path, comment=bare, require_reason=True) == ["DBS201"]
    assert codes(tmp_path, comment=reasoned, require_reason=True) == []


def test_a_comment_at_the_origin_in_another_file_does_not_silence_the_call(tmp_path: Path) -> None:
    assert codes(tmp_path, clock="  # noqa") == ["DBS201"]


def test_a_comment_with_an_unknown_code_is_a_finding_and_silences_nothing(tmp_path: Path) -> None:
    assert codes(tmp_path, comment="  # noqa: DBS991") == ["DBS201", "DBS003"]


def test_what_was_silenced_is_counted(tmp_path: Path) -> None:
    source = b"import time\nfrom dbos import DBOS\n\n@DBOS.workflow()\ndef f():\n    return time.time()  # noqa\n"

    assert lint_source(source, str(tmp_path / "app.py"), Settings(str(tmp_path))).suppressed == 1
