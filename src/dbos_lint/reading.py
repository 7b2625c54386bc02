"""The one way to read a file that nobody has named: it never waits, and never reads without end."""

from __future__ import annotations

import os
import stat

NOT_REGULAR = "not a regular file"
# Nobody has written so much: its tree would take more than the memory, and looking for a name in it minutes.
LARGEST = 100_000_000
TOO_LARGE = "larger than 100 MB"
_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_CLOEXEC", "O_BINARY", "O_NOINHERIT"))


def read(path: str) -> bytes:
    """What the regular file ``path`` holds. Raises OSError, also for a pipe and for a device: opening the one waits for
    a writer, and the other may have no end; and for what is too large to be a program."""
    with open(path, "rb", opener=_without_waiting) as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise OSError(NOT_REGULAR)
        if found.st_size > LARGEST:
            raise OSError(TOO_LARGE)
        text: bytes | None = file.read()
    if text is None:  # as files of the system are that give what is to come
        raise OSError(NOT_REGULAR)
    return text


def read_into(buffer: bytearray, path: str) -> int:
    """Read the file ``path`` to the beginning of ``buffer``; how many bytes those are, as many as have room. Raises
    OSError. Thousands of files are read so, and a file object for each would take as long as reading it."""
    file = os.open(path, _FLAGS)
    try:
        if hasattr(os, "readv"):
            return os.readv(file, [buffer])
        text = os.read(file, len(buffer))
        buffer[: len(text)] = text
        return len(text)
    finally:
        os.close(file)


def _without_waiting(path: str, flags: int) -> int:
    """Open ``path``, be it a pipe that nobody writes to."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
