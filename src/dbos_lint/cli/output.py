"""What leaves the process: text on the standard output or in a file, and errors that end the command."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import BinaryIO

import click

from dbos_lint.reading import LARGEST, TOO_LARGE
from dbos_lint.wording import cause

INTERRUPTED = 130
# Those of dbos_lint.reporters, which is not loaded to tell what there is.
FORMATS = ("concise", "full", "json", "json-lines", "github", "sarif")


class Failure(click.ClickException):
    """What the user has to mend before the command can do its work."""

    exit_code = 2

    def format_message(self) -> str:
        return _harmless(self.message)


def emit(text: str | bytes, *, error: bool = False) -> None:
    """Print ``text``, whatever the output can encode, and quietly stop where nobody reads it. An
    ``error`` goes where it is in nobody's way."""
    stream = sys.stderr.buffer if error else sys.stdout.buffer
    if isinstance(text, str):
        text = text.encode(sys.stdout.encoding or "utf-8", "backslashreplace")
    try:
        stream.write(text)
        stream.flush()
    except OSError as error:
        _let_go(stream)
        if not isinstance(error, BrokenPipeError):
            raise Failure(f"cannot write the output: {cause(error)}") from None


def write(text: str | bytes, path: str) -> None:
    """Write ``text`` to the file ``path``, all of it or nothing."""
    from dbos_lint.writing import put  # most runs write no file

    data = text.encode("utf-8", "backslashreplace") if isinstance(text, str) else text
    try:
        put(path, data)
    except OSError as error:
        raise Failure(f"cannot write {path}: {cause(error)}") from None


def note(*lines: str) -> None:
    """Tell the user something that is no finding, line by line, where somebody listens."""
    if lines:
        with suppress(OSError):
            click.echo("\n".join(map(_harmless, lines)), err=True)


def given() -> bytes:
    """What comes from the standard input."""
    try:
        text = sys.stdin.buffer.read(LARGEST + 1)
    except OSError as error:
        raise Failure(f"cannot read the standard input: {cause(error)}") from None
    if len(text) > LARGEST:
        raise Failure(f"cannot read the standard input: it is {TOO_LARGE}")
    return text


def flush_streams() -> None:
    """Leave nothing in the standard streams that cannot be written: what is lost has been said, where it could be."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            _let_go(stream.buffer)


def _let_go(stream: BinaryIO) -> None:
    """Let ``stream`` lead nowhere: Python flushes it once more when it ends, and would complain then."""
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())


def open_streams() -> None:
    """Put something in place of standard streams that are closed, or the next file to be opened would be taken for one.

    Reading from them, and writing to them, fails; but what goes to the standard error is in nobody's way.
    """
    for name, number, flags, mode in (
        ("stdin", 0, os.O_WRONLY, "r"),
        ("stdout", 1, os.O_RDONLY, "w"),
        ("stderr", 2, os.O_WRONLY, "w"),
    ):
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, flags)
            if descriptor != number:
                os.dup2(descriptor, number)
                os.close(descriptor)
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", errors="backslashreplace", closefd=False))


def _harmless(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text  # as nearly all of it: nothing has to be loaded to know that

    from dbos_lint.reporters.terminal import harmless

    return harmless(text)


def wants_color(when: str) -> bool:
    """Whether to colour what goes to the standard output: ``always``, ``never``, or ``auto``, where it shows."""
    if when != "auto":
        return when == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
