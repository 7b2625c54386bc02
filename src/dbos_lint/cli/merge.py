"""``dbos-lint merge``: the outputs of several runs as the output of one."""

from __future__ import annotations

import click

from dbos_lint.cli.output import Failure, emit, write
from dbos_lint.wording import cause

# The findings of some hundred thousand lines that are all wrong.
_LARGEST = 500_000_000


@click.command(
    short_help="Put the outputs of several runs together.", epilog="Exit code: 0 clean, 1 findings, 2 failed."
)
@click.argument("outputs", nargs=-1, required=True, metavar="FILES")
@click.option("--output-file", metavar="FILE", help="Write findings to this file.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 also where there are findings.")
@click.pass_context
def merge(context: click.Context, /, outputs: tuple[str, ...], output_file: str | None, exit_zero: bool) -> None:
    """Print what one run of check would have printed, of which FILES hold the parts: the outputs of its shards, all as
    json-lines, json or sarif."""
    from dbos_lint.merging import MergeError, merged

    try:
        result = merged([(name, _read(name)) for name in outputs])
    except MergeError as error:
        raise Failure(str(error)) from None
    if output_file is None:
        emit(result.text)
    else:
        write(result.text, output_file)
    context.exit(1 if result.findings and not exit_zero else 0)


def _read(name: str) -> bytes:
    """What a file holds, or a pipe that a shell has put in its place."""
    try:
        with open(name, "rb") as file:
            text = file.read(_LARGEST + 1)
    except OSError as error:
        raise Failure(f"cannot read {name}: {cause(error)}") from None
    if len(text) > _LARGEST:
        raise Failure(f"cannot read {name}: larger than {_LARGEST // 1_000_000} MB")
    return text
