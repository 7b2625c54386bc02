"""``dbos-lint diff``: what changed between two revisions that runs in flight would stumble over."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

from dbos_lint.cli.output import FORMATS, Failure, emit, note, wants_color, write
from dbos_lint.wording import counted


@click.command(
    short_help="Compare the workflows of two revisions.",
    epilog="Exit code: 0 clean, 1 findings, 2 wrong usage or configuration.",
)
@click.argument("old", default="HEAD")
@click.argument("new", required=False)
@click.option("--path", "paths", multiple=True, metavar="PATH", help="Look below this path only.  [default: all]")
@click.option("--config", metavar="FILE", help="Read the options from this file, not from the nearest one.")
@click.option("--isolated", is_flag=True, help="Read no configuration file.")
@click.option(
    "--output-format", type=click.Choice(FORMATS), default="full", show_default=True, help="How to print findings."
)
@click.option("--output-file", metavar="FILE", help="Write findings to this file.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 also where there are findings.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True)
@click.option("-q", "--quiet", is_flag=True, help="Print findings and nothing else.")
@click.pass_context
def diff(
    context: click.Context,
    /,
    old: str,
    new: str | None,
    paths: tuple[str, ...],
    config: str | None,
    isolated: bool,
    output_format: str,
    output_file: str | None,
    exit_zero: bool,
    color: str,
    quiet: bool,
) -> None:
    """Find changes of workflows between OLD and NEW that break runs in flight: other durable calls, renamed steps,
    patches that were removed too early.

    OLD (by default HEAD) and NEW (by default what is in the working folder) are commits, branches or tags of git, or
    folders.
    """
    from dbos_lint.configuration import Configuration, SettingsError
    from dbos_lint.discovery import MissingPathError
    from dbos_lint.paths import absolute, shown
    from dbos_lint.reporters import TEXT_FORMATS, render
    from dbos_lint.reporters.report import Report
    from dbos_lint.reporters.sources import reader
    from dbos_lint.shape.report import changes
    from dbos_lint.shape.revisions import RevisionError, laid_out

    cwd = os.getcwd()
    file = None if config is None else absolute(config)
    below = tuple(os.path.relpath(absolute(path), cwd) for path in paths or (".",))
    for path in below:
        if path.split(os.sep)[0] == os.pardir:  # where other revisions are laid out, other things stand there
            raise Failure(f"{path} leads out of the working folder, and only what is below it is compared")
    try:
        with laid_out(old, cwd) as before, laid_out(new, cwd) as after:
            configurations = (Configuration(folder, file, isolated) for folder in (before, after))
            compared = changes(before, after, below, *configurations)
            found = compared.diagnostics
            unread = [
                f"warning: {shown(_moved(path, folder, cwd), cwd)}{at}: {why}"
                for folder, at, files in (
                    (before, f" at {old}", compared.unread_before),
                    (after, f" at {new}" if new else "", compared.unread_after),
                )
                for path, why in files.items()
            ]
            sources = reader()

            # A commit that is laid out elsewhere is spoken of as if it were here.
            def lines(path: str, folder: str = after) -> Sequence[str]:
                return sources(_moved(path, cwd, folder))

            here = tuple(each._replace(filename=_moved(each.filename, after, cwd)) for each in found)
            text = render(Report(here, cwd, lines, not output_file and wants_color(color)), output_format)
    except (RevisionError, SettingsError) as error:
        raise Failure(str(error)) from None
    except MissingPathError as error:
        raise Failure(f"{error} is in neither revision") from None
    note(*unread)
    if output_format in TEXT_FORMATS and not quiet:
        text += f"Found {counted(len(found), 'change')}.\n" if found else "No workflow changed.\n"
    if output_file is None:
        emit(text)
    else:
        write(text, output_file)
    context.exit(1 if found and not exit_zero else 0)


def _moved(path: str, source: str, target: str) -> str:
    """``path``, which stands in the folder ``source``, as it would stand in ``target``."""
    return os.path.join(target, os.path.relpath(path, source))
