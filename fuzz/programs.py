"""Fuzz the linter with the fixtures, changed at random: no fault, one answer from every door, and fixes that stay.

    python fuzz/programs.py --seconds 3600 --seed 1 [--keep FOLDER]

Each round changes some fixtures and lints them as projects of one folder: file by file, together in another order, in
two processes, with a cache twice, and by flake8. What fails is printed, and its projects are kept.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import io
import random
import re
import shutil
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dbos_lint import workers
from dbos_lint.cache.run import Cache
from dbos_lint.configuration import Configuration, Overrides
from dbos_lint.discovery import discover
from dbos_lint.fixes.project import Files
from dbos_lint.linter import FileResult, lint_source
from dbos_lint.reporters.terminal import harmless
from dbos_lint.runner import run_files
from dbos_lint.semantics.program import Program
from fuzz.mutating import Mutator
from tests.conftest import flake8
from tests.markers import Fixture, all_fixtures

LONG = 5.0
TOGETHER = 12
Results = dict[str, FileResult]


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


class Complaints:
    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, text: str) -> None:
        self.texts.append(text)

    def unless_same(self, what: str, one: Results, other: Results) -> None:
        for path in sorted(one.keys() | other.keys()):
            if one.get(path) != other.get(path):
                first, second = (_lines(each.get(path)) for each in (one, other))
                came = [f"+ {line}" for line in (second - first).elements()]
                went = [f"- {line}" for line in (first - second).elements()]
                self(f"{what}: {path}\n" + "\n".join([*went, *came] or ["(not what is found, but how)"]))


def _lines(result: FileResult | None) -> Counter[str]:
    if result is None:
        return Counter()
    return Counter(f"{each.start.row}:{each.start.column}: {each.code} {each.message}" for each in result.diagnostics)


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
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rounds", type=int, default=1 << 30)
    parser.add_argument("--keep", type=Path, default=Path("fuzzed"), help="where what fails is left")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    fixtures = [each for each in all_fixtures() if each.path.parent.name != "broken"]
    trees = []
    for fixture in fixtures:
        with contextlib.suppress(SyntaxError, ValueError):
            trees += [ast.parse(file.read_bytes()) for file in fixture.files]
    end, counts, faults, rounds = time.monotonic() + options.seconds, Counter[str](), 0, 0
    while time.monotonic() < end and rounds < options.rounds:
        seed = options.seed * 1_000_000 + rounds
        rounds += 1
        choice, complain = random.Random(seed), Complaints()
        with tempfile.TemporaryDirectory() as name:
            scratch = Path(name).resolve()
            folder = scratch / "projects"
            folder.mkdir()
            lay_out(folder, choice.sample(fixtures, TOGETHER), Mutator(choice, trees), choice)
            shutil.copytree(folder, scratch / "before")
            try:
                counts += judge(folder, scratch, choice, complain, fix=rounds % 3 == 0)
            except Exception:
                complain(traceback.format_exc())
            if complain.texts:
                faults += len(complain.texts)
                shutil.copytree(scratch / "before", options.keep / str(seed), dirs_exist_ok=True)
                print(f"== round {seed}", *complain.texts, sep="\n", flush=True)
    print(f"{rounds} rounds of {TOGETHER}, {faults} faults; found: {dict(sorted(counts.items()))}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
