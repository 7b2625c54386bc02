"""One run of ``dbos-lint check``, from its options to its exit code."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import click

from dbos_lint import timings
from dbos_lint.cli import summary
from dbos_lint.cli.output import emit, given, note, wants_color, write
from dbos_lint.cli.summary import Offers
from dbos_lint.configuration import Configuration, Overrides
from dbos_lint.discovery import Discovery, LeftOut, discover
from dbos_lint.paths import STDIN, absolute, parent, shown
from dbos_lint.records import NamedTuple
from dbos_lint.reporters import FIX_FORMATS, STATISTICS_FORMATS, TEXT_FORMATS, render
from dbos_lint.results import RunResult

if TYPE_CHECKING:
    from dbos_lint.cache.run import Cache
    from dbos_lint.choice import Place
    from dbos_lint.cli.fixing import Done
    from dbos_lint.diagnostic import Diagnostic
    from dbos_lint.settings import Settings
    from dbos_lint.sharding import Shard

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
    fix: bool | None
    unsafe_fixes: bool | None
    diff: bool
    fix_only: bool
    show_fixes: bool
    fix_at: tuple[Place, ...] | None
    fixable: Codes | None
    unfixable: Codes | None
    exit_non_zero_on_fix: bool
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
    no_cache: bool
    cache_dir: str | None
    shard: Shard | None
    jobs: int | None
    timings: bool
    color: str
    debug: bool
    quiet: bool
    verbose: bool

    @property
    def forces_fix(self) -> bool | None:
        """Whether files are mended, whatever their settings say."""
        return True if self.fix_only or self.diff or self.fix_at else self.fix

    @property
    def only_fixes(self) -> bool:
        """Whether findings are of no interest, but for what is mended."""
        return self.diff or self.fix_only

    @property
    def reads_stdin(self) -> bool:
        return self.paths == (STDIN,) or (not self.paths and self.stdin_filename is not None)


def run(options: Options) -> int:
    """Do what ``options`` ask for, and give the exit code."""
    if not options.timings:
        return _run(options)
    with timings.measured() as clock:
        code = _run(options._replace(jobs=1))
    note(*clock.table(os.getcwd()))
    return code


def _run(options: Options) -> int:
    _refuse_contradictions(options)
    cwd = os.getcwd()
    configuration = _configuration(options, cwd)
    if options.reads_stdin:
        return _check_stdin(options, configuration)
    with timings.phase("find"):
        found = discover(options.paths or (".",), configuration, force_exclude=options.force_exclude)
    is_empty = not found.files and not found.unreadable
    if options.shard is not None:
        from dbos_lint.sharding import part

        found = part(found, options.shard, str(configuration.for_folder(cwd).root))
    if options.show_files:
        return _show_files(found)
    if options.show_settings:
        path = found.files[0] if found.files else f"{cwd}/{STDIN}"
        return _show_settings(path, configuration.for_file(path))
    if is_empty:
        if not options.quiet:
            note("warning: no Python files found under the given paths")
        return _report(RunResult(()), options, configuration, left_out=found.left_out)
    from dbos_lint.runner import default_jobs, run_files

    if options.verbose:
        note(*_targets(found.files, configuration))

    jobs = options.jobs or default_jobs()
    if not any(configuration.for_folder(folder).fix for folder in set(map(parent, found.files))):
        result = run_files(found, configuration, jobs=jobs, cache=_cache(options))
        return _report(result, options, configuration, left_out=found.left_out)

    def lint(texts: Mapping[str, bytes]) -> RunResult:
        return run_files(found, configuration, jobs=jobs, texts=texts)

    from dbos_lint.cli import fixing
    from dbos_lint.fixes.project import Files

    files = Files(lint, configuration.for_file)
    if options.diff:
        done = fixing.print_patch(files, options.fix_at, cwd, options.output_file)
    else:
        done = fixing.write_files(files, options.fix_at, cwd, options.paths or (".",))
    return _report(done.result, options, configuration, done=done, left_out=found.left_out)


def _cache(options: Options, texts: Mapping[str, bytes] | None = None) -> Cache | None:
    """What earlier runs have kept, or have found in these ``texts``. Runs that mend have none: nothing but what was
    just seen may change a file."""
    if options.no_cache:
        return None
    from dbos_lint.cache.run import Cache
    from dbos_lint.cache.store import default_folder

    def warn(text: str) -> None:
        if options.verbose:
            note(f"warning: {text}")

    folder = absolute(options.cache_dir) if options.cache_dir else default_folder()
    return None if folder is None else Cache(folder, warn, texts=texts)


def _refuse_contradictions(options: Options) -> None:
    if STDIN in options.paths and options.paths != (STDIN,):
        raise click.UsageError("The standard input, -, cannot be linted together with other paths.")
    if options.stdin_filename is not None and not options.reads_stdin:
        raise click.UsageError("--stdin-filename names the standard input, so it needs - instead of paths.")
    if options.config is not None and options.isolated:
        raise click.UsageError("--config and --isolated exclude each other.")
    if options.shard is not None and options.reads_stdin:
        raise click.UsageError("--shard divides files, and the standard input is one.")
    if options.show_fixes and options.diff:
        raise click.UsageError("--show-fixes and --diff exclude each other.")
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
        fix=options.forces_fix,
        unsafe_fixes=options.unsafe_fixes,
        fixable=options.fixable,
        unfixable=options.unfixable or (),
    )
    return Configuration(cwd, options.config, options.isolated, overrides)


def _check_stdin(options: Options, configuration: Configuration) -> int:
    path = absolute(options.stdin_filename or STDIN)
    if options.show_files:
        return _show_files(Discovery((path,)))
    if options.show_settings:
        return _show_settings(path, configuration.for_file(path))
    from dbos_lint.runner import run_stdin

    source = given()
    if options.verbose:
        note(*_targets((path,), configuration))

    if not configuration.for_file(path).fix:
        result = run_stdin(source, path, configuration, _cache(options, {path: source}))
        return _report(result, options, configuration, (path, source))

    def lint(texts: Mapping[str, bytes]) -> RunResult:
        return run_stdin(texts.get(path, source), path, configuration)

    from dbos_lint.cli import fixing
    from dbos_lint.fixes.project import Files

    files = Files(lint, configuration.for_file)
    if options.diff:
        done = fixing.print_patch(files, options.fix_at, configuration.cwd, options.output_file)
        return _report(done.result, options, configuration, done=done)
    done, after = fixing.print_source(files, options.fix_at, configuration.cwd, source)
    return _report(done.result, options, configuration, (path, after), done)


def _report(
    result: RunResult,
    options: Options,
    configuration: Configuration,
    stdin: tuple[str, bytes] | None = None,
    done: Done | None = None,
    left_out: Sequence[LeftOut] = (),
) -> int:
    """Print what came out, what was ``done`` about it included."""
    with timings.phase("report"):
        return _printed(result, options, configuration, stdin, done, left_out)


def _printed(
    result: RunResult,
    options: Options,
    configuration: Configuration,
    stdin: tuple[str, bytes] | None,
    done: Done | None,
    left_out: Sequence[LeftOut],
) -> int:
    fixable, offers = _offers(result.diagnostics, configuration, done)
    findings = () if options.only_fixes else result.diagnostics
    text = "" if options.only_fixes else _rendered(findings, options, configuration.cwd, stdin, fixable)
    if options.output_format in TEXT_FORMATS or options.only_fixes:
        text += _closing(len(findings), options, offers, done)
        if not options.quiet and not options.only_fixes:
            files = sum(1 for item in left_out if item.path.endswith(".py"))
            text += summary.unknown(result.failed, files, result.unresolved, result.varied)
    if options.output_file is not None and not options.diff:
        write(text, options.output_file)
    else:
        # The standard output is taken by the patch, or the program: what else there is to say is in nobody's way.
        emit(text, error=done is not None and (options.diff or options.reads_stdin))
    if options.only_fixes:
        _warn_of_unreadable(result.diagnostics, configuration.cwd)
    if options.verbose:
        note(*_details(result, left_out, configuration.cwd))
    if options.debug:
        for crash in result.crashes:
            note(f"{crash.filename}:", *crash.traceback.splitlines())
    if done is not None and done.failed:
        return 2
    mended = done is not None and done.total > 0 and (options.diff or options.exit_non_zero_on_fix)
    return 1 if (findings or mended) and not options.exit_zero else 0


def _warn_of_unreadable(diagnostics: Iterable[Diagnostic], cwd: str) -> None:
    """Say, where no findings are printed, which files nothing could be mended in."""
    from dbos_lint.rules.declared.meta import UNREADABLE_FILE

    for found in diagnostics:
        if found.code == UNREADABLE_FILE.code:
            note(f"warning: {shown(found.filename, cwd)}:{found.start.row}: {found.message}")


def _offers(
    diagnostics: tuple[Diagnostic, ...], configuration: Configuration, done: Done | None
) -> tuple[Callable[[Diagnostic], bool], Offers]:
    """What tells whether ``--fix`` would mend a finding, and for how many that is so."""
    if all(found.fix is None for found in diagnostics):
        return lambda found: False, Offers()
    from dbos_lint.choice import is_applicable, is_hidden

    def fixable(found: Diagnostic) -> bool:
        tried = done is not None and done.is_dropped(found)
        return not tried and is_applicable(found, configuration.for_file(found.filename))

    def hidden(found: Diagnostic) -> bool:
        settings = configuration.for_file(found.filename)
        return settings.unsafe_fixes is None and is_hidden(found, settings)

    return fixable, Offers(sum(map(fixable, diagnostics)), sum(map(hidden, diagnostics)))


def _closing(remaining: int, options: Options, offers: Offers, done: Done | None) -> str:
    """The last lines, and before them what was fixed."""
    fixed = done.fixed if done is not None else ()
    text = summary.enumeration(fixed, os.getcwd()) if options.show_fixes else ""
    if options.quiet:
        return text
    total = done.total if done is not None else 0
    if options.only_fixes:
        return text + summary.fixes_only(total, offers.hidden, would=options.diff)
    return text + summary.closing(remaining, total, offers)


def _rendered(
    diagnostics: tuple[Diagnostic, ...],
    options: Options,
    cwd: str,
    stdin: tuple[str, bytes] | None,
    fixable: Callable[[Diagnostic], bool],
) -> str:
    if not diagnostics and options.output_format in TEXT_FORMATS:
        return ""
    from dbos_lint.reporters.report import Report
    from dbos_lint.reporters.sources import content, reader

    color = options.output_file is None and wants_color(options.color)
    report = Report(diagnostics, cwd, reader(stdin), color, fixable)
    if options.output_format in FIX_FORMATS and any(found.fix is not None for found in diagnostics):
        from dbos_lint.fixes import replacements

        report = report._replace(replacements=replacements.reader(partial(content, stdin=stdin)))
    if options.statistics:
        from dbos_lint.reporters import statistics

        return statistics.render(report, options.output_format)
    return render(report, options.output_format)


def _targets(paths: Iterable[str], configuration: Configuration) -> list[str]:
    """For which dbos the files are linted, and who says so."""
    from dbos_lint.cli.describe import described_target

    settings = map(configuration.for_file, paths)
    return list(dict.fromkeys(map(described_target, settings)))


def _details(result: RunResult, left_out: Iterable[LeftOut], cwd: str) -> list[str]:
    """What was not judged, one by one, and the counts of everything."""
    lines = [f"skipped: {shown(item.path, cwd)} ({item.reason})" for item in left_out]
    for file in result.files:
        name = shown(file.filename, cwd)
        if file.failed:
            lines.append(f"not linted, or not by every rule: {name}")
        lines += (f"not followed: a call at {name}:{row}" for row in file.unresolved)
        if file.varied:
            lines.append(
                f"followed in part: {name} (of too many different objects, none that '{file.varied}' is given)"
            )
    lines += (
        f"files: {len(result.files)}",
        f"files that could not be linted: {result.failed}",
        f"findings that a comment suppressed: {result.suppressed}",
        f"calls that could not be followed: {result.unresolved}",
    )
    return lines


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
