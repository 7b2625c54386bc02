"""Places in the text: byte columns to character columns, and the statement around a row."""

from __future__ import annotations

import ast
from bisect import bisect_right
from functools import cached_property

from dbos_lint.diagnostic import Position
from dbos_lint.syntax.parse import Source

_STRETCH = 1024
# The bytes of UTF-8 that begin no character.
_CONTINUING = bytes(range(0x80, 0xC0))


class Lines:
    """The lines of one file; everything is computed when first asked for."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._encoded: dict[int, _Encoded] = {}

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
            if row not in self._encoded:
                self._encoded[row] = _Encoded(line)
            column = self._encoded[row].characters(column)
        return Position(row, column + 1)

    def statement(self, row: int) -> tuple[int, int]:
        """The first and last row of the innermost statement that holds ``row``."""
        starts, ends = self._statements
        index = bisect_right(starts, row) - 1
        return (starts[index], max(ends[index], row)) if index >= 0 else (row, row)


class _Encoded:
    """A line as bytes, with the number of characters before each stretch of it: a line may be long, and asked often."""

    def __init__(self, line: str) -> None:
        self._bytes = line.encode(errors="replace")
        self._before = [0]
        for start in range(0, len(self._bytes), _STRETCH):
            self._before.append(self._before[-1] + self._count(start, start + _STRETCH))

    def characters(self, column: int) -> int:
        """How many characters begin before byte ``column``."""
        column = min(column, len(self._bytes))
        stretch = column // _STRETCH
        return self._before[stretch] + self._count(stretch * _STRETCH, column)

    def _count(self, start: int, end: int) -> int:
        return len(self._bytes[start:end].translate(None, _CONTINUING))


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
