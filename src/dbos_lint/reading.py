"""The one way to read a file that nobody has named: it never waits, and never reads without end."""

from __future__ import annotations

import os
import stat

NOT_REGULAR = "not a regular file"


def read(path: str) -> bytes:
    """What the regular file ``path`` holds. Raises OSError, also for a pipe and for a device: opening the one waits for
    a writer, and the other may have no end."""
    with open(path, "rb", opener=_without_waiting) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(NOT_REGULAR)
        return file.read()


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
