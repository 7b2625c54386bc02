"""Files on the disk, replaced as a whole or not at all."""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress

from dbos_lint.reading import read


class ReplaceError(Exception):
    """Why a file keeps its old text, as a clause without a full stop."""


def replace(path: str, before: bytes, after: bytes) -> None:
    """Let the file ``path``, which holds ``before``, hold ``after``. Raises ReplaceError, and leaves the old file then.

    The new text is written to a file next to it, which takes its place in one step and has its mode and, where that is
    allowed, its owner. Links to it lead to the new text; another *hard* link keeps the old one, as environments need it
    whose files are shared with a cache.
    """
    try:
        _replace(os.path.realpath(path, strict=True), before, after)
    except OSError as error:
        raise ReplaceError(error.strerror or str(error)) from error


def _replace(path: str, before: bytes, after: bytes) -> None:
    if read(path) == after:  # by another name of it, or another run
        return
    # Replacing takes no more than a folder that can be written to: a file that is write-protected is so on purpose.
    if not os.access(path, os.W_OK):
        raise ReplaceError("it is write-protected")
    new = os.path.join(os.path.dirname(path), f".dbos-lint-{os.getpid()}-{secrets.token_hex(4)}.tmp")
    try:
        with open(new, "xb") as file:
            _resemble(new, os.stat(path))
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        # As late as it can be: what somebody has written meanwhile must not be lost.
        if read(path) != before:
            raise ReplaceError("it has changed since it was read")
        os.replace(new, path)
    except BaseException:  # an interrupt, too, leaves nothing behind
        with suppress(FileNotFoundError):
            os.unlink(new)
        raise


def _resemble(new: str, old: os.stat_result) -> None:
    """Give the file ``new`` the owner and the mode of the ``old`` one."""
    if hasattr(os, "chown"):
        with suppress(PermissionError):
            os.chown(new, old.st_uid, old.st_gid)
    os.chmod(new, stat.S_IMODE(old.st_mode))
