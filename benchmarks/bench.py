"""Measure the linter against its floors, its peers and its promises, and write ``report.md``.

Every measurement is a fresh process, its CPU (user and system, children included) and wall time taken by the kernel.
The rounds are interleaved, so that a busy machine slows all commands alike; figures are of medians.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import growth
import inputs
from fetch import CORPORA, HERE, corpus
from measure import Sample, machine, measure, spread
from rows import ROWS, Row, chosen
from venvs import ALL

REPORT = HERE / "report.md"


@dataclass(frozen=True, slots=True)
class Measured:
    """A row with its samples."""

    row: Row
    samples: Mapping[str, Sequence[Sample]]

    @property
    def figure(self) -> float:
        return self.row.figure(self.row, self.samples)

    def promise(self) -> str:
        """The line of the table of promises."""
        row, figure = self.row, self.figure
        verdict = "aim reached" if row.holds(figure, row.aim) else "reached"
        if not row.holds(figure, row.must):
            verdict = "**missed**"
        wall = f"{row.by_clock(self.samples):.2f}" if row.over is not None else ""
        least = "at least " if row.is_least else ""
        cells = (row.what, row.unit, f"{least}{row.must:g}", f"{row.aim:g}", f"{figure:.2f}", wall, verdict)
        return f"| {' | '.join(cells)} |"

    def details(self) -> Iterator[str]:
        """Each command of the row, as it was measured."""
        yield f"### {self.row.what}"
        yield ""
        yield "| command | CPU ms: median (min to max) | wall ms: median (min to max) | peak MiB |"
        yield "|---|---:|---:|---:|"
        for name, samples in self.samples.items():
            cpu, wall = (spread(1000 * getattr(each, what) for each in samples) for what in ("cpu", "wall"))
            yield f"| {name} | {cpu} | {wall} | {max(each.peak for each in samples):,.0f} |"
        yield ""


def report(measured: Sequence[Measured], rounds: int) -> Iterator[str]:
    yield from ("# Benchmark report", "", f"Written by `bench.py`; {rounds} rounds.", "", machine(), "")
    for environment in ALL:
        if environment.bin.exists():
            yield f"- environment {environment.name}: {environment.versions()}"
    for name, packages in CORPORA.items():
        files = list(corpus(name).rglob("*.py"))
        lines = sum(path.read_bytes().count(b"\n") for path in files)
        yield f"- corpus {name}, {len(files):,} files, {lines:,} lines: {', '.join(map(str, packages))}"
    yield from ("", "## Promises", "", "Ratios are of medians of CPU time; those by the clock stand beside them.", "")
    yield from ("| what | figure | must | aim | measured | by the clock | |", "|---|---|---:|---:|---:|---:|---|")
    for each in measured:
        yield each.promise()
    if measured:
        yield from ("", "## Samples", "")
    for each in measured:
        yield from each.details()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", nargs="*", default=[], choices=[*ROWS, "growth"], help="(default: all)")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--keep", action="store_true", help="measure what is installed from the last run")
    given = parser.parse_args()
    for environment in () if given.keep else ALL:
        environment.make()
    shutil.rmtree(inputs.SCRATCH, ignore_errors=True)
    inputs.SCRATCH.mkdir()
    measured = []
    if given.rows != ["growth"]:
        for row in chosen(given.rows):
            measured.append(Measured(row, measure(row.cases, given.rounds)))
            print(measured[-1].promise(), flush=True)
    kept = growth.section_of(REPORT)
    if not given.rows or "growth" in given.rows:
        kept = growth.section(growth.measured(growth.SHAPES, growth.DOUBLINGS, min(3, given.rounds)))
    if measured:
        REPORT.write_text("\n".join(report(measured, given.rounds)) + "\n", encoding="utf-8")
    growth.write(REPORT, kept)
    print(f"written: {REPORT.name}")


if __name__ == "__main__":
    main()
