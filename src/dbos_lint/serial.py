"""One file after the other, in one process; what was read of their projects is remembered."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from dbos_lint import linter, timings
from dbos_lint.consulted import Consulted, Unasked
from dbos_lint.linter import FileResult
from dbos_lint.reading import LACK_OF_MEMORY, read
from dbos_lint.records import NamedTuple
from dbos_lint.settings import Settings
from dbos_lint.wording import cause

if TYPE_CHECKING:
    from dbos_lint.semantics.program import Program
    from dbos_lint.semantics.summary import Module

Elsewhere = Callable[[Settings, str, bytes], "Module | None"]
"""Gives the summary that another process made of a file, as it is called in the project with these settings."""
Recalled = Callable[[Settings, str], Consulted | None]
"""Gives what the files of the project with these settings were told under a name, where that still holds."""

# What is known stays, and trees are in no circles: the collector finds hardly any garbage, and looks through all that
# has come since the last time.
_FILES_BETWEEN_COLLECTIONS = 2_000
# What is forgotten for a fault is garbage, and as large as what is known.
_FAULTS_BETWEEN_COLLECTIONS = 10


class Task(NamedTuple):
    """A file to lint; ``size`` is that of its source where it names dbos, and otherwise 0."""

    path: str
    settings: Settings
    size: int = 0


def _unknown(settings: Settings, name: str) -> None:
    return None


def _nowhere(settings: Settings, path: str, source: bytes) -> None:
    return None


class Linter:
    """Lints one file after the other, and remembers what it read of their projects. ``texts`` count instead of what is
    on the disk. Unless the results are ``kept``, what they rest on is not noted."""

    def __init__(
        self, tasks: Sequence[Task] = (), texts: Mapping[str, bytes] | None = None, *, kept: bool = True
    ) -> None:
        self._programs: dict[Settings, Program] = {}
        self._kept = kept
        self.texts = texts or {}
        self.elsewhere: Elsewhere = _nowhere
        self.recalled: Recalled = _unknown
        self._linted = 0
        self._faults = 0
        self.expect(tasks)

    def __getstate__(self) -> dict[str, object]:
        """What a process gets that is not forked: neither what is known, nor who else may know."""
        return {**self.__dict__, "_programs": {}, "elsewhere": _nowhere, "recalled": _unknown}

    def expect(self, tasks: Sequence[Task]) -> None:
        """Be told which files come next."""
        self._upcoming = frozenset(task.path for task in tasks)
        for program in self._programs.values():
            program.project.upcoming = self._upcoming

    def prepare(self, tasks: Sequence[Task]) -> None:
        """Load the engine, and the projects of ``tasks``: processes that are forked from this one need not."""
        import dbos_lint.rules.visitors  # noqa: F401  # what linting a file would load

        for settings in dict.fromkeys(task.settings for task in tasks if task.size):
            self._program(settings)

    def summary(self, task: Task) -> tuple[bytes, Module] | None:
        """The text of the file of ``task``, and its summary; None if it has none, or does not concern dbos."""
        project = self._program(task.settings).project
        try:
            source = project.read(task.path)
            if source is None or not self._program(task.settings).concerns(task.path, source):
                return None
            module = project.module(task.path)
        except Exception:  # it is told when the file is linted
            return None
        return None if module is None else (source, module)

    def files(self, tasks: Sequence[Task]) -> list[FileResult]:
        """Lint the files of ``tasks``, one project after the other, for each has trees that wait for their turn."""
        projects = groupby(tasks, key=lambda task: id(task.settings))
        return [self.file(task) for _, files in projects for task in self._in_turn(files)]

    def _in_turn(self, tasks: Iterable[Task]) -> Iterator[Task]:
        """``tasks`` of one project in the order in which fewest are parsed twice. The smallest come first, for it is
        mostly the large ones that ask about all others; those whose trees found no room come last."""
        dropped: list[Task] = []
        for task in sorted(tasks, key=lambda task: task.size):
            if self._program(task.settings).project.was_dropped(task.path):
                dropped.append(task)
            else:
                yield task
        yield from reversed(dropped)

    def file(self, task: Task) -> FileResult:
        """Lint the file of ``task``, as it is on the disk."""
        path, settings, _ = task
        if path in self.texts:
            return self.source(self.texts[path], path, settings)
        try:
            with timings.phase("read"):
                source = read(path)
        except OSError as error:
            return linter.failed(path, settings, f"it cannot be read: {cause(error)}")
        except MemoryError:
            return linter.failed(path, settings, f"it cannot be read: {LACK_OF_MEMORY}")
        return self.source(source, path, settings)

    def source(self, source: bytes, path: str, settings: Settings) -> FileResult:
        """Lint ``source``, which is called ``path``."""
        self._linted += 1
        if self._linted % _FILES_BETWEEN_COLLECTIONS == 0:
            gc.collect()
            gc.freeze()
        elif self._linted == 2:  # the engine was loaded for the first one, and is here to stay
            gc.freeze()
        program = self._program(settings)
        program.project.consulted.text(path, source)
        with timings.file(path):
            result = linter.lint_source(source, path, settings, program=program)
        if result.tracebacks:
            program.forget()
            self._faults += 1
            if self._faults % _FAULTS_BETWEEN_COLLECTIONS == 0:
                gc.collect()
        result.consulted = program.project.consulted.take()
        return result

    def tell(self, settings: Settings, name: str) -> Consulted:
        """What others are told under a name, once more, and what that rests on."""
        return self._program(settings).tell(name)

    def _program(self, settings: Settings) -> Program:
        with timings.phase("load"):
            from dbos_lint.semantics.program import Program

        if settings not in self._programs:
            program = self._programs[settings] = Program(settings, self._upcoming)
            program.project.overlay.update(self.texts)
            program.project.elsewhere = lambda path, source: self.elsewhere(settings, path, source)
            program.project.recalled = lambda name: self.recalled(settings, name)
            if not self._kept:
                program.project.consulted = Unasked()
        return self._programs[settings]
