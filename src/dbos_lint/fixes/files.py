"""Files on the disk, replaced as a whole or not at all."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

from dbos_lint.reading import read


class ReplaceError(Exception):
    """Why a file keeps its old text, as a clause without a full stop."""


@contextmanager
def ending_tidily() -> Iterator[None]:
    """Where files are written, be asked to end (SIGTERM, SIGHUP) as by an interrupt: with nothing half done."""
    import signal

    def end(number: int, frame: object) -> None:
        raise SystemExit(128 + number)

    before = {}
    with suppress(ValueError):  # in a thread, where nothing can be asked
        for name in ("SIGTERM", "SIGHUP"):
            if (number := getattr(signal, name, None)) and signal.getsignal(number) == signal.SIG_DFL:
                before[number] = signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


LEADS_OUT = "a link that leads out of what was named"


def leads_out(path: str, folders: Iterable[str]) -> bool:
    """Whether ``path`` is a link to a file that is none of ``folders`` and stands below none: nobody has said that it
    may be written to."""
    target = os.path.realpath(path)
    return target != path and not any(
        target == real or target.startswith(os.path.join(real, "")) for real in map(os.path.realpath, folders)
    )


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
    with _unless_it_fails(new):
        with open(new, "xb") as file:
            _resemble(new, os.stat(path))
            _write(file, after)
        # As late as it can be: what somebody has written meanwhile must not be lost.
        if read(path) != before:
            raise ReplaceError("it has changed since it was read")
        os.replace(new, path)


def create(path: str, text: bytes) -> None:
    """Let there be a file ``path`` that holds ``text``. Raises ReplaceError, and leaves nothing behind then."""
    try:
        with open(path, "xb") as file, _unless_it_fails(path):
            _write(file, text)
    except OSError as error:
        raise ReplaceError(error.strerror or str(error)) from error


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


def _resemble(new: str, old: os.stat_result) -> None:
    """Give the file ``new`` the owner and the mode of the ``old`` one."""
    if hasattr(os, "chown"):
        with suppress(PermissionError):
            os.chown(new, old.st_uid, old.st_gid)
    os.chmod(new, stat.S_IMODE(old.st_mode))
