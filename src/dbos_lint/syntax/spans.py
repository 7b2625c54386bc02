"""Stretches of a text, as the parser measures them."""

from __future__ import annotations

import ast
from typing import NamedTuple


class Span(NamedTuple):
    """A stretch of the text: rows from 1, columns in bytes of UTF-8 from 0."""

    row: int
    col: int
    end_row: int
    end_col: int


def span_of(node: ast.expr | ast.stmt | ast.keyword | ast.alias | ast.arg) -> Span:
    """Where ``node`` stands."""
    return Span(node.lineno, node.col_offset, node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
