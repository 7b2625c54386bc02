"""What a ``try`` guards, and whether its handlers let errors through."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet

from dbos_lint.semantics.aliases import Renamed, terminal
from dbos_lint.semantics.sites import Attempt, Handler, Ref
from dbos_lint.syntax.spans import Span, span_of
from dbos_lint.syntax.trees import walk

_INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
# Calls that end the program.
_KEEPS = (ast.Assign, ast.AnnAssign, ast.AugAssign)
_ENDS = frozenset({"exit", "_exit", "abort", "quit"})


Raises = Callable[[], Sequence[tuple[int, AbstractSet[str]]]]
"""Gives the rows in which a function raises something, each with the names of which that is made."""


def raises_in(function: ast.AST) -> list[tuple[int, AbstractSet[str]]]:
    """Where something is raised in ``function``, and of which names that is made."""
    found = (node for node in walk(function) if isinstance(node, ast.Raise))
    return [(node.lineno, _names(node.exc)) for node in found if node.exc is not None]


def stretch(statements: Sequence[ast.stmt]) -> Span:
    """The text of statements that follow each other."""
    first, last = span_of(statements[0]), span_of(statements[-1])
    return Span(first.row, first.col, last.end_row, last.end_col)


def attempt_of(
    node: ast.Try,
    types: tuple[Ref, ...],
    scope: int,
    block: int,
    raises: Raises,
    renamed: Renamed,
) -> Attempt:
    """The record of a ``try`` whose clauses name ``types``, in a function that ``raises``."""
    handlers = tuple(
        [
            Handler(type, handler.type is None, _head(handler), _raises(handler, raises, renamed))
            for handler, type in zip(node.handlers, types, strict=True)
        ]
    )
    final = stretch(node.finalbody) if node.finalbody else None
    return Attempt(scope, block, stretch(node.body), handlers, final)


def _head(handler: ast.ExceptHandler) -> Span:
    """Where a finding about the clause stands: at ``except`` and what it names."""
    if handler.type is not None:
        end = span_of(handler.type)
        return Span(handler.lineno, handler.col_offset, end.end_row, end.end_col)
    return Span(handler.lineno, handler.col_offset, handler.lineno, handler.col_offset + len("except"))


def _raises(handler: ast.ExceptHandler, raises: Raises, renamed: Renamed) -> bool:
    kept: set[str] = set()
    for node in _walk(handler.body):
        if isinstance(node, ast.Raise) or (isinstance(node, ast.Call) and terminal(node.func, renamed) in _ENDS):
            return True
        if handler.name and isinstance(node, _KEEPS) and node.value is not None and handler.name in _names(node.value):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            kept.update(name for target in targets for name in _names(target))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            # ``errors.append(error)``
            kept.update(*[_names(node.func.value) for arg in node.args if handler.name in _names(arg)])
    end = handler.end_lineno or handler.lineno
    return bool(kept) and any(row > end and not kept.isdisjoint(names) for row, names in raises())


def _walk(statements: Sequence[ast.stmt]) -> Iterator[ast.AST]:
    """What running the statements runs by itself."""
    todo: list[ast.AST] = list(statements)
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, _INNER):
            todo.extend(ast.iter_child_nodes(node))


def _names(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
