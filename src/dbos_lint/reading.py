"""The one way to read a file that nobody has named: it never waits, and never reads without end."""

from __future__ import annotations

import os
import stat

NOT_REGULAR = "not a regular file"
# Nobody has written so much: its tree would take more than the memory, and looking for a name in it minutes.
LARGEST = 100_000_000
TOO_LARGE = "larger than 100 MB"
LACK_OF_MEMORY = "there is not enough memory"
_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_CLOEXEC", "O_BINARY", "O_NOINHERIT"))


def read(path: str, most: int = LARGEST) -> bytes:
    """What the regular file ``path`` holds. Raises OSError, also for a pipe and for a device: opening the one waits for
    a writer, and the other may have no end; and for what is larger than ``most``, as no program is."""
    with open(path, "rb", opener=_without_waiting) as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise OSError(NOT_REGULAR)
        if found.st_size > most:
            raise OSError(TOO_LARGE)
        text: bytes | None = file.read(found.st_size + 1)
        if text is not None and len(text) > found.st_size:  # files of the system have no size, and some of them no end
            text += file.read(most + 1 - len(text)) or b""
            if len(text) > most:
                raise OSError(TOO_LARGE)
    if text is None:  # as files of the system are that give what is to come
        raise OSError(NOT_REGULAR)
    return text


def read_into(buffer: bytearray, path: str) -> int:
    """Read the file ``path`` to the beginning of ``buffer``; how many bytes those are, or as many as have room where
    there may be more. Raises OSError. Thousands of files are read so: a file object for each would take as long."""
    file = os.open(path, _FLAGS)
    try:
        if hasattr(os, "readv"):
            size = os.readv(file, [buffer])
        else:
            text = os.read(file, len(buffer))
            size = len(text)
            buffer[:size] = text
        # Some systems give a file in pieces, of which this was the first.
        return len(buffer) if 0 < size < len(buffer) and os.read(file, 1) else size
    finally:
        os.close(file)


def _without_waiting(path: str, flags: int) -> int:
    """Open ``path``, be it a pipe that nobody writes to."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
