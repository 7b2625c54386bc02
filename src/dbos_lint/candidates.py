"""Which files of a run may concern dbos, found without the engine, which is not even imported for the others.

``Program.concerns`` is the judge. All that is told without it is that a file cannot concern dbos, since neither the
file names it nor anything that the file could import.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Sequence
from itertools import count
from typing import TYPE_CHECKING

from dbos_lint.discovery import Discovery
from dbos_lint.mentions import is_wide, mentions, needles
from dbos_lint.reading import read, read_into
from dbos_lint.records import NamedTuple
from dbos_lint.serial import Task
from dbos_lint.settings import Settings

if TYPE_CHECKING:
    from dbos_lint.cache.run import Cache
    from dbos_lint.cache.shelf import Shelf

# What a file shows: that it names dbos, else a skipped folder, else neither.
_NAMES, _LEAVES, _STAYS = "names", "leaves", "stays"
_MOST_LOOKS = 500
_BUFFER = 1 << 20
_IMPORTABLE = re.compile(r"\w+", re.ASCII)


class _Project(NamedTuple):
    """The files of a run that have the same settings."""

    settings: Settings
    paths: list[str]

    @property
    def below(self) -> str:
        """How the path of everything in the project's root starts."""
        return os.path.join(self.settings.root, "")

    def is_walked(self, found: Discovery) -> bool:
        """Whether the run has seen all that the project's files can import, but for what it has skipped."""
        root, below = self.settings.root, self.below
        return (
            root in found.walked
            and not self.settings.follow
            and not os.path.exists(os.path.join(root, "__init__.py"))
            and all(
                os.path.join(os.path.normpath(os.path.join(root, name)), "").startswith(below)
                for name in self.settings.src
            )
            and all(path.startswith(below) for path in self.paths)
        )


class _Sight:
    """What the files of a project hold: the sizes of those to lint anyway, and whether one names a skipped folder."""

    __slots__ = ("leaves", "sizes")

    def __init__(self, sizes: dict[str, int], leaves: bool) -> None:
        self.sizes = sizes
        self.leaves = leaves


def candidates(
    files: Iterable[tuple[str, Settings]], found: Discovery, cache: Cache | None = None
) -> tuple[list[Task], list[str]]:
    """The tasks for those files that may concern dbos, and the names of the files that cannot."""
    projects = _projects(files)
    wanted = tuple(dict.fromkeys(needle for project in projects for needle in needles(project.settings)))
    doors = _packages(found.skipped)
    sights = [
        _look(project, wanted, _names(doors, project.below), cache.shelf(project.settings) if cache else None)
        for project in projects
    ]
    naming = [path for path in found.skipped if path.endswith(".py") and _names_any(path, wanted)]
    naming += (path for sight in sights for path, size in sight.sizes.items() if size)
    tasks: list[Task] = []
    quiet: list[str] = []
    for project, sight in zip(projects, sights, strict=True):
        settings, paths = project
        alone = not sight.leaves and project.is_walked(found) and not any(p.startswith(project.below) for p in naming)
        tasks += (Task(path, settings, sight.sizes.get(path, 0)) for path in (sight.sizes if alone else paths))
        if alone:
            quiet += (path for path in paths if path not in sight.sizes)
    return sorted(tasks, key=lambda task: task.path), quiet


def _projects(files: Iterable[tuple[str, Settings]]) -> Collection[_Project]:
    projects: dict[int, _Project] = {}  # equal settings are mostly the same, and slow to compare
    for path, settings in files:
        project = projects.get(id(settings))
        if project is None:
            project = projects[id(settings)] = _Project(settings, [])
        project.paths.append(path)
    return projects.values()


def _look(project: _Project, wanted: Sequence[bytes], doors: Collection[bytes], shelf: Shelf | None) -> _Sight:
    sizes: dict[str, int] = {}
    leaves = False
    if shelf is not None:
        shelf.seek(ascii((wanted, sorted(doors))))
    buffer = bytearray(_BUFFER)  # one for all: making room for each file would take as long as reading it
    for path in project.paths:
        known = shelf.sight(path) if shelf is not None else ""
        if known.isdecimal():
            sizes[path] = int(known)
        if known:
            leaves = leaves or known == _LEAVES
            continue
        try:
            source, size = buffer, read_into(buffer, path)
            if size == _BUFFER:
                source = bytearray(read(path))
                size = len(source)
        except (OSError, MemoryError):
            sizes[path] = 0  # the linter tells why
            continue
        seen = _seen(source, size, wanted, doors)
        if seen == _NAMES:
            sizes[path] = size
        leaves = leaves or seen == _LEAVES
        if shelf is not None:
            shelf.saw(path, f"{size}" if seen == _NAMES else seen)
    return _Sight(sizes, leaves)


def _seen(source: bytearray, size: int, wanted: Sequence[bytes], doors: Collection[bytes]) -> str:
    """What the first ``size`` bytes of ``source`` show."""
    for needle in wanted:
        if source.find(needle, 0, size) >= 0:
            return _NAMES
    if is_wide(source[: min(size, 4)]) and mentions(bytes(source[:size]), wanted):
        return _NAMES
    return _LEAVES if doors and any(source.find(door, 0, size) >= 0 for door in doors) else _STAYS


def _names(folders: Iterable[str], below: str) -> frozenset[bytes]:
    return frozenset(os.path.basename(path).encode() for path in folders if path.startswith(below))


def _names_any(path: str, wanted: Iterable[bytes]) -> bool:
    try:
        return mentions(read(path), wanted)
    except (OSError, MemoryError):
        return False


def _packages(skipped: Iterable[str]) -> list[str]:
    """Those of the ``skipped`` folders that can be imported and have modules, or may have some: few are looked into."""
    looks = count()
    return [
        path
        for path in skipped
        if _IMPORTABLE.fullmatch(os.path.basename(path))
        and any(next(looks) >= _MOST_LOOKS or _has_module(names) for _, _, names in os.walk(path))
    ]


def _has_module(names: Iterable[str]) -> bool:
    return any(name.endswith(".py") for name in names)
