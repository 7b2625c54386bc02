"""Stretches of a text, as the parser measures them."""

from __future__ import annotations

import ast

from dbos_lint.records import NamedTuple


class Span(NamedTuple):
    """A stretch of the text: rows from 1, columns in bytes of UTF-8 from 0."""

    row: int
    col: int
    end_row: int
    end_col: int


def holds(outer: Span, inner: Span) -> bool:
    """Whether ``inner`` lies within ``outer``."""
    return outer[:2] <= inner[:2] and inner[2:] <= outer[2:]


def first_row(node: ast.expr | ast.stmt | ast.keyword | ast.excepthandler) -> int:
    """The first row of ``node``, decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *[each.lineno for each in decorators]]) if decorators else node.lineno


def span_of(node: ast.expr | ast.stmt | ast.keyword | ast.alias | ast.arg) -> Span:
    """Where ``node`` stands."""
    row, end_row = node.lineno, node.end_lineno
    if end_row is None or end_row == row:
        end_row = row  # one number for both: there are as many spans as calls
    # What the constructor of a named tuple does, without the function around it.
    return tuple.__new__(Span, (row, node.col_offset, end_row, node.end_col_offset or node.col_offset))
