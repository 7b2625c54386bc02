"""Patterns and texts that make a regular expression try every way there is: a linter that does so never comes back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dbos_lint import gitignore, patterns
from dbos_lint.configuration import Configuration
from dbos_lint.discovery import discover
from dbos_lint.linter import lint_source
from dbos_lint.mentions import imports
from dbos_lint.rules.migration.moving import joined
from dbos_lint.settings import Settings
from tests.nasty.sources import CLOCK, WORKFLOW

LETTERS = "a" * 200


@settings(max_examples=300)
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
        ("[" * 50_000, f"/r/{LETTERS}", False),
        ("[a" * 50_000, f"/r/{LETTERS}", False),
    ],
)
def test_globs(pattern: str, path: str, matches: bool) -> None:
    assert patterns.matcher((pattern,), "/r")(path) is matches


@pytest.mark.parametrize(
    "text", ["+--", "--0", "a--b", "[a", "a&&b", "a||b", "a~~b", "!a--b", "z-a", "^a", "\\d", "a-c"]
)
def test_classes_mean_nothing_else_to_python(text: str, recwarn: pytest.WarningsRecorder) -> None:
    inside = {"+--": "+,-", "--0": "-./0", "a-c": "abc", "!a--b": "", "a--b": "", "z-a": ""}.get(text, text)
    matches = patterns.matcher((f"*[{text}]x",), "/r")
    assert {each for each in "+,-./0abc[&|~^\\dz" if matches(f"/r/{each}x")} - {"/"} == set(inside) - {"/"}
    assert not recwarn.list


@settings(max_examples=300)
@given(
    st.lists(st.sampled_from(["*", "**/", "/", "?", "a", "b", "*a*b"]), min_size=1, max_size=6).map("".join),
    st.sampled_from(["", "/", "  "]),
    st.lists(st.text("ab", min_size=1, max_size=4), min_size=1, max_size=4).map("/".join),
    st.booleans(),
)
def test_lines_of_gitignore_name_by_name(line: str, end: str, path: str, is_folder: bool) -> None:
    # pathspec takes no name for a line that ends in two slashes, and other wildcards than a folder's for more stars.
    if "//" in line + end or "***" in line or line.strip("*/") == "":
        return
    together = gitignore._File([line + end]).verdict(path, is_folder=is_folder)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(gitignore, "_MOST_STARS", -1)
        assert gitignore._File([line + end]).verdict(path, is_folder=is_folder) is together


@settings(max_examples=300)
@given(
    st.lists(
        st.lists(
            st.sampled_from(
                ["*", "**/", "/", "?", "a", "b", "[ab]", "[!a]", "[a-b]", "[]a]", "\\a", "\\[", "!", "#", " "]
            ),
            max_size=6,
        ).map("".join),
        max_size=3,
    ),
    st.lists(st.text("ab[# ", min_size=1, max_size=4), min_size=1, max_size=3).map("/".join),
    st.booleans(),
)
@example(["*.py[ab]"], "x.pyb", False)
@example(["*.py[ab]", "!x.pyb"], "x.pyb", False)
@example(["*a*a*a*", "b"], "caaa", False)
def test_lines_that_say_nothing_of_a_path_are_told_by_their_letters(
    lines: list[str], path: str, is_folder: bool
) -> None:
    told = gitignore._File(lines).verdict(path, is_folder=is_folder)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(gitignore._File, "_held", ("",))
        assert gitignore._File(lines).verdict(path, is_folder=is_folder) is told


def test_what_git_is_to_ignore_is_not_compiled_for_paths_that_hold_none_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    file = gitignore._File(
        ["# of Python", "__pycache__/", "*.py[cod]", "*$py.class", "build/", ".coverage.*", ".idea/*"]
    )
    monkeypatch.setattr(gitignore, "_compiled", None)
    assert file.verdict("src/shop/orders.py", is_folder=False) is None
    with pytest.raises(TypeError):
        file.verdict("src/shop/orders.pyc", is_folder=False)


@pytest.mark.parametrize(
    ("line", "path", "ignored"),
    [
        ("*a" * 30 + "b", LETTERS, None),
        ("*a" * 30, LETTERS, True),
        ("**/a/" * 30 + "x", "a/" * 400 + "y", None),
        ("**/a/" * 30 + "x", "a/" * 400 + "x", True),
        ("*a*a*a*/" * 6 + "x", f"{LETTERS}/" * 6 + "y", None),
        ("/*a*a*a*/" * 3 + "x", f"b{LETTERS}/x", None),
        ("!*a*a*a*", LETTERS, False),
        ("*a*a*a*[!b]", LETTERS, True),
        ("*a*a*a*[^b]", LETTERS, None),
        ("!*a*a*a*[^b]", "x", False),
        ("*" + "a" * 5_000, LETTERS, None),
        ("!" + "a" * 5_000, "x", False),
        ("?" * 1_000_000, LETTERS, None),
        (" " * 1_000_000 + "x", LETTERS, None),
    ],
)
def test_a_line_of_gitignore(line: str, path: str, ignored: bool | None) -> None:
    assert gitignore._File([line]).verdict(path, is_folder=False) is ignored


def test_many_lines_of_gitignore_ignore_nothing(tmp_path: Path) -> None:
    (tmp_path / ".git" / "info").mkdir(parents=True)
    (tmp_path / ".git" / "info" / "exclude").write_text("app.py", encoding="utf-8")
    (tmp_path / "app.py").write_text(WORKFLOW, encoding="utf-8")
    told = []
    for lines in (["x*"] * 100_000, [f"x{number}" for number in range(100_000)], ["#" * 2_000_000]):
        (tmp_path / ".gitignore").write_text("\n".join(lines), encoding="utf-8")
        told.append(len(discover([str(tmp_path)], Configuration(str(tmp_path))).files))
    assert told == [0, 1, 1]


def test_lines_of_gitignore_that_explode_cost_nothing(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text(f"{'*a' * 30}b\n{'**/a/' * 30}b\nkept*.py\n", encoding="utf-8")
    for name in (f"{LETTERS}.py", "kept.py"):
        (tmp_path / name).write_text(WORKFLOW, encoding="utf-8")
    found = discover([str(tmp_path)], Configuration(str(tmp_path)))
    assert [Path(path).name for path in found.files] == [f"{LETTERS}.py"]
    assert [item.reason for item in found.left_out if item.path.endswith(".py")] == ["ignored by git"]


def test_lines_that_are_joined_may_be_many() -> None:
    assert (
        joined("f(" + "\n \n" * 50_000 + "x," + " " * 50_000 + "y" + "\n" * 50_000 + "  )") == f"f(x,{' ' * 50_000}y)"
    )


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
