"""A file as fixes see it: its text with places in it, and the bytes that it becomes."""

from __future__ import annotations

import ast
import warnings
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from dbos_lint.fixes.edits import Edit, Void, applied, ordered
from dbos_lint.syntax.parse import decode, decoded, encoding_of
from dbos_lint.syntax.spans import Span

T = TypeVar("T")


@dataclass(frozen=True)
class Document:
    """The bytes of a file that can be parsed, and its text, with ``\\n`` for every newline."""

    data: bytes
    text: str
    _known: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, data: bytes) -> Document:
        """The file that holds ``data``. Raises Void when it cannot be read."""
        try:
            return cls(data, decode(data))
        except (SyntaxError, UnicodeError, LookupError) as error:
            raise Void(f"the file cannot be decoded: {error}") from error

    @cached_property
    def encoding(self) -> str:
        """How the file is written; ``utf-8-sig`` where it begins with a byte order mark."""
        encoding = encoding_of(self.data)
        with suppress(UnicodeError):  # what is read in some encodings cannot be written in them
            if self._raw.encode(encoding) == self.data:
                return encoding
        raise Void(f"the text cannot be written in {encoding} again as it was")

    @cached_property
    def tree(self) -> ast.Module:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(self.text)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` makes when it is asked for first."""
        if key not in self._known:
            self._known[key] = make()
        found: T = self._known[key]
        return found

    def forget(self) -> None:
        """Let go of what was made: it holds the document, and so its tree, in a circle that nobody collects."""
        self._known.clear()

    # ------------------------------------------------------------------ places

    @cached_property
    def _starts(self) -> list[int]:
        """Where each line begins."""
        starts = [0]
        while (end := self.text.find("\n", starts[-1])) >= 0:
            starts.append(end + 1)
        return starts

    @cached_property
    def _ascii(self) -> bool:
        return self.text.isascii()

    def offset(self, row: int, column: int) -> int:
        """The place at byte ``column`` (from 0) of ``row`` (from 1)."""
        if not 0 < row <= len(self._starts):
            raise Void("there is no such line")
        start = self._starts[row - 1]
        if self._ascii or not column:
            return start + column
        # No character has fewer bytes than one, so the characters before the column are among the next ``column``.
        return start + len(self.text[start : start + column].encode()[:column].decode(errors="replace"))

    def place(self, span: Span) -> tuple[int, int]:
        """Where ``span`` begins and ends."""
        start, end = self.offset(span.row, span.col), self.offset(span.end_row, span.end_col)
        if not start <= end <= len(self.text):
            raise Void("there is no such place")
        return start, end

    def row(self, offset: int) -> int:
        """The row, from 1, in which ``offset`` stands."""
        return bisect_right(self._starts, offset)

    def line_start(self, offset: int) -> int:
        """Where the line of ``offset`` begins."""
        return self._starts[self.row(offset) - 1]

    def line_end(self, offset: int) -> int:
        """Where the line of ``offset`` ends, before its newline."""
        end = self.text.find("\n", offset)
        return end if end >= 0 else len(self.text)

    def indentation(self, offset: int) -> str:
        """What the line of ``offset`` begins with."""
        line = self.text[self.line_start(offset) : self.line_end(offset)]
        return line[: len(line) - len(line.lstrip(" \t\f"))]

    # ------------------------------------------------------------------ bytes

    @cached_property
    def _raw(self) -> str:
        """The text with the newlines that it has in the file."""
        return decoded(self.data)

    @cached_property
    def newline(self) -> str:
        """The newline that most lines end in."""
        pairs = self._raw.count("\r\n")
        counts = Counter({"\n": self._raw.count("\n") - pairs, "\r\n": pairs, "\r": self._raw.count("\r") - pairs})
        return counts.most_common(1)[0][0]

    @cached_property
    def _pairs(self) -> list[int]:
        """Where, in the text, each newline of two characters stands."""
        found: list[int] = []
        at = self._raw.find("\r\n")
        while at >= 0:
            found.append(at - len(found))
            at = self._raw.find("\r\n", at + 2)
        return found

    def written(self, edits: Iterable[Edit]) -> tuple[Edit, ...]:
        """``edits``, each of which counts once, in the file as it is written. Raises Void where it cannot be."""
        pairs = self._pairs

        def place(offset: int) -> int:
            return offset + bisect_right(pairs, offset - 1)

        made = tuple(
            Edit(place(start), place(end), text.replace("\n", self.newline)) for start, end, text in ordered(set(edits))
        )
        # Where lines end in different ways, what remains of two newlines may look like one.
        if _outline(self._raw, made).count("\r\n") != sum(edit.text.count("\r\n") for edit in made):
            raise Void("its lines end in different ways")
        for edit in made:
            self._encoded(edit.text)
        return made

    def bytes_with(self, edits: Iterable[Edit]) -> bytes:
        """The file after ``edits``, each of which counts once. What they leave alone keeps every byte."""
        return self._encoded(applied(self._raw, self.written(edits)))

    def _encoded(self, text: str) -> bytes:
        try:
            return text.encode(self.encoding)
        except UnicodeError as error:
            raise Void(f"the file is written in {self.encoding}, which cannot say this") from error


def _outline(text: str, edits: Iterable[Edit]) -> str:
    """``text`` after ``edits``, with a dot for all that stands inside of what they leave alone."""
    parts: list[str] = []
    at = 0
    for start, end, new in (*edits, Edit(len(text), len(text), "")):
        if at < start:
            parts += (text[at], ".", text[start - 1])
        parts.append(new)
        at = end
    return "".join(parts)
