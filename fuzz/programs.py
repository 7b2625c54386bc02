"""Fuzz the linter with the fixtures, changed at random: no fault, one answer from every door, and fixes that stay.

    python fuzz/programs.py --seconds 3600 --seed 1 [--keep FOLDER]

Each round changes some fixtures and lints them as projects of one folder: file by file, together in another order, in
two processes, with a cache twice, and by flake8. What fails is printed, and its projects are kept.
"""

from __future__ import annotations

import contextlib
import io
import random
import re
import shutil
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dbos_lint import workers
from dbos_lint.cache.run import Cache
from dbos_lint.configuration import Configuration, Overrides
from dbos_lint.discovery import discover
from dbos_lint.fixes.project import Files
from dbos_lint.linter import lint_source
from dbos_lint.reporters.terminal import harmless
from dbos_lint.runner import run_files
from dbos_lint.semantics.program import Program
from fuzz.mutating import Mutator
from fuzz.rounds import Complaints, Results, Round, run
from tests.conftest import flake8
from tests.markers import Fixture

LONG = 5.0
TOGETHER = 12


def lay_out(folder: Path, fixtures: list[Fixture], mutator: Mutator, choice: random.Random) -> None:
    """Changed ``fixtures``, each a project below ``folder``, with every rule unless it selects some."""
    for number, fixture in enumerate(fixtures):
        root = fixture.copy(folder / f"p{number}")
        options = root / "pyproject.toml"
        if not re.search("^select =", text := options.read_text("utf-8"), re.MULTILINE):
            options.write_text(text.replace("[tool.dbos-lint]", "[tool.dbos-lint]\nselect = ['DBS']"), "utf-8")
        for file in sorted(root.rglob("*.py")):
            with contextlib.suppress(SyntaxError, ValueError):
                text = file.read_bytes().decode("utf-8")
                file.write_text(mutator.change(text, choice.choice((1, 2, 3, 5, 8, 20))), "utf-8")


def files_of(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def alone(folder: Path, complain: Complaints) -> Results:
    """Each file with what it imports, and how long that takes."""
    configuration, results = Configuration(str(folder)), Results()
    for file in files_of(folder):
        began = time.process_time()
        result = lint_source(file.read_bytes(), str(file), configuration.for_file(str(file)))
        if (took := time.process_time() - began) > LONG:
            complain(f"{file} takes {took:.1f} s")
        for trace in result.tracebacks:
            complain(f"{file}\n{trace}")
        results[str(file)] = result
    return results


def together(folder: Path, choice: random.Random) -> Results:
    """All files of a project by one program, in any order."""
    configuration, results = Configuration(str(folder)), Results()
    paths = [str(file) for file in files_of(folder)]
    choice.shuffle(paths)
    programs: dict[object, Program] = {}
    for path in paths:
        settings = configuration.for_file(path)
        program = programs.setdefault(settings, Program(settings, paths))
        results[path] = lint_source(Path(path).read_bytes(), path, settings, program=program)
    return results


def by_run(folder: Path, *, jobs: int = 1, cache: Path | None = None) -> Results:
    configuration = Configuration(str(folder))
    kept = Cache(str(cache), now=time.time_ns() + 60 * 10**9) if cache else None
    result = run_files(discover([str(folder)], configuration), configuration, jobs=jobs, cache=kept)
    return {file.filename: file for file in result.files}


def mended(folder: Path, complain: Complaints) -> None:
    """With all fixes: Python reads what it read, and a second run changes nothing."""
    first = fixes(folder)
    for path, before, after in first:
        if compiles(before) and not compiles(after):
            complain(f"{path}: mended, it is no Python any more")
        Path(path).write_bytes(after)
    for path, before, after in fixes(folder):
        if before != after:
            complain(f"{path}: a second run changes it again")


def fixes(folder: Path) -> list[tuple[str, bytes, bytes]]:
    configuration = Configuration(str(folder), overrides=Overrides(str(folder), fix=True, unsafe_fixes=True))
    found = discover([str(folder)], configuration)
    files = Files(lambda changed: run_files(found, configuration, texts=changed), configuration.for_file)
    return [(change.filename, change.before, change.after) for change in files.fixed().changes]


def compiles(source: bytes) -> bool:
    try:
        compile(source, "app.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def judge(folder: Path, scratch: Path, choice: random.Random, complain: Complaints, *, fix: bool) -> Counter[str]:
    known = alone(folder, complain)
    complain.unless_same("together", known, together(folder, choice))
    complain.unless_same("run", known, run := by_run(folder))
    workers._BYTES_PER_WORKER = 1
    complain.unless_same("two processes", run, by_run(folder, jobs=2))
    for number in ("first", "second"):
        complain.unless_same(f"cache, {number} run", run, by_run(folder, cache=scratch / "cache"))
    compare_with_flake8(folder, scratch, known, complain)
    if fix:
        mended(folder, complain)
    return Counter(each.code for result in known.values() for each in result.diagnostics)


def compare_with_flake8(folder: Path, scratch: Path, known: Results, complain: Complaints) -> None:
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        reported = flake8("--extend-select=DBS", "--disable-noqa", str(folder), base=folder, output=scratch / "flake8")
    if "failed during execution" in printed.getvalue():  # mostly another plugin: then flake8 reports nothing
        if "[DBS]" in printed.getvalue():
            complain(f"flake8: {printed.getvalue()}")
        return
    said = {
        (
            Path(path).relative_to(folder).as_posix(),
            each.start.row,
            each.start.column,
            each.code,
            harmless(each.message),
        )
        for path, result in known.items()
        for each in result.diagnostics
        if each.code != "DBS001"
    }
    for finding in {(each.path, each.row, each.column, each.code, each.message) for each in reported} ^ said:
        if not any("noqa" in line for line in (folder / finding[0]).read_text("utf-8").splitlines()):
            complain(f"flake8 differs: {finding}")


def main() -> int:
    counts = Counter[str]()

    def attempt(this: Round, fixtures: list[Fixture]) -> None:
        lay_out(this.project, this.choice.sample(fixtures, TOGETHER), this.mutator, this.choice)
        folder = this.scratch / "projects"
        shutil.copytree(this.project, folder)
        counts.update(judge(folder, this.scratch, this.choice, this.complain, fix=this.number % 3 == 0))

    code = run(__doc__ or "", attempt)
    print(f"{TOGETHER} fixtures a round; found: {dict(sorted(counts.items()))}")
    return code


if __name__ == "__main__":
    sys.exit(main())
