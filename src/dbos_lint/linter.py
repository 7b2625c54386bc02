"""One file: source in, diagnostics out. The only way in for flake8, the runner and an editor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from dbos_lint import selection, timings
from dbos_lint.diagnostic import Diagnostic, Position
from dbos_lint.reading import LACK_OF_MEMORY
from dbos_lint.rules.declared.meta import UNKNOWN_CODE_IN_SUPPRESSION, UNREADABLE_FILE, UNUSED_SUPPRESSION
from dbos_lint.settings import Settings

if TYPE_CHECKING:
    from dbos_lint.consulted import Consulted
    from dbos_lint.rules.failures import Failure
    from dbos_lint.rules.visitor import Finding, Here
    from dbos_lint.semantics.analysis import Analysis
    from dbos_lint.semantics.collect import Collected
    from dbos_lint.semantics.program import Program
    from dbos_lint.syntax.parse import Fault, Source
    from dbos_lint.syntax.spans import Span


class FileResult:
    """What is known of one file.

    Its findings, sorted, after selection and suppression; how many findings a comment suppressed; the rows of the calls
    of durable code that could not be followed; the text that was linted, where a finding has a fix, which is for that
    text and no other; for ``--debug``, where the linter itself failed; what was ``consulted`` for it, and for no file
    before it, where that was asked for; whether it was not linted, or not by every rule, which is so even where nobody
    wants to be told of it; and a function that is given too ``varied`` objects to be followed with each of them, if
    the file leads to one.
    """

    __slots__ = (
        "consulted",
        "diagnostics",
        "failed",
        "filename",
        "source",
        "suppressed",
        "tracebacks",
        "unresolved",
        "varied",
    )

    def __init__(
        self,
        filename: str,
        diagnostics: tuple[Diagnostic, ...],
        suppressed: int = 0,
        unresolved: tuple[int, ...] = (),
        source: bytes = b"",
        tracebacks: tuple[str, ...] = (),
        failed: bool = False,
        varied: str = "",
    ) -> None:
        self.filename = filename
        self.diagnostics = diagnostics
        self.suppressed = suppressed
        self.unresolved = unresolved
        self.source = source
        self.tracebacks = tracebacks
        self.consulted: Consulted | None = None
        self.failed = failed
        self.varied = varied

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FileResult) and self._found() == other._found()

    def __repr__(self) -> str:
        return f"FileResult{self._found()}"

    def _found(self) -> tuple[object, ...]:
        """What was found, in which two results are the same or not: not of what, nor how."""
        return self.filename, self.diagnostics, self.suppressed, self.unresolved, self.failed, self.varied


def lint_source(
    source: bytes,
    filename: str,
    settings: Settings,
    *,
    noqa: bool = True,
    program: Program | None = None,
    parsed: Source | None = None,
) -> FileResult:
    """Lint ``source``, the bytes of the file ``filename`` (an absolute path; it need not exist).

    ``noqa`` is false for flake8 under ``--disable-noqa``. ``program`` holds what earlier files of the same run have
    taught of the project; without one, this file is judged with what it imports and nothing is kept. ``parsed`` is what
    ``source`` says, where that has been parsed already.
    Never raises: what cannot be decoded or parsed is a DBS001 diagnostic, and so is a fault of the linter itself, after
    which ``program`` is not to be used again.
    """
    try:
        return _lint(source, filename, settings, noqa, program, parsed)
    except Exception as error:
        return broken(filename, settings, error)


def failed(filename: str, settings: Settings, cause: str) -> FileResult:
    """A file that was not linted, said in the file's own place."""
    start = Position(1, 1)
    said = Diagnostic(UNREADABLE_FILE, filename, start, start, f"file is not linted: {cause}")
    return FileResult(filename, (said,) if said.code in _enabled(settings, filename) else (), failed=True)


def broken(filename: str, settings: Settings, error: Exception) -> FileResult:
    """A file that the linter itself failed on."""
    from traceback import format_exception

    cause = f"dbos-lint itself failed on it ({type(error).__name__}); please report this with the output of --debug"
    if isinstance(error, MemoryError):
        cause = LACK_OF_MEMORY
    frames = format_exception(type(error), error, error.__traceback__)
    result = failed(filename, settings, cause)
    result.tracebacks = ("".join(frames),)
    return result


def _enabled(settings: Settings, filename: str) -> frozenset[str]:
    return selection.enabled_codes(settings) - selection.ignored_for(settings, filename)


def _lint(
    source: bytes, filename: str, settings: Settings, noqa: bool, program: Program | None, parsed: Source | None
) -> FileResult:
    from dbos_lint.semantics.program import Program

    program = program or Program(settings)
    if not program.concerns(filename, source):
        return FileResult(filename, ())
    enabled = _enabled(settings, filename)
    if not enabled:
        return FileResult(filename, ())
    from dbos_lint.syntax.parse import Fault

    try:
        linted = program.linted(filename, source, parsed)
        if not isinstance(linted, Fault):
            parsed, collected = linted
            with timings.phase("judge"):
                judge = partial(_judge, source, parsed, collected, filename, settings, enabled, noqa)
                result, varied = program.ask(judge)
                result.varied = varied
                return result
    except RecursionError:
        linted = Fault("it nests too deeply to be judged", 1, 1)
    said = tuple(_fault(linted, filename)) if UNREADABLE_FILE.code in enabled else ()
    return FileResult(filename, said, failed=True)


def _judge(
    encoded: bytes,
    source: Source,
    collected: Collected,
    filename: str,
    settings: Settings,
    enabled: frozenset[str],
    noqa: bool,
    analysis: Analysis,
) -> FileResult:
    with timings.phase("load"):
        from dbos_lint.rules import check
        from dbos_lint.syntax import suppressions
        from dbos_lint.syntax.lines import Lines

    here = check(collected, analysis, enabled)
    unresolved = _unresolved(here)
    comments = suppressions.parse(source.text)
    lines = Lines(source)
    diagnostics = [_diagnostic(finding, filename, lines) for finding in _distinct(here.findings)]
    if UNKNOWN_CODE_IN_SUPPRESSION.code in enabled:
        diagnostics.extend(_unknown_codes(comments, filename))
    kept = [
        diagnostic
        for diagnostic in diagnostics
        if not comments.covers(diagnostic, require_reason=settings.require_reason, noqa=noqa)
    ]
    suppressed = len(diagnostics) - len(kept)
    tracebacks = tuple(each.traceback for each in here.failures)
    if UNUSED_SUPPRESSION.code in enabled and not tracebacks:  # what a rule would have found may be suppressed
        from dbos_lint.rules.unused import Unused

        hidden = [_diagnostic(finding, filename, lines) for finding in here.hidden]
        unused = Unused(comments, filename, source.text.split("\n"), settings.require_reason, noqa)
        kept.extend(unused.diagnostics([*diagnostics, *hidden], enabled, collected))
    failures = [_failure(each, filename) for each in here.failures] if UNREADABLE_FILE.code in enabled else []
    found = tuple(sorted([*_fixable(_once(kept), source.text, settings), *failures], key=Diagnostic.sort_key))
    linted = encoded if any(each.fix is not None for each in found) else b""
    return FileResult(filename, found, suppressed, unresolved, linted, tracebacks, failed=bool(tracebacks))


def _unresolved(here: Here) -> tuple[int, ...]:
    try:
        return tuple(sorted(span.row for span in here.unresolved))
    except Exception as error:
        here.failures.add(here, error)
        return ()


def _distinct(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Each of ``findings`` once. What mends them may be as large as the project: it is compared where all else says the
    same."""
    known: dict[tuple[str, Span, str], list[Finding]] = {}
    for finding in findings:
        alike = known.setdefault((finding.rule.code, finding.span, finding.message), [])
        if finding not in alike:
            alike.append(finding)
            yield finding


def _diagnostic(finding: Finding, filename: str, lines: object) -> Diagnostic:
    from dbos_lint.syntax.lines import Lines

    assert isinstance(lines, Lines)
    span = finding.span
    return Diagnostic(
        finding.rule,
        filename,
        lines.position(span.row, span.col),
        lines.position(span.end_row, span.end_col),
        finding.message,
        finding.trace,
        lines.statement(span.row),
        finding.level,
        finding.confidence,
        finding.fix,
        finding.by_hand,
    )


def _once(diagnostics: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """One finding of a code at a place: the one whose chain is shortest."""
    best: dict[tuple[str, Position], Diagnostic] = {}
    for diagnostic in diagnostics:
        key = (diagnostic.code, diagnostic.start)
        if key not in best or _weight(diagnostic) < _weight(best[key]):
            best[key] = diagnostic
    yield from best.values()


def _fixable(diagnostics: Iterable[Diagnostic], text: str, settings: Settings) -> Iterator[Diagnostic]:
    """``diagnostics``, without the fixes that the settings do not want; nobody mends what will be generated again."""
    from dbos_lint.syntax.generated import is_generated

    for diagnostic in diagnostics:
        if diagnostic.fix is None or (diagnostic.code in selection.fixable_codes(settings) and not is_generated(text)):
            yield diagnostic
        else:
            yield diagnostic._replace(fix=None)


def _weight(diagnostic: Diagnostic) -> tuple[int, str]:
    return len(diagnostic.trace), diagnostic.message


def _fault(fault: Fault, filename: str) -> Iterator[Diagnostic]:
    start = Position(fault.row, fault.column)
    yield Diagnostic(UNREADABLE_FILE, filename, start, start, f"file is not linted: {fault.message}")


def _failure(failure: Failure, filename: str) -> Diagnostic:
    """A fault of the linter, where it was met; no comment in the file can hide it."""
    start = Position(failure.row, failure.column)
    return Diagnostic(UNREADABLE_FILE, filename, start, start, failure.message)


def _unknown_codes(comments: object, filename: str) -> Iterator[Diagnostic]:
    from dbos_lint.rules.registry import RULES
    from dbos_lint.syntax.suppressions import Suppressions

    assert isinstance(comments, Suppressions)
    for named in comments.unknown_codes(RULES):
        message = f"there is no rule {named.code}: this comment suppresses nothing"
        yield Diagnostic(UNKNOWN_CODE_IN_SUPPRESSION, filename, named.start, named.end, message)
