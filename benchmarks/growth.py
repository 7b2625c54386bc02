"""How the time of a run grows with what it is given: ``python benchmarks/growth.py``.

Programs of a size, of twice and of four times that size are generated, each shape of which grows in one way only, and
linted by fresh processes. What start-up costs is taken off; a doubling of the size may take ``LIMIT`` times as long.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import crowds
import shapes
from measure import Case, Sample, machine, run_once

LIMIT = 2.2
DOUBLINGS = 2
# What takes less is as much the machine's doing as the linter's.
_NOISE = 0.1

_TITLE = "## Growth"
_HEAD = (f"| program | sizes | seconds of CPU | ratios (at most {LIMIT}) | MiB |", "|---|---|---|---|---:|")
_LINT = "from dbos_lint.cli import main; main()"
# --debug: a fault of the linter shows its traceback, which ends the run.
_OPTIONS = "--no-cache --isolated --no-respect-gitignore --jobs 1 --output-format json --debug --select ALL".split()


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape of program: measured at ``size`` and its doubles; ``promise`` is the size up to which it must hold."""

    make: Callable[[int], shapes.Files]
    unit: str
    size: int
    promise: int

    @property
    def name(self) -> str:
        return self.make.__name__.strip("_").replace("_", " ")


SHAPES = (
    Shape(shapes.lines_in_files, "lines", 10_000, 1_000_000),
    Shape(shapes.lines_in_one_file, "lines", 5_000, 40_000),
    Shape(shapes.chain, "calls", 1_250, 5_000),
    Shape(shapes.chain_of_workflows, "calls", 1_250, 5_000),
    Shape(shapes.chain_of_coroutines, "calls", 1_250, 5_000),
    Shape(shapes.chain_of_results, "classes", 500, 2_000),
    Shape(shapes.cycle, "functions", 1_250, 5_000),
    Shape(shapes.fan_out, "calls", 1_250, 5_000),
    Shape(shapes.fan_in, "callers", 1_250, 5_000),
    Shape(shapes.children, "workflows", 1_250, 5_000),
    Shape(shapes.layers, "calls", 5_000, 20_000),
    Shape(shapes.clique, "calls", 5_000, 20_000),
    Shape(shapes.inheritance, "classes", 500, 2_000),
    Shape(shapes.methods, "methods", 1_250, 5_000),
    Shape(shapes.branches, "branches", 200, 800),
    Shape(shapes.conditions, "conditions", 1_250, 5_000),
    Shape(shapes.statements, "statements", 5_000, 20_000),
    Shape(shapes.reassignments, "statements", 2_500, 10_000),
    Shape(shapes.steps, "steps", 1_250, 5_000),
    Shape(shapes.tries, "statements", 1_250, 5_000),
    Shape(shapes.loops, "loops", 1_250, 5_000),
    Shape(shapes.objects, "objects", 1_250, 5_000),
    Shape(shapes.globals_, "variables", 1_250, 5_000),
    Shape(shapes.imports_in_a_chain, "files", 500, 2_000),
    Shape(shapes.durable_imports_in_a_chain, "files", 500, 2_000),
    Shape(shapes.imports_in_a_star, "files", 500, 2_000),
    Shape(shapes.imports_of_a_hub, "files", 500, 2_000),
    Shape(shapes.star_imports, "files", 100, 400),
    Shape(shapes.queues, "queues", 1_250, 5_000),
    Shape(shapes.topics, "topics", 1_250, 5_000),
    Shape(shapes.topics_in_files, "files", 500, 2_000),
    Shape(shapes.suppressions, "comments", 2_500, 10_000),
    Shape(shapes.codes, "codes", 2_500, 10_000),
    Shape(shapes.findings, "findings", 2_500, 10_000),
    Shape(shapes.long_line, "bytes", 5_000_000, 20_000_000),
    Shape(shapes.long_list, "bytes", 1_000_000, 4_000_000),
    Shape(shapes.long_sum, "operands", 2_500, 10_000),
    Shape(shapes.functions_in_a_dict, "functions", 1_250, 5_000),
    Shape(shapes.receivers, "calls for a class", 2_500, 10_000),
    Shape(shapes.decorators, "decorators", 100, 400),
    Shape(shapes.parameters, "parameters", 1_250, 5_000),
    Shape(crowds.effects_in_a_chain, "calls", 300, 1_200),
    Shape(crowds.workflows_of_a_cycle, "functions", 1_250, 5_000),
    Shape(crowds.shared_helpers, "calls", 5_000, 20_000),
    Shape(crowds.two_ways, "calls", 625, 2_500),
    Shape(crowds.two_objects, "calls", 300, 1_200),
    Shape(crowds.returns, "classes", 625, 2_500),
    Shape(crowds.callbacks, "calls", 625, 2_500),
    Shape(crowds.tables, "rows", 2_500, 10_000),
    Shape(crowds.fields, "fields", 1_250, 5_000),
    Shape(crowds.managers, "managers", 1_250, 5_000),
    Shape(crowds.ids, "blocks", 1_250, 5_000),
    Shape(crowds.comprehensions, "loops", 1_250, 5_000),
    Shape(crowds.gathered, "coroutines", 1_250, 5_000),
    Shape(crowds.tasks, "tasks", 625, 2_500),
    Shape(crowds.one_topic, "workflows", 625, 2_500),
    Shape(crowds.one_queue, "workflows", 625, 2_500),
    Shape(crowds.schedules, "workflows", 625, 2_500),
    Shape(crowds.steps_that_write, "steps", 1_250, 5_000),
    Shape(crowds.start, "calls", 1_250, 5_000),
    Shape(crowds.reexports, "files", 500, 2_000),
    Shape(crowds.imports_in_a_ring, "files", 250, 1_000),
    Shape(crowds.imports_of_each_other, "imports", 1_250, 5_000),
    Shape(crowds.imports_in_functions, "files", 250, 1_000),
    Shape(crowds.one_name, "files", 250, 1_000),
    Shape(crowds.events_in_files, "files", 250, 1_000),
    Shape(crowds.queue_of_files, "files", 250, 1_000),
    Shape(crowds.queues_of_one_name, "files", 250, 1_000),
    Shape(crowds.redefinitions, "workflows", 250, 1_000),
    Shape(crowds.queues_in_files, "files", 250, 1_000),
    Shape(crowds.schedules_in_files, "files", 250, 1_000),
    Shape(crowds.transactions_in_files, "files", 250, 1_000),
)


@dataclass(frozen=True, slots=True)
class Growth:
    """Seconds of CPU beyond start-up, and MiB at the peak, at a size, its double and so on."""

    shape: Shape
    sizes: tuple[int, ...]
    seconds: tuple[float, ...]
    peaks: tuple[float, ...]

    @property
    def ratios(self) -> tuple[float, ...]:
        pairs = zip(self.seconds, self.seconds[1:], strict=False)
        return tuple(max(more, _NOISE) / max(less, _NOISE) for less, more in pairs)

    def row(self) -> str:
        seconds = " · ".join(f"{each:.2f}" for each in self.seconds)
        ratios = " · ".join(f"{each:.2f}" for each in self.ratios)
        missed = " **missed**" if max(self.ratios) > LIMIT else ""
        sizes = " · ".join(f"{size:,}" for size in self.sizes)
        return (
            f"| {self.shape.name} | {sizes} {self.shape.unit} | {seconds} | {ratios}{missed} | {self.peaks[-1]:.0f} |"
        )


def grow(shape: Shape, doublings: int, rounds: int) -> Growth:
    """Measure ``shape``: again, up to ``rounds`` times, while it is over the limit; the best of each counts, for what a
    busy machine adds is not the linter's."""
    sizes = tuple(shape.size << power for power in range(doublings + 1))
    samples: list[list[Sample]] = []
    with TemporaryDirectory() as folder:
        # The smallest program costs what starting does, importing the engine included.
        cases = [_case(Path(folder) / str(size), shape.make(size)) for size in (1, *sizes)]
        while True:
            samples.append([run_once(case) for case in cases])
            cpus = [min(each.cpu for each in taken) for taken in zip(*samples, strict=True)]
            peaks = [max(each.peak for each in taken) for taken in zip(*samples, strict=True)]
            found = Growth(shape, sizes, tuple(max(cpu - cpus[0], 0.001) for cpu in cpus[1:]), tuple(peaks[1:]))
            if len(samples) == rounds or max(found.ratios) <= LIMIT:
                return found


def measured(wanted: Iterable[Shape], doublings: int, rounds: int) -> Iterator[Growth]:
    """Each shape, told as soon as it is measured."""
    print("\n".join(_HEAD), flush=True)
    for shape in wanted:
        grown = grow(shape, doublings, rounds)
        print(grown.row(), flush=True)
        yield grown


def section(grown: Iterable[Growth]) -> str:
    """The section of the report."""
    rows = [each.row() for each in grown]
    missed = sum("**missed**" in row for row in rows)
    said = f"{len(rows)} programs, each of a size and of its doubles; {missed} grow more than {LIMIT}-fold somewhere."
    return "\n".join((f"{_TITLE}\n", f"Written by `growth.py` on {machine()}\n", f"{said}\n", *_HEAD, *rows)) + "\n"


def section_of(report: Path) -> str:
    """The section that a report has."""
    text = report.read_text(encoding="utf-8") if report.exists() else ""
    return "".join(text.partition(f"{_TITLE}\n")[1:])


def write(report: Path, section: str) -> None:
    """Put the section at the end of a report."""
    text = report.read_text(encoding="utf-8") if report.exists() else ""
    report.write_text(f"{text.partition(_TITLE)[0].rstrip()}\n\n{section}".rstrip() + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shapes", nargs="*", metavar="WORD", help="only shapes with one of these words in their names")
    parser.add_argument("--doublings", type=int, default=DOUBLINGS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="put what is measured into report.md")
    chosen = parser.parse_args()
    wanted = [each for each in SHAPES if not chosen.shapes or any(word in each.name for word in chosen.shapes)]
    grown = list(measured(wanted, chosen.doublings, chosen.rounds))
    worst = max(grown, key=lambda each: max(each.ratios))
    print(f"\nThe worst is {worst.shape.name}: {max(worst.ratios):.2f}")
    if chosen.write:
        write(Path(__file__).resolve().parent / "report.md", section(grown))


def _case(folder: Path, files: shapes.Files) -> Case:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    # It is the root of the project, and what lies around it counts for nothing.
    return Case(folder.name, (sys.executable, "-c", _LINT, "check", ".", *_OPTIONS), folder=folder)


if __name__ == "__main__":
    main()
