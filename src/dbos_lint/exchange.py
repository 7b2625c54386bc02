"""Summaries of files that processes show each other, so that each file is parsed by one of them."""

from __future__ import annotations

import mmap
import pickle
from collections.abc import Sequence
from typing import TYPE_CHECKING
from zlib import crc32

from dbos_lint.records import NamedTuple

if TYPE_CHECKING:
    from dbos_lint.semantics.summary import Module

# A summary takes about three times the room of its source; memory that is never written to costs nothing.
_ROOM = 8
_LEAST = 1 << 20


class Notice(NamedTuple):
    """Where on the board the summary of a file stands, and of which text it is."""

    part: int
    start: int
    end: int
    text: int


class Board:
    """Memory that processes share which were forked after it was made. Each writes on its own part, and reads all."""

    def __init__(self, sizes: Sequence[int]) -> None:
        """A board with a part for each number in ``sizes``: so many bytes of source will be summarised there."""
        self._parts = [mmap.mmap(-1, _LEAST + _ROOM * size) for size in sizes]
        self._used = 0

    def put(self, part: int, source: bytes, summary: Module) -> Notice | None:
        """Show ``summary`` to the others; None if there is no room for it."""
        written, start = pickle.dumps(summary, pickle.HIGHEST_PROTOCOL), self._used
        end = start + len(written)
        if end > len(self._parts[part]):
            return None
        self._parts[part][start:end] = written
        self._used = end
        return Notice(part, start, end, crc32(source))

    def get(self, notice: Notice, source: bytes) -> Module | None:
        """The summary behind ``notice``; None if it is of another text."""
        if notice.text != crc32(source):
            return None
        with memoryview(self._parts[notice.part]) as part, part[notice.start : notice.end] as written:
            summary: Module = pickle.loads(written)
        return summary
