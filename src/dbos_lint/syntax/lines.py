"""Places in the text: byte columns to character columns, and the statement around a row."""

from __future__ import annotations

import ast
from bisect import bisect_right
from functools import cached_property

from dbos_lint.diagnostic import Position
from dbos_lint.syntax.parse import Source


class Lines:
    """The lines of one file; everything is computed when first asked for."""

    def __init__(self, source: Source) -> None:
        self._source = source

    @cached_property
    def _lines(self) -> list[str]:
        return self._source.text.split("\n")

    @cached_property
    def _statements(self) -> tuple[list[int], list[int]]:
        """The first rows of all statements, ascending, with the last row of each (of a compound one: of its head)."""
        rows: dict[int, int] = {}
        todo: list[ast.AST] = [self._source.tree]
        while todo:
            node = todo.pop()
            for name in ("body", "orelse", "finalbody", "handlers", "cases"):
                inner = getattr(node, name, None)
                if isinstance(inner, list):
                    todo.extend(inner)
            if isinstance(node, ast.stmt):
                rows[node.lineno] = max(rows.get(node.lineno, 0), _end(node))
                for decorator in getattr(node, "decorator_list", ()):
                    rows[decorator.lineno] = decorator.end_lineno or decorator.lineno
        starts = sorted(rows)
        return starts, [rows[start] for start in starts]

    def position(self, row: int, column: int) -> Position:
        """The place at byte ``column`` (from 0) of ``row`` (from 1)."""
        line = self._lines[row - 1] if row <= len(self._lines) else ""
        if not line.isascii():
            column = len(line.encode()[:column].decode(errors="replace"))
        return Position(row, column + 1)

    def statement(self, row: int) -> tuple[int, int]:
        """The first and last row of the innermost statement that holds ``row``."""
        starts, ends = self._statements
        index = bisect_right(starts, row) - 1
        return (starts[index], max(ends[index], row)) if index >= 0 else (row, row)


def _end(node: ast.stmt) -> int:
    if not isinstance(getattr(node, "body", None), list):
        return node.end_lineno or node.lineno
    heads = [child.end_lineno or node.lineno for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
    decorators = {id(decorator) for decorator in getattr(node, "decorator_list", ())}
    if decorators:
        heads = [
            child.end_lineno or node.lineno
            for child in ast.iter_child_nodes(node)
            if isinstance(child, (ast.expr, ast.arguments))
            and id(child) not in decorators
            and hasattr(child, "end_lineno")
        ]
    return max([node.lineno, *heads])
