"""What a run hands to its reporters."""

from __future__ import annotations

from operator import methodcaller
from typing import TYPE_CHECKING

from dbos_lint.records import NamedTuple

# A run without findings has results and never loads what a finding is.
if TYPE_CHECKING:
    from dbos_lint.diagnostic import Diagnostic
    from dbos_lint.linter import FileResult


class Crash(NamedTuple):
    """A fault of the linter itself, met in one file; ``traceback`` is for whoever mends it."""

    filename: str
    traceback: str


class RunResult(NamedTuple):
    """The results of the files of a run, sorted by name; unreadable ones are among them."""

    files: tuple[FileResult, ...]

    @property
    def crashes(self) -> tuple[Crash, ...]:
        return tuple(Crash(file.filename, traceback) for file in self.files for traceback in file.tracebacks)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        found = (diagnostic for result in self.files for diagnostic in result.diagnostics)
        return tuple(sorted(found, key=methodcaller("sort_key")))

    @property
    def suppressed(self) -> int:
        return sum(result.suppressed for result in self.files)

    @property
    def unresolved(self) -> int:
        return sum(len(result.unresolved) for result in self.files)

    @property
    def varied(self) -> int:
        return sum(bool(result.varied) for result in self.files)

    @property
    def failed(self) -> int:
        return sum(result.failed for result in self.files)
