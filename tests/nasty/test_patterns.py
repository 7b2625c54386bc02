"""Patterns and texts that make a regular expression try every way there is: a linter that does so never comes back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dbos_lint import patterns
from dbos_lint.configuration import Configuration
from dbos_lint.discovery import discover
from dbos_lint.linter import lint_source
from dbos_lint.mentions import imports
from dbos_lint.settings import Settings
from tests.nasty.sources import CLOCK, WORKFLOW

LETTERS = "a" * 200


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(["*", "**/", "?", "a", "b", "/", "[ab]", "[!a]"]), max_size=7).map("".join),
    st.text("ab/", max_size=8),
)
def test_step_by_step_is_the_same_as_by_a_regular_expression(pattern: str, text: str) -> None:
    whole = re.compile(patterns._regex(pattern), re.DOTALL).fullmatch(text)
    assert patterns._fits(patterns._pieces(pattern), text) is bool(whole)


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("*a" * 12 + "b", f"/r/{LETTERS}", False),
        ("*a" * 12 + "*", f"/r/{LETTERS}", True),
        ("**/a/" * 12 + "x", "/r/" + "a/" * 400, False),
        ("**/a/" * 12 + "x", "/r/" + "a/" * 400 + "x", True),
        ("**/*/**/*/**/*/x", "/r/" + "d/" * 400 + "y", False),
        ("{**/,*}*" * 9, f"/r/{LETTERS}", False),
    ],
)
def test_globs(pattern: str, path: str, matches: bool) -> None:
    assert patterns.matcher((pattern,), "/r")(path) is matches


def test_lines_of_gitignore_that_explode_ignore_nothing(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text(f"{'*a' * 30}b\n{'**/a/' * 30}b\nkept*.py\n", encoding="utf-8")
    for name in (f"{LETTERS}.py", "kept.py"):
        (tmp_path / name).write_text(WORKFLOW, encoding="utf-8")
    found = discover([str(tmp_path)], Configuration(str(tmp_path)))
    assert [Path(path).name for path in found.files] == [f"{LETTERS}.py"]
    assert [item.reason for item in found.left_out if item.path.endswith(".py")] == ["ignored by git"]


MANY = 20_000
TEXTS = {
    "from_spaces": "from" + " " * MANY,
    "from_dots": "from " + "." * MANY,
    "from_dots_and_spaces": "from" + " ." * MANY,
    "from_word": "from " + "a" * MANY + " x",
    "open_brackets": "from x import (\n" * MANY,
    "continued": "from x import a \\\n" * MANY,
    "comment_in_brackets": "from x import (#" + "a" * MANY,
    "commas": "import " + "a," * MANY,
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_imports(text: str) -> None:
    found = list(imports(f"{text}\nfrom here import there\n".encode()))
    assert found[-1][1] == "here"


COMMENTS = {
    "ignores": "# dbos-lint: ignore[" * 2_000,
    "noqas": "# noqa: " + "A1" * MANY,
    "noqa_without_digits": "# noqa: " + "A" * MANY,
    "sharps": "#" * MANY,
    "generated": "# " + "generated " * 5_000,
    "calls": f"x = '''{'workflow(' * 5_000}'''",
}


@pytest.mark.parametrize("text", COMMENTS.values(), ids=COMMENTS)
def test_comments(text: str, tmp_path: Path) -> None:
    source = f"{text}\n{WORKFLOW}".encode()
    result = lint_source(source, str(tmp_path / "app.py"), Settings(root=str(tmp_path)))
    assert [(found.start.row, found.code) for found in result.diagnostics if found.code != "DBS003"] == [
        (CLOCK + 1, "DBS201")
    ]
