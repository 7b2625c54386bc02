"""A large repository, generated, and how linting it scales: whole and in shards, cold and warm.

    python benchmarks/monorepo.py --files 50000 --lines 10000000 --shards 4,16
    python benchmarks/monorepo.py --files 50000 --lines 10000000 --shards 16,64 --sample 2 --no-cache

Three of a hundred files use DBOS, and import helpers of other packages that do not; one of a hundred others imports
them, and the rest imports each other, within products of 500 files: so the share of files that concern DBOS is the same
in a tree of any size. Each share runs by itself, in one process: its CPU is what a machine of its own
would spend, and the slowest is what everybody waits for. 10 M lines take 0.5 GB of the disk while it runs.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

_FILES_PER_PACKAGE = 50
_FILES_PER_PRODUCT = 500
_DBOS_EVERY = 33
_CALLER_EVERY = 100
_LINES_PER_FUNCTION = 10

_FUNCTION = '''

def compute_{number}(items: list[int], limit: int = {number}) -> dict[str, int]:
    """Add up the {number}-th kind of items."""
    totals: dict[str, int] = {{}}
    for position, item in enumerate(items):
        if item > limit:
            totals[f"large-{{position}}"] = item * {number}
        else:
            totals["small"] = totals.get("small", 0) + item
    return totals
'''
_CLOCK = """

def stamp() -> float:
    return time.time()
"""
_DURABLE = """

@DBOS.step()
def save_{number}(name: str, total: int) -> int:
    return total + len(name)


@DBOS.workflow()
def order_{number}(name: str) -> int:
    started = {helper}.stamp()
    total = save_{number}(name, 1)
    if started > 5:
        total += save_{number}(name, 2)
    DBOS.set_event("state-{number}", total)
    return total
"""


class Run(NamedTuple):
    """What one run took: seconds of CPU and of the clock, the peak of its memory in MiB, and what it found."""

    cpu: float
    wall: float
    memory: float
    findings: int


def generate(root: Path, files: int, lines: int) -> int:
    """Write so many files with about so many lines in all; give how many lines they have."""
    chance = random.Random(5)
    functions = max(1, lines // files // _LINES_PER_FUNCTION)
    (root / "dbos-lint.toml").touch()
    written = 0
    for number in range(files):
        package = root / f"package_{number // _FILES_PER_PACKAGE:04}"
        package.mkdir(exist_ok=True)
        (package / "__init__.py").touch()
        first = number - number % _FILES_PER_PRODUCT
        seen = {chance.randrange(first, number) for _ in range(5)} if number > first else set()
        others = sorted(each for each in seen if not _is_durable(each) or number % _CALLER_EVERY == 0)
        text = "".join(_module(number, others, chance.randint(functions // 2, functions + functions // 2)))
        (package / f"module_{number:05}.py").write_text(text, encoding="utf-8")
        written += text.count("\n")
    return written


def _is_durable(number: int) -> bool:
    return number % _DBOS_EVERY == 1


def _module(number: int, others: Sequence[int], functions: int) -> Iterator[str]:
    durable = _is_durable(number) and others
    yield f'"""Module {number}."""\n\nimport time\n'
    if durable:
        yield "\nfrom dbos import DBOS\n"
    for other in others:
        yield f"from package_{other // _FILES_PER_PACKAGE:04} import module_{other:05}\n"
    yield _CLOCK
    if durable:
        yield _DURABLE.format(number=number, helper=f"module_{others[-1]:05}")
    for each in range(functions):
        yield _FUNCTION.format(number=each)


def lint(root: Path, *options: str, cache: Path | None = None) -> Run:
    """Lint the tree in a process of its own."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    if cache is not None:
        environment["DBOS_LINT_CACHE_DIR"] = str(cache)
    output = root.parent / "output.jsonl"
    command = [
        sys.executable,
        "-m",
        "dbos_lint",
        "check",
        "--output-format",
        "json-lines",
        "--output-file",
        str(output),
    ]
    start = time.perf_counter()
    process = subprocess.Popen([*command, *options], cwd=root, env=environment)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"dbos-lint ended with {os.waitstatus_to_exitcode(status)}")
    return Run(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024, output.read_bytes().count(b"\n"))


def shares(root: Path, total: int, cache: Path | None, most: int) -> list[Run]:
    """Each share on a machine of its own, one after the other; of many, the first ``most``."""
    options = ("--jobs", "1") if cache else ("--jobs", "1", "--no-cache")
    return [
        lint(root, "--shard", f"{number}/{total}", *options, cache=cache) for number in range(1, min(total, most) + 1)
    ]


def row(name: str, runs: Sequence[Run]) -> str:
    """One line of the table."""
    slowest = max(runs, key=lambda run: run.cpu)
    return (
        f"| {name} | {slowest.cpu:.1f} | {max(run.wall for run in runs):.1f} | {sum(run.cpu for run in runs):.1f} "
        f"| {max(run.memory for run in runs):.0f} | {sum(run.findings for run in runs)} |"
    )


def main() -> None:
    """Generate the tree, lint it in each way, print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--files", type=int, default=2_000)
    parser.add_argument("--lines", type=int, default=400_000)
    parser.add_argument("--shards", default="1,4,16", help="numbers of shares, separated by commas")
    parser.add_argument("--sample", type=int, default=sys.maxsize, help="run so many shares of each number, not all")
    parser.add_argument("--no-cache", action="store_true", help="leave out the runs with a cache")
    parser.add_argument("--folder", help="where to put the tree, which is deleted afterwards")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        root = Path(name, "tree")
        root.mkdir()
        lines = generate(root, arguments.files, arguments.lines)
        print(f"{arguments.files} files, {lines} lines, Python {sys.version.split()[0]}\n", flush=True)
        print("| run | CPU of the slowest, s | wall of the slowest, s | CPU of all, s | peak memory, MiB | findings |")
        print("|---|---|---|---|---|---|", flush=True)
        if arguments.sample == sys.maxsize:
            print(row("whole, all processors, no cache", [lint(root, "--no-cache")]), flush=True)
        for total in map(int, arguments.shards.split(",")):
            print(row(f"{total} shares, no cache", shares(root, total, None, arguments.sample)), flush=True)
            if arguments.no_cache:
                continue
            cache = Path(name, f"cache_{total}")
            print(row(f"{total} shares, cold", shares(root, total, cache, arguments.sample)), flush=True)
            print(row(f"{total} shares, warm", shares(root, total, cache, arguments.sample)), flush=True)


if __name__ == "__main__":
    main()
