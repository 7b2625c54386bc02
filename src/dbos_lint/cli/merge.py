"""``dbos-lint merge``: the outputs of several runs as the output of one."""

from __future__ import annotations

from pathlib import Path

import click

from dbos_lint.cli.output import Failure, emit, write


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
        result = merged([(name, Path(name).read_bytes()) for name in outputs])
    except OSError as error:
        raise Failure(f"cannot read {error.filename}: {error.strerror}") from None
    except MergeError as error:
        raise Failure(str(error)) from None
    if output_file is None:
        emit(result.text)
    else:
        write(result.text, output_file)
    context.exit(1 if result.findings and not exit_zero else 0)
