"""Whatever the text: no crash, one answer, whatever was linted before, and a comment silences."""

from __future__ import annotations

import ast
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dbos_lint.linter import FileResult, lint_source
from dbos_lint.semantics.program import Program
from dbos_lint.settings import Settings
from tests.strategies import mutations, programs, projects

ROOT = Path(tempfile.gettempdir()) / "dbos-lint-that-does-not-exist"
EVERYTHING = Settings(root=str(ROOT), select=("DBS",))

few = settings(max_examples=40, suppress_health_check=list(HealthCheck))
some = settings(few, max_examples=80)


def lint(source: bytes, program: Program | None = None, path: Path = ROOT / "app.py") -> FileResult:
    result = lint_source(source, str(path), EVERYTHING, program=program)
    assert result.tracebacks == ()
    return result


def write(folder: Path, project: dict[str, str]) -> dict[Path, bytes]:
    files = {folder / name: text.encode() for name, text in project.items()}
    for path, source in files.items():
        path.write_bytes(source)
    return files


@some
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode(errors="replace"))))
def test_no_bytes_crash_it(source: bytes) -> None:
    for before in (b"", b"from dbos import DBOS\n", b"# coding: latin-1\nimport dbos\n"):
        for found in lint(before + source).diagnostics:
            assert found.start <= found.end
            assert found.start.row >= 1
            assert found.start.column >= 1


@some
@given(mutations())
def test_no_damaged_program_crashes_it(source: bytes) -> None:
    assert lint(source) == lint(source)


@some
@given(programs)
def test_no_program_crashes_it(text: str) -> None:
    for found in lint(text.encode()).diagnostics:
        assert found.code == "DBS001" or found.statement[0] <= found.start.row <= found.statement[1]


@some
@given(programs)
def test_what_is_found_stands_inside_its_line(text: str) -> None:
    lines = text.split("\n")
    for found in lint(text.encode()).diagnostics:
        assert found.code == "DBS001" or found.start.column <= len(lines[found.start.row - 1]) + 1
        assert found.end.column <= len(lines[found.end.row - 1]) + 1


@few
@given(projects, st.randoms(use_true_random=False))
def test_the_order_of_the_files_does_not_matter(project: dict[str, str], random: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = write(Path(folder).resolve(), project)
        options = Settings(root=str(Path(folder).resolve()), select=("DBS",))
        alone = {path: lint_source(source, str(path), options) for path, source in files.items()}
        for upcoming in ((), map(str, files)):
            program = Program(options, upcoming)
            order = list(files)
            random.shuffle(order)
            assert {path: lint_source(files[path], str(path), options, program=program) for path in order} == alone


@few
@given(programs)
def test_a_comment_silences(text: str) -> None:
    """Each line that something is found in gets a comment for it, where the text can take one."""
    found = lint(text.encode()).diagnostics
    if any(each.code == "DBS001" for each in found):
        return
    lines = text.split("\n")
    for each in found:
        row = each.start.row - 1
        if "dbos-lint" not in lines[row]:
            lines[row] += "  # dbos-lint: ignore[DBS] so it is"
    changed = "\n".join(lines)
    # A line may end inside a string, and then takes no comment.
    if ast.dump(ast.parse(changed)) == ast.dump(ast.parse(text)):
        after = lint(changed.encode())
        assert not after.diagnostics
        assert after.suppressed >= len({(each.code, each.start) for each in found})
