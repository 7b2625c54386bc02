"""What the body of a ``try`` may raise, as far as its own text tells."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from dbos_lint.syntax.spans import Span

_LOOKUP = ("KeyError", "IndexError", "LookupError", "TypeError")
_ARITHMETIC = ("TypeError", "ValueError", "ZeroDivisionError", "OverflowError", "ArithmeticError")
# What the operators of the language raise of themselves.
_RAISES: dict[type[ast.AST], tuple[str, ...]] = {
    ast.Subscript: _LOOKUP,
    ast.BinOp: _ARITHMETIC,
    ast.UnaryOp: _ARITHMETIC,
    ast.AugAssign: _ARITHMETIC,
    ast.Compare: ("TypeError",),
    ast.FormattedValue: ("TypeError", "ValueError"),
    ast.Attribute: ("AttributeError",),
    ast.Tuple: ("TypeError", "ValueError"),
    ast.List: ("TypeError", "ValueError"),
    ast.Starred: ("TypeError", "ValueError"),
}
# Statements and expressions that run code which the text does not show, or raise what they want.
_OPAQUE = (
    ast.Raise,
    ast.Assert,
    ast.With,
    ast.AsyncWith,
    ast.For,
    ast.AsyncFor,
    ast.comprehension,
    ast.Try,
    ast.Import,
    ast.ImportFrom,
    ast.Yield,
    ast.YieldFrom,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
)


def operators_raise(body: Iterable[ast.stmt]) -> frozenset[str] | None:
    """The builtin exceptions that ``body`` may raise beside those of its calls; None if it may raise anything."""
    found: set[str] = set()
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, _OPAQUE) or (isinstance(node, ast.Await) and not isinstance(node.value, ast.Call)):
                return None
            found.update(_RAISES.get(type(node), ()))
    return frozenset(found)


def span_of_body(body: list[ast.stmt]) -> Span:
    """Where ``body`` stands."""
    first, last = body[0], body[-1]
    return Span(first.lineno, first.col_offset, last.end_lineno or 0, last.end_col_offset or 0)
