"""The nodes of the linted file, by where they stand, and what is around them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from typing import TypeVar

from dbos_lint.rules.visitor import Here
from dbos_lint.syntax.spans import Span, first_row, holds, span_of
from dbos_lint.syntax.trees import children

Node = TypeVar("Node", ast.Attribute, ast.Call, ast.keyword, ast.Constant, ast.Dict, ast.Subscript)

_PLACED = (ast.expr, ast.stmt, ast.keyword)


class Nodes:
    """The tree of a file, looked at from below, as far as somebody asks for it."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._rows: dict[int, list[ast.AST]] = {}
        self.parents: dict[ast.AST, ast.AST] = {}

    def find(self, span: Span, kind: type[Node]) -> Node | None:
        """The node of a kind that stands at ``span``."""
        return next((each for each in self._at(span.row) if isinstance(each, kind) and span_of(each) == span), None)

    def within(self, span: Span, kind: type[Node]) -> list[Node]:
        """The nodes of a kind in what stands at ``span``."""
        rows = range(span.row, span.end_row + 1)
        found = {id(each): each for row in rows for each in self._at(row) if isinstance(each, kind)}
        return [each for each in found.values() if holds(span, span_of(each))]

    def starting(self, span: Span) -> Iterator[ast.keyword]:
        """The keywords that begin where ``span`` does."""
        found = (each for each in self._at(span.row) if isinstance(each, ast.keyword))
        return (each for each in found if (each.lineno, each.col_offset) == span[:2])

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """What ``node``, which was found here, stands in, from the inside."""
        while node in self.parents:
            node = self.parents[node]
            yield node

    def _at(self, row: int) -> list[ast.AST]:
        """The nodes that hold ``row``, and perhaps others, level by level."""
        if row not in self._rows:
            found = self._rows[row] = list(self._statements.get(row, ()))
            self.parents.update((each, self._tree) for each in found)
            for node in found:
                if not isinstance(node, _PLACED) or _holds(node, row):
                    inside = children(node)
                    found += inside
                    self.parents.update((child, node) for child in inside)
        return self._rows[row]

    @cached_property
    def _statements(self) -> dict[int, list[ast.AST]]:
        """The statements of the module that hold a row: there may be many, and each row is asked for."""
        found: dict[int, list[ast.AST]] = {}
        for each in self._tree.body:
            for row in range(first_row(each), (each.end_lineno or each.lineno) + 1):
                found.setdefault(row, []).append(each)
        return found


def nodes(here: Here) -> Nodes:
    return here.once(_collected)


def _collected(here: Here) -> Nodes:
    return Nodes(here.collected.tree)


def _holds(node: ast.expr | ast.stmt | ast.keyword, row: int) -> bool:
    if isinstance(node, ast.JoinedStr):
        return True  # each release of Python has its own idea of where its parts stand
    return first_row(node) <= row <= (node.end_lineno or node.lineno)
