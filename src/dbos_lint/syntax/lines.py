"""Places in the text: byte columns to character columns, and the statement around a row."""

from __future__ import annotations

import ast
from bisect import bisect_right
from functools import cached_property
from typing import Any

from dbos_lint.diagnostic import Position
from dbos_lint.syntax.parse import Source
from dbos_lint.syntax.spans import first_row
from dbos_lint.syntax.trees import children

_STRETCH = 1024
_PLACED = (ast.expr, ast.pattern, ast.arg)
_BODIES = ("body", "orelse", "finalbody", "handlers", "cases")
_NO_HEAD = frozenset({*_BODIES, "decorator_list"})
# The bytes of UTF-8 that begin no character.
_CONTINUING = bytes(range(0x80, 0xC0))


class Lines:
    """The lines of one file; everything is computed when first asked for."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._encoded: dict[int, _Encoded] = {}
        self._chains: dict[int, list[Any]] = {}
        self._heads: dict[int, tuple[int, int]] = {}

    @cached_property
    def _lines(self) -> list[str]:
        return self._source.text.split("\n")

    def position(self, row: int, column: int) -> Position:
        """The place at byte ``column`` (from 0) of ``row`` (from 1)."""
        line = self._lines[row - 1] if row <= len(self._lines) else ""
        if not line.isascii():
            if row not in self._encoded:
                self._encoded[row] = _Encoded(line)
            column = self._encoded[row].characters(column)
        return Position(row, column + 1)

    def _chain(self, node: ast.If) -> list[Any]:
        """An ``if`` with its ``elif`` branches, each of which is the whole ``else`` of the one before."""
        chain = self._chains.setdefault(id(node), [node])
        while len(chain[-1].orelse) == 1 and isinstance(chain[-1].orelse[0], ast.If):
            chain.append(chain[-1].orelse[0])
        return chain

    def statement(self, row: int) -> tuple[int, int]:
        """The first and last row of the innermost statement that holds ``row``: of a compound one, of its head."""
        nodes: list[Any] = self._source.tree.body
        while nodes:
            node = nodes[max(bisect_right(nodes, row, key=_first) - 1, 0)]
            if not _first(node) <= row <= _last(node):
                break
            if isinstance(node, ast.If):
                chain = self._chain(node)
                node = chain[bisect_right(chain, row, key=_first) - 1]
            for decorator in getattr(node, "decorator_list", ()):
                if decorator.lineno <= row <= _last(decorator):
                    return (decorator.lineno, _last(decorator))
            if id(node) not in self._heads:
                self._heads[id(node)] = _head(node)
            head = self._heads[id(node)]
            if head[0] <= row <= head[1]:
                return head
            lists = [inner for name in _BODIES if (inner := getattr(node, name, None))]
            nodes = next((inner for inner in lists if _first(inner[0]) <= row <= _last(inner[-1])), [])
        return (row, row)


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


def _first(node: Any) -> int:
    """The first row of a statement, a handler or a case, decorators included."""
    return node.pattern.lineno if isinstance(node, ast.match_case) else first_row(node)


def _last(node: Any) -> int:
    last: int | None = node.body[-1].end_lineno if isinstance(node, ast.match_case) else node.end_lineno
    return last or _first(node)


def _head(node: Any) -> tuple[int, int]:
    """The rows of a simple statement, or of what stands before the body of a compound one."""
    if not isinstance(getattr(node, "body", getattr(node, "cases", None)), list):
        return node.lineno, _last(node)
    start = node.pattern.lineno if isinstance(node, ast.match_case) else node.lineno
    last = start
    todo: list[Any] = [getattr(node, name) for name in node._fields if name not in _NO_HEAD]
    while todo:
        part = todo.pop()
        if isinstance(part, list):
            todo += part
        elif isinstance(part, _PLACED):  # all that is in it ends with it
            last = max(last, part.end_lineno or start)
        elif isinstance(part, ast.AST):
            todo += children(part)
    return start, last
