"""The command ``dbos-lint``. It parses arguments and prints; it decides nothing about programs."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import NoReturn

import click

from dbos_lint import __version__
from dbos_lint.cli.output import INTERRUPTED, Failure, flush_streams, note, open_streams
from dbos_lint.garbage import left_alone
from dbos_lint.reading import LACK_OF_MEMORY
from dbos_lint.wording import cause

_COMMANDS = ("check", "clean", "diff", "merge", "rule", "upgrade")


class _Group(click.Group):
    """Commands that are modules of their own names: only the one that is called is imported."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"{__name__}.{cmd_name}"), cmd_name)
        return command


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="dbos-lint", message="%(prog)s %(version)s")
def cli() -> None:
    """Find what breaks durable DBOS workflows in Python before it ships."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command and leave with its exit code: 0 clean, 1 findings, 2 wrong usage or configuration."""
    # What is loaded and learnt is needed to the end, and then the process ends.
    with left_alone(kept=True):
        code = _run(arguments)
    flush_streams()
    sys.exit(code)


def _run(arguments: Sequence[str] | None) -> int:
    open_streams()
    try:
        os.getcwd()
    except OSError as error:
        note(f"Error: the working folder cannot be used: {cause(error)}")
        return Failure.exit_code
    try:
        code: int | None = cli.main(arguments, prog_name="dbos-lint", standalone_mode=False)
    except click.ClickException as error:
        code = error.exit_code
        with suppress(OSError):  # as in note()
            error.show()
    except (click.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    except MemoryError:
        code = Failure.exit_code
        note(f"Error: {LACK_OF_MEMORY}; --shard divides what is linted")
    except Exception as error:  # 1 would say that there are findings
        code = Failure.exit_code
        if isinstance(error, OSError) and error.filename is None:  # click's own output: of help, of an error
            note(f"Error: cannot write the output: {cause(error)}")
            return code
        from traceback import format_exc

        note(
            *format_exc().split("\n")[:-1], "Error: dbos-lint itself failed; please report this with what stands above"
        )
    return code or 0
