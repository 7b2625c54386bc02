"""The cases of ``dbos-lint upgrade``: a program for an old release of dbos, and what it becomes.

``tests/upgrades/<case>/before`` and ``after`` are whole projects. ``main.py`` runs, prints what can be observed and
ends; a case that cannot run says why in ``unrun.txt``. ``report.txt`` is what the command prints.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

UPGRADES = Path(__file__).parent / "upgrades"
SINCE, UNTIL = "2.31", "3.4"


@dataclass(frozen=True, slots=True)
class Case:
    """One program before and after."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def before(self) -> Path:
        return self.path / "before"

    @property
    def after(self) -> Path:
        return self.path / "after"

    @property
    def report(self) -> str | None:
        """What the command prints, where the case says so."""
        file = self.path / "report.txt"
        return file.read_text("utf-8") if file.exists() else None

    @property
    def runs(self) -> bool:
        return not (self.path / "unrun.txt").exists()


def all_cases() -> list[Case]:
    return [Case(path) for path in sorted(UPGRADES.iterdir()) if path.is_dir()]


def copied(folder: Path, target: Path) -> Path:
    """A copy of a project that may be changed and run."""
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns("__pycache__", "*.sqlite*"))
    return target


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a project, by their path inside it."""
    found = (Path(base) / name for base, _, names in os.walk(folder) for name in names)
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(found)
        if "__pycache__" not in file.parts and ".sqlite" not in file.name
    }
