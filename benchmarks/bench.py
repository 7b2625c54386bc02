"""Measure the linter against its floor and its peers, and write ``report.md``: ``python benchmarks/bench.py``.

Every measurement is a fresh process, its CPU (user and system, children included) and wall time taken by the kernel.
The rounds are interleaved, so that a busy machine slows all commands alike; ratios are of the medians of CPU time.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from fetch import CORPORA, HERE, corpus

REPORT = HERE / "report.md"

READ_AND_PARSE = """
import ast, pathlib, sys, warnings
warnings.simplefilter("ignore")
for path in pathlib.Path(sys.argv[1]).rglob("*.py"):
    try:
        ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        pass
"""
LINT = "from dbos_lint.cli import main; main()"
# The installed plugin cannot be switched off by an option, so flake8 is not shown it.
FLAKE8 = """
import importlib.metadata, sys
installed, hidden = importlib.metadata.distributions, sys.argv.pop(1)
importlib.metadata.distributions = lambda **how: (d for d in installed(**how) if d.metadata["Name"] != hidden)
from flake8.main.cli import main
sys.exit(main())
"""
EMPTY_CLICK = "import click; click.command()(lambda: None)()"
RUFF_OPTIONS = ("--no-cache", "--isolated", "--no-respect-gitignore", "--select", "F", "--quiet")
# --debug: a fault of the linter shows its traceback, which ends the benchmark.
LINT_OPTIONS = (
    "--no-cache",
    "--isolated",
    "--no-respect-gitignore",
    "--jobs",
    "1",
    "--output-format",
    "json",
    "--debug",
)
FLAKE8_OPTIONS = ("--isolated", "-j1", "--exclude=")

Command = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    cpu: float
    wall: float


@dataclass(frozen=True, slots=True)
class Case:
    """A command that is measured. Its exit status is one of ``expected``, or the figures mean nothing."""

    name: str
    command: Command
    expected: tuple[int, ...] = (0, 1)


@dataclass(frozen=True, slots=True)
class Table:
    """``baseline`` is the name of the case that the ratios are over."""

    title: str
    baseline: str
    samples: Mapping[str, Sequence[Sample]]

    def ratio(self, name: str, over: str) -> float:
        return median(each.cpu for each in self.samples[name]) / median(each.cpu for each in self.samples[over])

    def markdown(self) -> str:
        rows = [
            f"| {name} | {_spread(each.cpu for each in samples)} | {_spread(each.wall for each in samples)} "
            f"| {self.ratio(name, self.baseline):.2f} |"
            for name, samples in self.samples.items()
        ]
        heads = ["command", "CPU ms: median (min to max)", "wall ms: median (min to max)", f"CPU / {self.baseline}"]
        return "\n".join([f"## {self.title}", "", f"| {' | '.join(heads)} |", "|---|---:|---:|---:|", *rows])


def start_up(folder: str) -> tuple[Case, ...]:
    return (
        Case("python -c pass", _python("pass")),
        Case("an empty click command", _python(EMPTY_CLICK)),
        Case("dbos-lint check, empty folder", _python(LINT, "check", folder, *LINT_OPTIONS), (0,)),
    )


def whole_run(folder: str, with_flake8: bool) -> tuple[Case, ...]:
    cases = (
        Case("ast.parse", _python(READ_AND_PARSE, folder), (0,)),
        Case("dbos-lint check", _python(LINT, "check", folder, *LINT_OPTIONS)),
        Case("ruff check F", (sys.executable, "-m", "ruff", "check", folder, *RUFF_OPTIONS)),
    )
    flake8 = (
        Case("flake8", _python(FLAKE8, "dbos-lint", folder, *FLAKE8_OPTIONS)),
        Case("flake8 with dbos-lint", _python(FLAKE8, "", folder, *FLAKE8_OPTIONS)),
    )
    return cases + flake8 if with_flake8 else cases


def measure(cases: Iterable[Case], rounds: int, run: Callable[[Case], Sample]) -> dict[str, list[Sample]]:
    """``rounds`` samples of each case, one of each in turn, after one of each that only warms the disk's cache."""
    cases = tuple(cases)
    taken: dict[str, list[Sample]] = {case.name: [] for case in cases}
    for turn in range(rounds + 1):
        for case in cases:
            sample = run(case)
            if turn:
                taken[case.name].append(sample)
    return taken


def run_once(case: Case) -> Sample:
    before = time.perf_counter()
    # As installed: compiled modules are kept, so that no sample pays for compiling the linter.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(case.command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    complaint = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - before
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    if process.returncode not in case.expected or b"Traceback" in complaint:
        raise SystemExit(f"{case.name} ended with {process.returncode}\n{complaint.decode(errors='replace')}")
    return Sample(usage.ru_utime + usage.ru_stime, wall)


def machine() -> str:
    names = ("dbos-lint", "ruff", "flake8", "click")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    return (
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}; "
        f"{platform.python_implementation()} {platform.python_version()}; {versions}."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="*", default=list(CORPORA), help="A, B, C (default: all)")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--flake8-on", nargs="*", default=["A", "B"], help="flake8 takes minutes a round on C")
    chosen = parser.parse_args()

    tables = []
    with TemporaryDirectory() as empty:
        samples = measure(start_up(empty), 3 * chosen.rounds, run_once)
        tables.append(Table("Start-up", "python -c pass", samples))
    for name in chosen.corpora:
        folder = corpus(name)
        files = list(folder.rglob("*.py"))
        lines = sum(path.read_bytes().count(b"\n") for path in files)
        cases = whole_run(str(folder), name in chosen.flake8_on)
        title = f"Corpus {name}: {len(files):,} files, {lines:,} lines"
        tables.append(Table(title, "ast.parse", measure(cases, chosen.rounds, run_once)))
        ratio = tables[-1].ratio("dbos-lint check", "ruff check F")
        print(f"{name}: dbos-lint check takes {ratio:.2f} of the CPU time of ruff check F")

    packages = [f"{name}: {', '.join(map(str, CORPORA[name]))}." for name in chosen.corpora]
    head = ["# Benchmark report", f"Written by `bench.py`; {chosen.rounds} rounds.", machine(), *packages]
    report = "\n\n".join([*head, *(table.markdown() for table in tables)]) + "\n"
    REPORT.write_text(report, encoding="utf-8")
    print(report)


def _python(program: str, *arguments: str) -> Command:
    return (sys.executable, "-c", program, *arguments)


def _spread(seconds: Iterable[float]) -> str:
    each = [1000 * second for second in seconds]
    return f"{median(each):,.0f} ({min(each):,.0f} to {max(each):,.0f})"


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text(encoding="utf-8").splitlines() if facts.exists() else []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.processor() or "unknown processor")


if __name__ == "__main__":
    main()
