"""One run of ``dbos-lint check``, from its options to its exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import click

from dbos_lint.cli.output import emit, note, wants_color, write
from dbos_lint.configuration import Configuration, Overrides
from dbos_lint.discovery import Discovery, discover
from dbos_lint.paths import STDIN, absolute
from dbos_lint.reporters import STATISTICS_FORMATS, TEXT_FORMATS, render

if TYPE_CHECKING:
    from dbos_lint.diagnostic import Diagnostic
    from dbos_lint.results import RunResult
    from dbos_lint.settings import Settings

Codes = tuple[str, ...]


class Options(NamedTuple):
    """The options of the command, read and checked one by one."""

    paths: tuple[str, ...]
    select: Codes | None
    ignore: Codes | None
    extend_select: Codes | None
    extend_ignore: Codes | None
    per_file_ignores: tuple[tuple[str, Codes], ...] | None
    exclude: tuple[str, ...] | None
    extend_exclude: tuple[str, ...] | None
    force_exclude: bool
    respect_gitignore: bool | None
    preset: str | None
    dbos_version: str | None
    config: str | None
    isolated: bool
    output_format: str
    output_file: str | None
    stdin_filename: str | None
    statistics: bool
    exit_zero: bool
    show_files: bool
    show_settings: bool
    jobs: int | None
    color: str
    debug: bool
    quiet: bool
    verbose: bool

    @property
    def reads_stdin(self) -> bool:
        return self.paths == (STDIN,) or (not self.paths and self.stdin_filename is not None)


def run(options: Options) -> int:
    """Do what ``options`` ask for, and give the exit code."""
    _refuse_contradictions(options)
    cwd = os.getcwd()
    configuration = _configuration(options, cwd)
    if options.reads_stdin:
        return _check_stdin(options, configuration)
    found = discover(options.paths or (".",), configuration, force_exclude=options.force_exclude)
    if options.show_files:
        return _show_files(found)
    if options.show_settings:
        path = found.files[0] if found.files else f"{cwd}/{STDIN}"
        return _show_settings(path, configuration.for_file(path))
    if not found.files and not found.unreadable:
        if not options.quiet:
            note("warning: no Python files found under the given paths")
        return _report(None, options, cwd, None)
    from dbos_lint.runner import default_jobs, run_files

    if options.verbose:
        note(_targets(found.files, configuration))
    return _report(run_files(found, configuration, jobs=options.jobs or default_jobs()), options, cwd, None)


def _refuse_contradictions(options: Options) -> None:
    if STDIN in options.paths and options.paths != (STDIN,):
        raise click.UsageError("The standard input, -, cannot be linted together with other paths.")
    if options.stdin_filename is not None and not options.reads_stdin:
        raise click.UsageError("--stdin-filename names the standard input, so it needs - instead of paths.")
    if options.config is not None and options.isolated:
        raise click.UsageError("--config and --isolated exclude each other.")
    if options.quiet and options.verbose:
        raise click.UsageError("--quiet and --verbose exclude each other.")
    if options.statistics and options.output_format not in STATISTICS_FORMATS:
        raise click.UsageError(f"--statistics cannot be printed as {options.output_format}.")


def _configuration(options: Options, cwd: str) -> Configuration:
    overrides = Overrides(
        cwd,
        select=options.select,
        ignore=options.ignore or (),
        extend_select=options.extend_select or (),
        extend_ignore=options.extend_ignore or (),
        per_file_ignores=options.per_file_ignores,
        exclude=options.exclude,
        extend_exclude=options.extend_exclude or (),
        respect_gitignore=options.respect_gitignore,
        dbos_version=options.dbos_version,
        preset=options.preset,
    )
    return Configuration(cwd, options.config, options.isolated, overrides)


def _check_stdin(options: Options, configuration: Configuration) -> int:
    path = absolute(options.stdin_filename or STDIN)
    if options.show_files:
        return _show_files(Discovery((path,)))
    if options.show_settings:
        return _show_settings(path, configuration.for_file(path))
    from dbos_lint.runner import run_stdin

    source = sys.stdin.buffer.read()
    if options.verbose:
        note(_targets((path,), configuration))
    return _report(run_stdin(source, path, configuration), options, configuration.cwd, (path, source))


def _report(result: RunResult | None, options: Options, cwd: str, stdin: tuple[str, bytes] | None) -> int:
    """Print what came out; without a result there was nothing to lint."""
    diagnostics = result.diagnostics if result is not None else ()
    text = _rendered(diagnostics, options, cwd, stdin)
    if options.output_format in TEXT_FORMATS and not options.quiet:
        text += _closing(len(diagnostics))
    if options.output_file is None:
        emit(text)
    else:
        write(text, options.output_file)
    if options.verbose:
        note(_counts(result))
    if options.debug and result is not None:
        for crash in result.crashes:
            note(f"{crash.filename}:\n{crash.traceback}")
    return 1 if diagnostics and not options.exit_zero else 0


def _rendered(diagnostics: tuple[Diagnostic, ...], options: Options, cwd: str, stdin: tuple[str, bytes] | None) -> str:
    if not diagnostics and options.output_format in TEXT_FORMATS:
        return ""
    from dbos_lint.reporters.report import Report
    from dbos_lint.reporters.sources import reader

    report = Report(diagnostics, cwd, reader(stdin), options.output_file is None and wants_color(options.color))
    if options.statistics:
        from dbos_lint.reporters import statistics

        return statistics.render(report, options.output_format)
    return render(report, options.output_format)


def _closing(findings: int) -> str:
    if not findings:
        return "All checks passed!\n"
    return f"Found {findings} error{'' if findings == 1 else 's'}.\n"


def _targets(paths: Iterable[str], configuration: Configuration) -> str:
    """For which dbos the files are linted, and who says so."""
    from dbos_lint.cli.describe import described_target

    settings = map(configuration.for_file, paths)
    return "\n".join(dict.fromkeys(map(described_target, settings)))


def _counts(result: RunResult | None) -> str:
    from dbos_lint.results import RunResult
    from dbos_lint.rules.declared.meta import UNREADABLE_FILE

    result = result or RunResult(())
    failed = sum(1 for found in result.diagnostics if found.code == UNREADABLE_FILE.code)
    return (
        f"files: {len(result.files)}\n"
        f"files that could not be linted: {failed}\n"
        f"findings that a comment suppressed: {result.suppressed}\n"
        f"calls that could not be followed: {result.unresolved}"
    )


def _show_files(found: Discovery) -> int:
    from dbos_lint.reporters.terminal import harmless

    emit("".join(f"{harmless(path)}\n" for path in found.files))
    for item in found.unreadable:
        note(f"warning: {item.path} cannot be read: {item.reason}")
    return 0


def _show_settings(path: str, settings: Settings) -> int:
    from dbos_lint.cli.describe import described
    from dbos_lint.reporters.terminal import harmless

    emit("".join(f"{harmless(line)}\n" for line in described(path, settings)))
    return 0
