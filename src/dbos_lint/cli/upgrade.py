"""``dbos-lint upgrade``: from one release of dbos to a later one."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import click

from dbos_lint.cli.output import Failure, emit, note

if TYPE_CHECKING:
    from dbos_lint.catalog.history import Version
    from dbos_lint.configuration import Configuration
    from dbos_lint.discovery import Discovery


def _release(_context: click.Context, _option: click.Parameter, value: str | None) -> Version | None:
    """``2.31`` or ``2.31.1`` as a version."""
    if value is None:
        return None
    match = re.fullmatch(r"v?(\d{1,9})\.(\d{1,9})(\.\d+)*", value)
    if match is None:
        raise click.BadParameter(f"'{value}' is no release such as 2.31.")
    return int(match[1]), int(match[2])


@click.command(
    short_help="Rewrite a program for a later release of dbos.",
    epilog="Exit code: 0 nothing is left to do by hand, 1 something is (or --diff shows changes), 2 wrong usage or "
    "configuration.",
)
@click.argument("paths", nargs=-1)
@click.option(
    "--from", "since", callback=_release, metavar="VERSION", help="The dbos it is for.  [default: what it requires]"
)
@click.option(
    "--to", "until", callback=_release, metavar="VERSION", help="The dbos it is to be for.  [default: the newest known]"
)
@click.option("--diff", is_flag=True, help="Change nothing: print a patch, and the report to the standard error.")
@click.option("--safe-only", is_flag=True, help="Rewrite only what does the same for certain.")
@click.option("--config", metavar="FILE", help="Read the options from this file, not from the nearest one.")
@click.option("--isolated", is_flag=True, help="Read no configuration file, nor what the project requires.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("-q", "--quiet", is_flag=True, help="Print no report.")
@click.pass_context
def upgrade(
    context: click.Context,
    /,
    paths: tuple[str, ...],
    since: Version | None,
    until: Version | None,
    diff: bool,
    safe_only: bool,
    config: str | None,
    isolated: bool,
    output_format: str,
    quiet: bool,
) -> None:
    """Rewrite the programs below PATHS (by default the working folder) for a later release of dbos, and say what was
    rewritten, what is left to do by hand, and what changes without a rewrite.

    Everything that can be rewritten is, across files; what a person should review is marked. Commit before you run
    it, and read the difference.
    """
    from dbos_lint.configuration import Configuration, SettingsError
    from dbos_lint.discovery import MissingPathError, discover
    from dbos_lint.fixes.difference import patch
    from dbos_lint.fixes.files import ending_tidily
    from dbos_lint.paths import absolute, shown
    from dbos_lint.upgrade.report import as_json, text
    from dbos_lint.upgrade.run import Request
    from dbos_lint.upgrade.run import upgrade as run
    from dbos_lint.upgrade.writing import WriteError, write_all

    if config is not None and isolated:
        raise click.UsageError("--config and --isolated exclude each other.")
    cwd = os.getcwd()
    configuration = Configuration(cwd, config, isolated)
    try:
        found = discover(paths or (".",), configuration)
        first, last = _releases(found, configuration, since, until)
        named = tuple(map(absolute, paths or (".",)))
        report, before = run(found, configuration, Request(first, last, safe_only, diff, isolated, named))
    except MissingPathError as error:
        raise Failure(f"no such file or folder: {error}") from None
    except SettingsError as error:
        raise Failure(str(error)) from None
    texts = {path: new for project in report.projects for path, new in project.texts.items()}
    if not diff:
        try:
            with ending_tidily():
                write_all(before, texts)
        except WriteError as error:
            raise Failure(f"{shown(error.path, cwd)} cannot be written: {error}; {error.others}") from None
    elif output_format == "text":
        emit(b"".join(patch(shown(path, cwd), before.get(path, b""), texts[path]) for path in report.changed))
    if not quiet:
        if output_format == "json":
            emit(as_json(report))
        elif diff:
            note(*text(report).rstrip("\n").split("\n"))
        else:
            emit(text(report))
    context.exit(1 if report.by_hand or (diff and texts) else 0)


def _releases(
    found: Discovery, configuration: Configuration, since: Version | None, until: Version | None
) -> tuple[Version, Version]:
    """From which release to which; what the projects say where nobody else does."""
    from dbos_lint.catalog.history import history, label, version

    last = until or history().newest
    if last > history().newest:
        raise click.UsageError(f"The newest dbos that is known here is {label(history().newest)}.")
    if since is None:
        settings = [configuration.for_file(path) for path in found.files]
        told = [version(each.dbos_version) for each in settings if each.version_source]
        if not told:
            raise click.UsageError("No file says which dbos the program is for: say it with --from.")
        since = min(told)
    if since >= last:
        raise click.UsageError(f"The program is for dbos {label(since)}, which is no older than {label(last)}.")
    return since, last
