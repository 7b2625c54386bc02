"""The nodes of the linted file, by where they stand, and what is around them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from dbos_lint.rules.visitor import Here
from dbos_lint.syntax.spans import Span, span_of

Node = TypeVar("Node", ast.Attribute, ast.Call, ast.keyword, ast.Constant, ast.Dict, ast.Subscript)


@dataclass(frozen=True, slots=True)
class Nodes:
    """The tree of a file, looked at from below."""

    at: dict[Span, list[ast.AST]]
    parents: dict[ast.AST, ast.AST]

    def find(self, span: Span, kind: type[Node]) -> Node | None:
        """The node of a kind that stands at ``span``."""
        return next((node for node in self.at.get(span, ()) if isinstance(node, kind)), None)

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """What ``node`` stands in, from the inside."""
        while node in self.parents:
            node = self.parents[node]
            yield node


def nodes(here: Here) -> Nodes:
    return here.once(_collected)


def _collected(here: Here) -> Nodes:
    at: dict[Span, list[ast.AST]] = {}
    parents: dict[ast.AST, ast.AST] = {}
    for node in ast.walk(here.collected.tree):
        if isinstance(node, (ast.expr, ast.stmt, ast.keyword)):
            at.setdefault(span_of(node), []).append(node)
        parents.update((child, node) for child in ast.iter_child_nodes(node))
    return Nodes(at, parents)
