"""A moment of an upgrade: the texts of all files, what the linter finds in them, and where their rows come from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from dbos_lint.diagnostic import Diagnostic
from dbos_lint.fixes.document import Document
from dbos_lint.fixes.edits import Edit
from dbos_lint.reporters.sources import split
from dbos_lint.syntax.generated import is_generated

Key: TypeAlias = tuple[str, str, str, str]


@dataclass(frozen=True)
class File:
    """A file, as whoever asks sees it. ``rows`` are those of its first text that its rows come from, ``None`` where
    it is as it was."""

    data: bytes
    rows: Sequence[int] | None

    @cached_property
    def document(self) -> Document:
        """What fixes see. Raises Void when it cannot be read."""
        return Document.of(self.data)

    @cached_property
    def lines(self) -> Sequence[str]:
        return split(self.data)

    @cached_property
    def is_generated(self) -> bool:
        """Whether a program wrote it, and will write it again."""
        return is_generated("\n".join(self.lines))

    def with_edits(self, edits: Sequence[Edit]) -> File:
        """The file after ``edits``, which are in order."""
        return File(self.document.bytes_with(edits), self._rows_after(edits))

    def _rows_after(self, edits: Iterable[Edit]) -> list[int]:
        document = self.document
        known = self.rows or range(1, document.text.count("\n") + 2)
        found: list[int] = []
        behind = 0
        for edit in edits:
            first, last = document.row(edit.start) - 1, document.row(edit.end) - 1
            found += known[behind : first + 1]
            found += (known[min(first + number, last)] for number in range(1, edit.text.count("\n") + 1))
            if edit.text.endswith("\n") or (not edit.text and edit.start == document.line_start(edit.start)):
                found[-1] = known[last]  # of the row itself, nothing is left but what stands behind the edit
            behind = last + 1
        return [*found, *known[behind:]]


@dataclass(frozen=True)
class State:
    """The ``files``, those that an upgrade makes included, and what is found in them."""

    files: Mapping[str, File]
    diagnostics: tuple[Diagnostic, ...]

    def line(self, diagnostic: Diagnostic) -> str:
        """The first line of what a finding stands at."""
        lines, row = self.files[diagnostic.filename].lines, diagnostic.start.row
        return lines[row - 1].strip() if row <= len(lines) else ""

    def key(self, diagnostic: Diagnostic) -> Key:
        """A finding, recognised when the rows above it have changed."""
        return (*identity(diagnostic), self.line(diagnostic))

    def first_row(self, diagnostic: Diagnostic) -> int:
        """The row of the first text of a file that a finding comes from."""
        rows, row = self.files[diagnostic.filename].rows, diagnostic.start.row
        return row if rows is None else rows[min(row, len(rows)) - 1]


def identity(diagnostic: Diagnostic) -> tuple[str, str, str]:
    return diagnostic.filename, diagnostic.code, diagnostic.message
