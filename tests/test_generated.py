"""Projects that nobody wrote: no fault, one answer from every door, in any order and process, and comments silence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dbos_lint.linter import FileResult, lint_source
from dbos_lint.semantics.program import Program
from dbos_lint.settings import Settings
from tests.conftest import Finding, command, flake8
from tests.effort import examples
from tests.grammar import Project, durable_projects
from tests.metamorphic.changes import BY_CODE, CHANGES
from tests.metamorphic.comparing import difference, found, parses

quick = settings(max_examples=examples(8), suppress_health_check=list(HealthCheck))
once = settings(quick, max_examples=examples(1))
batches = st.lists(durable_projects(), min_size=4, max_size=4)


@contextmanager
def laid_out(*projects: Project) -> Iterator[Path]:
    """The folder in which each of ``projects`` stands in one of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        for number, project in enumerate(projects):
            for path, text in project.items():
                file = folder / f"p{number}" / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, "utf-8")
            (folder / f"p{number}" / "pyproject.toml").write_text("[tool.dbos-lint]\nselect = ['DBS']\n", "utf-8")
        yield folder


def lint(folder: Path, order: list[Path] | None = None, program: Program | None = None) -> dict[Path, FileResult]:
    options = Settings(root=str(folder), select=("DBS",))
    results = {
        file: lint_source(file.read_bytes(), str(file), options, program=program)
        for file in order or sorted(folder.rglob("*.py"))
    }
    assert [trace for result in results.values() for trace in result.tracebacks] == []
    return results


@quick
@given(durable_projects(), st.randoms(use_true_random=False))
def test_the_order_of_the_files_does_not_matter(project: Project, random: st.DataObject) -> None:
    with laid_out(project) as folder:
        alone = lint(folder / "p0")
        order = list(alone)
        random.shuffle(order)
        together = lint(
            folder / "p0", order, Program(Settings(root=str(folder / "p0"), select=("DBS",)), map(str, order))
        )

    assert together == alone


@quick
@given(durable_projects())
def test_a_comment_silences_its_line_and_nothing_else(project: Project) -> None:
    with laid_out(project) as folder:
        before = lint(folder / "p0")
        chosen = {file: {each.start.row for each in result.diagnostics[::2]} for file, result in before.items()}
        for file, rows in chosen.items():
            lines = file.read_text("utf-8").split("\n")
            for row in rows:
                codes = {each.code for each in before[file].diagnostics if each.start.row == row}
                lines[row - 1] += f"  # noqa: {','.join(sorted(codes))}"
            if parses("\n".join(lines)):
                file.write_text("\n".join(lines), "utf-8")
            else:
                rows.clear()
        after = lint(folder / "p0")

    for file, result in before.items():
        # A comment on the last row of a statement counts for its first, and the other way round.
        silenced = {row for each in result.diagnostics if each.start.row in chosen[file] for row in each.statement}
        left = [(each.code, each.start) for each in after[file].diagnostics]
        expected = [(each.code, each.start) for each in result.diagnostics]
        assert set(left) <= set(expected)
        assert [each for each in left if each[1].row in chosen[file]] == []
        stay = [
            (each.code, each.start)
            for each in result.diagnostics
            if not silenced & {each.start.row, *each.statement} or each.code == "DBS001"
        ]
        assert set(stay) <= set(left)


@quick
@given(durable_projects(), st.sampled_from(sorted(CHANGES)))
def test_what_changes_nothing_changes_no_finding(project: Project, name: str) -> None:
    if not all(map(parses, project.values())):
        return
    with tempfile.TemporaryDirectory() as before, tempfile.TemporaryDirectory() as after:
        plain = CHANGES["plain"](project)
        was = found(plain, Path(before).resolve())
        is_now = found(CHANGES[name](plain), Path(after).resolve())

    assert difference(was, is_now, places=name not in BY_CODE) == []


@once
@given(batches)
def test_every_door_says_the_same(projects: list[Project]) -> None:
    with laid_out(*projects) as folder:
        library = sorted(
            Finding(
                file.relative_to(folder).as_posix(),
                each.start.row,
                each.start.column,
                each.code,
                each.message,
            )
            for number in range(len(projects))
            for file, result in lint(folder / f"p{number}").items()
            for each in result.diagnostics
        )
        by_command = command(str(folder), base=folder)
        by_flake8 = flake8("--extend-select=DBS", str(folder), base=folder, output=folder / "report.txt")

    assert list(map(str, by_command)) == list(map(str, library))
    assert list(map(str, by_flake8)) == [str(each) for each in library if each.code != "DBS001"]


@once
@given(batches)
def test_processes_and_hashes_do_not_matter(projects: list[Project]) -> None:
    with laid_out(*projects) as folder:
        said = {_run(folder, jobs, seed) for jobs, seed in (("1", "1"), ("1", "77"), ("2", "3"))}

    assert len(said) == 1


def _run(folder: Path, jobs: str, seed: str) -> str:
    arguments = ["-m", "dbos_lint", "check", "--no-cache", "--output-format=json", f"--jobs={jobs}", "."]
    ran = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode in (0, 1), ran.stderr
    assert json.loads(ran.stdout) is not None
    return ran.stdout


def test_the_grammar_makes_what_the_linter_looks_for() -> None:
    """Programs in which nothing is found would prove nothing."""
    codes: set[str] = set()

    @settings(quick, max_examples=8, derandomize=True, database=None)
    @given(durable_projects())
    def gather(project: Project) -> None:
        with laid_out(project) as folder:
            codes.update(each.code for result in lint(folder / "p0").values() for each in result.diagnostics)

    gather()
    assert len(codes) >= 10, sorted(codes)
