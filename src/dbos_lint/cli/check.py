"""``dbos-lint check``: lint files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from dbos_lint.cli.output import FORMATS, Failure
from dbos_lint.settings import PRESETS

T = TypeVar("T")
V = TypeVar("V")


def _split(value: tuple[str, ...]) -> tuple[str, ...]:
    """The items of a list option, which may be repeated and hold several, separated by commas."""
    return tuple(item.strip() for text in value for item in text.split(",") if item.strip())


def _list(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...] | None:
    return _split(value) if value else None


def _codes(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...] | None:
    if not value:
        return None
    from dbos_lint.configuration import selectors

    return _checked(selectors, _split(value))


def _version(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    from dbos_lint.configuration import target_version

    return _checked(target_version, value)


def _pairs(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> object:
    """``pattern:CODE`` pairs; codes that follow without a pattern belong to the last one."""
    if not value:
        return None
    from dbos_lint.configuration import selectors

    pairs: list[tuple[str, tuple[str, ...]]] = []
    for item in _split(value):
        pattern, colon, code = item.rpartition(":")
        if not colon and not pairs:
            raise click.BadParameter(f"'{item}' is no pair of a pattern and a code, such as 'tests/*:DBS2'")
        codes = _checked(selectors, (code.strip(),))
        if colon:
            pairs.append((pattern.strip(), codes))
        else:
            pairs[-1] = (pairs[-1][0], pairs[-1][1] + codes)
    return tuple(pairs)


def _places(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> object:
    if not value:
        return None
    from dbos_lint.choice import place

    return tuple(_checked(place, text) for text in value)


def _shard(context: click.Context, parameter: click.Parameter, value: str | None) -> object:
    if value is None:
        return None
    from dbos_lint.sharding import shard

    return _checked(shard, value)


def _checked(read: Callable[[V], T], value: V) -> T:
    try:
        return read(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command(
    short_help="Lint files.",
    epilog="Exit code: 0 clean, 1 findings, 2 wrong usage or configuration, or a file that could not be written.",
)
@click.argument("paths", nargs=-1, metavar="[PATHS|-]")
@click.option("--select", multiple=True, callback=_codes, metavar="CODES", help="Run these rules and no others.")
@click.option("--ignore", multiple=True, callback=_codes, metavar="CODES", help="Turn these rules off.")
@click.option("--extend-select", multiple=True, callback=_codes, metavar="CODES", help="Run these rules as well.")
@click.option("--extend-ignore", multiple=True, callback=_codes, metavar="CODES", help="Turn these rules off as well.")
@click.option(
    "--per-file-ignores",
    multiple=True,
    callback=_pairs,
    metavar="PATTERN:CODES",
    help="Turn rules off in the files that a pattern matches.",
)
@click.option("--fix/--no-fix", default=None, help="Mend what can be mended safely.")
@click.option(
    "--unsafe-fixes/--no-unsafe-fixes",
    default=None,
    help="Let fixes count that may change what the program does: look at what they have done.",
)
@click.option("--diff", is_flag=True, help="Print what --fix would change as a patch, and change nothing.")
@click.option("--fix-only", is_flag=True, help="Mend, and do not report what is left.")
@click.option("--show-fixes", is_flag=True, help="List what was mended.")
@click.option(
    "--fix-at",
    multiple=True,
    callback=_places,
    metavar="FILE:LINE[:CODE]",
    help="Mend only what is found there. May be repeated.",
)
@click.option("--fixable", multiple=True, callback=_codes, metavar="CODES", help="Mend findings of these rules only.")
@click.option(
    "--unfixable", multiple=True, callback=_codes, metavar="CODES", help="Leave findings of these rules alone."
)
@click.option(
    "--exit-non-zero-on-fix", is_flag=True, help="Exit with 1 also where findings were mended and none is left."
)
@click.option(
    "--exclude", multiple=True, callback=_list, metavar="PATTERNS", help="Skip these, instead of the default ones."
)
@click.option("--extend-exclude", multiple=True, callback=_list, metavar="PATTERNS", help="Skip these as well.")
@click.option("--force-exclude", is_flag=True, help="Skip excluded files also where they are named in PATHS.")
@click.option(
    "--respect-gitignore/--no-respect-gitignore", default=None, help="Skip what git ignores.  [default: skip]"
)
@click.option(
    "--preset", type=click.Choice(PRESETS), help="Which rules run where none are selected, and whether guesses count."
)
@click.option("--dbos-version", callback=_version, metavar="VERSION", help="The dbos that the code is for.")
@click.option("--config", metavar="FILE", help="Read the options from this file, not from the nearest one.")
@click.option("--isolated", is_flag=True, help="Read no configuration file.")
@click.option(
    "--output-format", type=click.Choice(FORMATS), default="full", show_default=True, help="How to print findings."
)
@click.option("--output-file", metavar="FILE", help="Write findings to this file.")
@click.option("--stdin-filename", metavar="FILE", help="The name of what is read from the standard input.")
@click.option("--statistics", is_flag=True, help="Count the findings of each rule instead of showing them.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 also where there are findings.")
@click.option("--show-files", is_flag=True, help="List the files that would be linted.")
@click.option("--show-settings", is_flag=True, help="Show the options that hold for the first file.")
@click.option(
    "--no-cache", is_flag=True, envvar="DBOS_LINT_NO_CACHE", help="Neither use nor keep what earlier runs found out."
)
@click.option(
    "--cache-dir",
    metavar="FOLDER",
    envvar="DBOS_LINT_CACHE_DIR",
    help="Keep what was found out for later runs in this folder.  [default: the user's cache folder]",
)
@click.option("--shard", callback=_shard, metavar="K/N", help="Lint the K-th of N shares of the files.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Use at most N processes.  [default: all]")
@click.option("--timings", is_flag=True, help="Say where the time went; all is done in one process then.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True)
@click.option("--debug", is_flag=True, help="Show tracebacks of faults of the linter.")
@click.option("-q", "--quiet", is_flag=True, help="Print findings and nothing else.")
@click.option("-v", "--verbose", is_flag=True, help="Say also what was counted: files, calls not followed.")
@click.pass_context
def check(context: click.Context, /, **options: Any) -> None:
    """Lint the Python files in PATHS, by default those below the working folder; - is the standard input."""
    from dbos_lint.cli import session
    from dbos_lint.configuration import SettingsError
    from dbos_lint.discovery import MissingPathError

    try:
        code = session.run(session.Options(**options))
    except MissingPathError as error:
        raise Failure(f"no such file or folder: {error}") from None
    except SettingsError as error:
        raise Failure(str(error)) from None
    context.exit(code)
