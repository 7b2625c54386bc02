"""Files written as a whole or not at all."""

from __future__ import annotations

import os
import secrets
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO


@contextmanager
def draft(path: str, text: bytes) -> Iterator[str]:
    """A file next to the file ``path`` that resembles it and holds ``text``, to take its place."""
    new = os.path.join(os.path.dirname(path), f".dbos-lint-{os.getpid()}-{secrets.token_hex(4)}.tmp")
    with _unless_it_fails(new):
        with open(new, "xb") as file:
            _resemble(new, path)
            _write(file, text)
        yield new


def put(path: str, text: bytes) -> None:
    """Let the file ``path`` hold ``text``, whether or not there is one: all of it or what was there before. A link, a
    pipe, and a file in a folder that cannot be written to are written to as they are. Raises OSError."""
    try:
        is_file = stat.S_ISREG(os.lstat(path).st_mode)
    except FileNotFoundError:
        create(path, text)
        return
    if is_file and os.access(os.path.dirname(path) or ".", os.W_OK):
        with open(path, "r+b"):  # who may not write to it may not replace it
            pass
        with draft(path, text) as new:
            os.replace(new, path)
    else:
        with open(path, "wb") as file:
            file.write(text)


def create(path: str, text: bytes) -> None:
    """Let there be a new file ``path`` that holds ``text``. Raises OSError, and leaves nothing behind then."""
    with open(path, "xb") as file, _unless_it_fails(path):
        _write(file, text)


def _write(file: BinaryIO, text: bytes) -> None:
    file.write(text)
    file.flush()
    os.fsync(file.fileno())


@contextmanager
def _unless_it_fails(path: str) -> Iterator[None]:
    """Take the new file ``path`` away again where what is done with it fails; an interrupt, too, leaves nothing."""
    try:
        yield
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(path)
        raise


def _resemble(new: str, old: str) -> None:
    """Give the file ``new`` the owner, the mode and the attributes, access lists among them, of the file ``old``."""
    status = os.stat(old)
    if hasattr(os, "chown"):
        with suppress(PermissionError):
            os.chown(new, status.st_uid, status.st_gid)
    os.chmod(new, stat.S_IMODE(status.st_mode))
    if sys.platform == "linux":
        with suppress(OSError):  # the file system may know none
            for name in os.listxattr(old):
                with suppress(OSError):  # not everybody may set each of them
                    os.setxattr(new, name, os.getxattr(old, name))
