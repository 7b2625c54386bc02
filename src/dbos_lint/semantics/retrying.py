"""Loops that try one thing again until it succeeds: what a loop's own text tells."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from dbos_lint.syntax.trees import end_of, name_of

Loop = ast.For | ast.AsyncFor | ast.While
_LEAVES_LOOP = (ast.Return, ast.Break)
_COUNTERS = frozenset({"range", "count"})


def attempts(loop: Loop) -> Iterator[ast.Try]:
    """The ``try`` statements of ``loop`` that are left when they succeed, and tried again when they do not."""
    if isinstance(loop, ast.While) or _counts(loop.iter) or not _names(loop.target):
        targets: frozenset[str] = frozenset()
    else:
        targets = _names(loop.target)
    for statement in loop.body:
        if isinstance(statement, ast.Try) and _succeeds(loop, statement) and _goes_on(statement):
            used = {node.id for part in statement.body for node in ast.walk(part) if isinstance(node, ast.Name)}
            if used.isdisjoint(targets):
                yield statement


def waits(loop: Loop, attempt: ast.Try) -> Iterator[ast.Call]:
    """The calls that ``loop`` makes between a failed attempt and the next."""
    after = loop.body[loop.body.index(attempt) + 1 :]
    for part in [*attempt.handlers, *after]:
        for node in ast.walk(part):
            if isinstance(node, ast.Call):
                yield node


def _succeeds(loop: Loop, attempt: ast.Try) -> bool:
    """Whether the loop ends with the attempt, without a look at what it gave."""
    if isinstance(_last(attempt.orelse or attempt.body), _LEAVES_LOOP):
        return True
    handled = all(isinstance(end_of(handler.body), (ast.Continue, ast.Raise)) for handler in attempt.handlers)
    last = end_of(loop.body)
    return handled and last is not attempt and isinstance(last, _LEAVES_LOOP)


def _last(block: list[ast.stmt]) -> ast.stmt:
    """The statement with which ``block`` ends, in the ``with`` that may stand there."""
    last = end_of(block)
    return _last(last.body) if isinstance(last, (ast.With, ast.AsyncWith)) else last


def _goes_on(attempt: ast.Try) -> bool:
    """Whether some failure leads to the next attempt."""
    return any(not isinstance(end_of(handler.body), (*_LEAVES_LOOP, ast.Raise)) for handler in attempt.handlers)


def _counts(iterable: ast.expr) -> bool:
    """Whether a loop over ``iterable`` gives numbers: how often, or how long to wait."""
    if isinstance(iterable, (ast.Tuple, ast.List)):
        return all(isinstance(item, ast.Constant) and isinstance(item.value, (int, float)) for item in iterable.elts)
    func = iterable.func if isinstance(iterable, ast.Call) else None
    return name_of(func) in _COUNTERS


def _names(target: ast.expr) -> frozenset[str]:
    return frozenset(node.id for node in ast.walk(target) if isinstance(node, ast.Name))
