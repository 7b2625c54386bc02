"""Fuzz the cache: projects of the fixtures that people work on, and a run with a cache finds what one without finds.

    python fuzz/histories.py --seconds 3600 --seed 1 [--keep FOLDER]

Each round puts the files of some fixtures into one project and lints it after each of a few changes: files are edited,
renamed, copied, deleted, brought back as they were, given another time. What fails is printed, and its project is kept.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fuzz.mutating import Mutator
from fuzz.programs import by_run, files_of
from fuzz.rounds import Complaints, Round, run
from tests.markers import Fixture

TOGETHER = (1, 2, 3)
CHANGES = (4, 8)
NAMES = ("__init__.py", "app.py", "conftest.py", "helpers.py", "main.py", "test_app.py")
FOLDERS = ("pkg", "src", "tests")
OPTIONS = ("", 'dbos-version = "2.31"', 'src = ["pkg", "src"]', 'preset = "strict"', 'known-deterministic = ["time.*"]')


class History:
    """One project, and what happens to it."""

    def __init__(self, root: Path, fixtures: list[Fixture], mutator: Mutator, choice: random.Random) -> None:
        self.root, self.mutator, self.choice = root, mutator, choice
        for fixture in fixtures:
            for file in fixture.files:
                place = root / (file.relative_to(fixture.path) if fixture.path.is_dir() else file.name)
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(file.read_bytes())
        self.set_options()
        self.earlier = [(file, file.read_bytes()) for file in files_of(root)]

    def go_on(self) -> str:
        """Change something, and say what."""
        file = self.choice.choice(files_of(self.root) or [self.root / "app.py"])
        change = self.choice.choice(_CHANGES)
        if file.exists():
            change(self, file)
        return f"{change.__name__} {file.relative_to(self.root)}"

    def edit(self, file: Path) -> None:
        with contextlib.suppress(SyntaxError, ValueError):
            text = self.mutator.change(file.read_bytes().decode("utf-8"), self.choice.choice((1, 2, 5)))
            file.write_text(text, "utf-8")

    def confuse(self, file: Path) -> None:
        """Another word in the place of one, and the file is as long as before."""
        text = file.read_bytes()
        words = list(re.finditer(rb"[a-z]{3,}", text))
        if words:
            old, new = self.choice.choice(words), self.choice.choice(words)[0]
            same = (new * len(old[0]))[: len(old[0])]
            file.write_bytes(text[: old.start()] + same + text[old.end() :])

    def add_comment(self, file: Path) -> None:
        file.write_bytes(file.read_bytes() + b"\n# a comment\n")

    def forget_dbos(self, file: Path) -> None:
        file.write_bytes(re.sub(rb"(?i)dbos", b"abcd", file.read_bytes()))

    def delete(self, file: Path) -> None:
        file.unlink()

    def rename(self, file: Path) -> None:
        file.replace(file.with_name(self.choice.choice(NAMES)))

    def copy(self, file: Path) -> None:
        place = self.root / self.choice.choice(FOLDERS) / file.name
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(file.read_bytes())

    def bring_back(self, file: Path) -> None:
        place, text = self.choice.choice(self.earlier)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text)

    def touch(self, file: Path) -> None:
        os.utime(file, ns=(self.choice.choice((0, 1 << 62, time.time_ns())),) * 2)

    def set_options(self, file: Path | None = None) -> None:
        options = self.choice.choice(OPTIONS)
        (self.root / "pyproject.toml").write_text(f"[tool.dbos-lint]\nselect = ['DBS']\n{options}\n", "utf-8")


_CHANGES: tuple[Callable[[History, Path], None], ...] = (
    *(History.edit, History.edit, History.edit, History.confuse, History.add_comment, History.forget_dbos),
    *(History.delete, History.rename, History.copy, History.bring_back, History.touch, History.set_options),
)


def judge(history: History, cache: Path, complain: Complaints) -> None:
    """Lint the project as it becomes, until something is wrong."""
    by_run(history.root, cache=cache)
    done: list[str] = []
    for _ in range(history.choice.choice(CHANGES)):
        done += (history.go_on() for _ in range(history.choice.choice((1, 1, 2))))
        complain.unless_same(", ".join(done), by_run(history.root), by_run(history.root, cache=cache))
        if complain.texts:
            break


def attempt(this: Round, fixtures: list[Fixture]) -> None:
    # What files tell each other is what a cache can miss.
    several = [each for each in fixtures if each.path.is_dir()]
    chosen = this.choice.sample(several, this.choice.choice(TOGETHER))
    judge(History(this.project, chosen, this.mutator, this.choice), this.scratch / "cache", this.complain)


if __name__ == "__main__":
    sys.exit(run(__doc__ or "", attempt))
