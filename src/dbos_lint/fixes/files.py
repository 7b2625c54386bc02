"""Files on the disk, replaced as a whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from dbos_lint import writing
from dbos_lint.reading import read
from dbos_lint.wording import cause


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
        raise ReplaceError(cause(error)) from error


def _replace(path: str, before: bytes, after: bytes) -> None:
    if read(path) == after:  # by another name of it, or another run
        return
    # Replacing takes no more than a folder that can be written to: a file that is write-protected is so on purpose.
    if not os.access(path, os.W_OK):
        raise ReplaceError("it is write-protected")
    with writing.draft(path, after) as new:
        # As late as it can be: what somebody has written meanwhile must not be lost.
        if read(path) != before:
            raise ReplaceError("it has changed since it was read")
        os.replace(new, path)


def create(path: str, text: bytes) -> None:
    """Let there be a file ``path`` that holds ``text``. Raises ReplaceError, and leaves nothing behind then."""
    try:
        writing.create(path, text)
    except OSError as error:
        raise ReplaceError(cause(error)) from error
