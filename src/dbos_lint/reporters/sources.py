"""The lines of the files that findings stand in, read again for those few that have any."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from dbos_lint.reading import read
from dbos_lint.syntax.parse import decoded, with_newlines


def reader(stdin: tuple[str, bytes] | None = None) -> Callable[[str], Sequence[str]]:
    """Give the lines of a file by its name; ``stdin`` is the name and content of the one that is on no disk."""

    @lru_cache(maxsize=1)  # findings come sorted by file
    def lines(path: str) -> Sequence[str]:
        if stdin is not None and path == stdin[0]:
            return split(stdin[1])
        found = content(path)
        return split(found) if found else ()

    return lines


def content(path: str, stdin: tuple[str, bytes] | None = None) -> bytes:
    """What the file ``path`` holds: nothing, where it cannot be read."""
    if stdin is not None and path == stdin[0]:
        return stdin[1]
    try:
        return read(path)
    except (OSError, MemoryError):
        return b""


def split(source: bytes) -> Sequence[str]:
    """The lines of ``source`` as Python counts them, whatever it holds."""
    try:
        text = decoded(source, "replace")
    except (SyntaxError, LookupError, ValueError):  # the encoding is unknown, or one of no text
        text = source.decode("utf-8", "replace")
    return with_newlines(text).split("\n")
