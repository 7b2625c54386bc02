"""What leaves the process: text on the standard output or in a file, and errors that end the command."""

from __future__ import annotations

import os
import sys

import click

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
    except BrokenPipeError:
        # Python flushes once more when it ends, and would complain then.
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
    except OSError as error:
        raise Failure(f"cannot write the output: {error.strerror}") from None


def write(text: str | bytes, path: str) -> None:
    """Write ``text`` to the file ``path``."""
    data = text.encode("utf-8", "backslashreplace") if isinstance(text, str) else text
    try:
        with open(path, "wb") as file:
            file.write(data)
    except OSError as error:
        raise Failure(f"cannot write {path}: {error.strerror}") from None


def note(*lines: str) -> None:
    """Tell the user something that is no finding, line by line."""
    click.echo("\n".join(map(_harmless, lines)), err=True)


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
