"""The result of one file as plain values that JSON can hold, and back."""

from __future__ import annotations

from typing import Any, get_args

from dbos_lint import fix
from dbos_lint.diagnostic import Confidence, Diagnostic, Level, Position, TraceStep
from dbos_lint.fix import Applicability, Fix
from dbos_lint.linter import FileResult
from dbos_lint.rules.registry import RULES
from dbos_lint.syntax.spans import Span

_CHANGES: dict[str, Any] = {kind.__name__: kind for kind in (*get_args(fix.Change), Span)}


def plain(result: FileResult) -> list[Any]:
    """``result`` as lists, texts and numbers, without its text."""
    findings = [_plain_finding(each) for each in result.diagnostics]
    return [result.suppressed, result.unresolved, findings, result.failed, result.varied]


def result_of(path: str, values: Any, source: bytes) -> FileResult:
    """The result that ``values`` were made of; any exception says that they are not what :func:`plain` makes."""
    suppressed, unresolved, findings, failed, varied = values
    found = tuple(_finding(path, *each) for each in findings)
    fixable = any(each.fix is not None for each in found)
    return FileResult(
        path,
        found,
        int(suppressed),
        tuple(map(int, unresolved)),
        source if fixable else b"",
        failed=bool(failed),
        varied=str(varied),
    )


def has_fix(values: Any) -> bool:
    """Whether a finding of ``values`` has a fix, so that its text is needed."""
    return any(each[9] is not None for each in values[2])


def _plain_finding(found: Diagnostic) -> list[Any]:
    return [
        found.code,
        (found.start.row, found.start.column, found.end.row, found.end.column),
        found.message,
        [(step.label, step.filename, step.row) for step in found.trace],
        found.statement,
        found.own_level,
        found.confidence,
        found.by_hand,
        found.filename,
        _plain_fix(found.fix),
    ]


def _finding(
    path: str,
    code: str,
    span: tuple[int, int, int, int],
    message: str,
    trace: list[tuple[str, str, int]],
    statement: tuple[int, int],
    level: str | None,
    confidence: str,
    by_hand: str,
    filename: str,
    mended: Any,
) -> Diagnostic:
    row, column, end_row, end_column = map(int, span)
    first, last = map(int, statement)
    if filename != path:
        raise ValueError(filename)
    return Diagnostic(
        RULES[code],
        path,
        Position(row, column),
        Position(end_row, end_column),
        message + "",
        tuple(TraceStep(label + "", _program(file, path), int(at)) for label, file, at in trace),
        (first, last),
        None if level is None else Level(level),
        Confidence(confidence),
        None if mended is None else _fix(*mended),
        by_hand + "",
    )


def _program(file: str, path: str) -> str:
    """``file``, of which a line may be shown: nothing but a program is."""
    if file != path and not file.endswith(".py"):
        raise ValueError(file)
    return file


def _plain_fix(mended: Fix | None) -> Any:
    if mended is None:
        return None
    elsewhere = [(path, _plain_change(changes)) for path, changes in mended.elsewhere]
    return [mended.title, mended.applicability, _plain_change(mended.changes), elsewhere]


def _fix(title: str, applicability: str, changes: Any, elsewhere: Any) -> Fix:
    others = tuple((path + "", _change(each)) for path, each in elsewhere)
    return Fix(title + "", Applicability(applicability), _change(changes), others)


def _plain_change(value: Any) -> Any:
    """A change is an object with its name, a tuple a list; texts, numbers and None are themselves."""
    name = type(value).__name__
    if name in _CHANGES:
        parts = value if name == Span.__name__ else value.parts()
        return {name: list(map(_plain_change, parts))}
    return list(map(_plain_change, value)) if isinstance(value, tuple) else value


def _change(value: Any) -> Any:
    if isinstance(value, dict):
        ((name, parts),) = value.items()
        return _CHANGES[name](*map(_change, parts))
    return tuple(map(_change, value)) if isinstance(value, list) else value
