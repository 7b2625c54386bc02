"""One file after the other, in one process; what was read of their projects is remembered."""

from __future__ import annotations

import gc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dbos_lint import linter, selection
from dbos_lint.candidates import Task
from dbos_lint.diagnostic import Diagnostic, Position
from dbos_lint.linter import FileResult
from dbos_lint.results import Crash
from dbos_lint.rules.declared.meta import UNREADABLE_FILE
from dbos_lint.settings import Settings

if TYPE_CHECKING:
    from dbos_lint.semantics.program import Program

# What is known stays, and trees are in no circles: nothing is garbage for the collector before so many files.
_FILES_BETWEEN_COLLECTIONS = 500


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file."""

    result: FileResult
    crash: Crash | None = None


class Linter:
    """Lints one file after the other, and remembers what it read of their projects. ``texts`` count instead of what is
    on the disk."""

    def __init__(self, tasks: Sequence[Task] = (), texts: Mapping[str, bytes] | None = None) -> None:
        self._programs: dict[Settings, Program] = {}
        self.texts = texts or {}
        self._linted = 0
        self.expect(tasks)

    def expect(self, tasks: Sequence[Task]) -> None:
        """Be told which files come next."""
        self._upcoming = frozenset(task.path for task in tasks)
        for program in self._programs.values():
            program.project.upcoming = self._upcoming

    def file(self, task: Task) -> Outcome:
        """Lint the file of ``task``, as it is on the disk."""
        path, settings, _ = task
        if path in self.texts:
            return self.source(self.texts[path], path, settings)
        try:
            with open(path, "rb") as file:
                source = file.read()
        except OSError as error:
            return failed(path, settings, f"it cannot be read: {error.strerror or error}")
        return self.source(source, path, settings)

    def source(self, source: bytes, path: str, settings: Settings) -> Outcome:
        """Lint ``source``, which is called ``path``."""
        self._linted += 1
        if self._linted % _FILES_BETWEEN_COLLECTIONS == 0:
            gc.collect()
        try:
            program = self._program(settings)
            return Outcome(linter.lint_source(source, path, settings, program=program))
        except Exception as error:  # one file must never end the run, nor what it left half done spoil another
            from traceback import format_exc

            self._programs.pop(settings, None)
            name = type(error).__name__
            cause = f"dbos-lint itself failed on it ({name}); please report this with the output of --debug"
            return replace(failed(path, settings, cause), crash=Crash(path, format_exc()))

    def _program(self, settings: Settings) -> Program:
        from dbos_lint.semantics.program import Program

        if settings not in self._programs:
            self._programs[settings] = Program(settings, self._upcoming)
            self._programs[settings].project.overlay.update(self.texts)
        return self._programs[settings]


def failed(path: str, settings: Settings, cause: str) -> Outcome:
    """A file that was not linted, said in the file's own place."""
    code = UNREADABLE_FILE.code
    if code not in selection.enabled_codes(settings) - selection.ignored_for(settings, path):
        return Outcome(FileResult(path, ()))
    start = Position(1, 1)
    return Outcome(FileResult(path, (Diagnostic(UNREADABLE_FILE, path, start, start, f"file is not linted: {cause}"),)))
