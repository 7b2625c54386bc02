"""The rounds of a fuzzer: each has a seed and a folder of its own, and what fails is printed and kept."""

from __future__ import annotations

import argparse
import ast
import contextlib
import random
import shutil
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dbos_lint.linter import FileResult
from fuzz.mutating import Mutator
from tests.markers import Fixture, all_fixtures

Results = dict[str, FileResult]


class Complaints:
    """What is wrong with a round, as texts."""

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


@dataclass(frozen=True)
class Round:
    """One round in the folder ``scratch``. What lies in its folder ``project`` is kept when something fails."""

    number: int
    choice: random.Random
    mutator: Mutator
    complain: Complaints
    scratch: Path

    @property
    def project(self) -> Path:
        return self.scratch / "project"


def run(description: str, attempt: Callable[[Round, list[Fixture]], None]) -> int:
    """Make rounds of ``attempt`` with the fixtures as the command line says; the exit code."""
    parser = argparse.ArgumentParser(description=description.partition("\n")[0])
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
    end, faults, rounds = time.monotonic() + options.seconds, 0, 0
    while time.monotonic() < end and rounds < options.rounds:
        seed = options.seed * 1_000_000 + rounds
        rounds += 1
        choice = random.Random(seed)
        with tempfile.TemporaryDirectory() as name:
            this = Round(rounds, choice, Mutator(choice, trees), Complaints(), Path(name).resolve())
            this.project.mkdir()
            try:
                attempt(this, fixtures)
            except Exception:
                this.complain(traceback.format_exc())
            if this.complain.texts:
                faults += len(this.complain.texts)
                shutil.copytree(this.project, options.keep / str(seed), dirs_exist_ok=True)
                print(f"== round {seed}", *this.complain.texts, sep="\n", flush=True)
    print(f"{rounds} rounds, {faults} faults")
    return 1 if faults else 0
