"""The tree of one function of the linted file: its calls, and what each node stands in."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from dbos_lint.semantics.aliases import Renamed, terminal
from dbos_lint.semantics.sites import Call
from dbos_lint.syntax.trees import children, parents, statements_in, walk

FunctionNode = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef
# What is in them is none of the function's, or nothing.
_CLOSED = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.Name, ast.Constant})


class Body:
    """What running a function runs by itself: functions and classes that are defined in it are left out.

    ``records`` holds the summary's record of each call of the module, by the identity of its node; ``renamed`` says
    what the module imports under other names.
    """

    def __init__(self, node: FunctionNode, records: Mapping[int, Call], renamed: Renamed) -> None:
        self.node = node
        self._records = records
        self._renamed = renamed

    def terminal(self, node: ast.expr) -> str:
        """The last name of ``node``, whatever an import calls it here."""
        return terminal(node, self._renamed)

    @property
    def statements(self) -> list[ast.stmt]:
        return self.node.body

    def walk(self, *nodes: ast.AST) -> Iterator[ast.AST]:
        """``nodes`` (by default the whole body) and what is in them, in the order of the text."""
        return _inside(nodes) if nodes else iter(self._nodes)

    @cached_property
    def _nodes(self) -> list[ast.AST]:
        """The nodes of the whole body, for which several rules ask."""
        return list(_inside(self.statements))

    def inner_statements(self) -> Iterator[ast.stmt]:
        """The statements of the body, and those within them, in the order of the text."""
        todo = self.statements[::-1]
        while todo:
            node = todo.pop()
            yield node
            if node.__class__ not in _CLOSED:
                todo += statements_in(node)[::-1]

    @cached_property
    def returns(self) -> list[ast.expr]:
        """What the function returns, in the order of the text."""
        found = (node.value for node in self.inner_statements() if isinstance(node, ast.Return))
        return [value for value in found if value is not None]

    def calls(self, *nodes: ast.AST) -> Iterator[tuple[ast.Call, Call]]:
        """The calls within ``nodes`` (by default the whole body), with their records, in the order of the text."""
        for node in self.walk(*nodes):
            if isinstance(node, ast.Call):
                call = self.record(node)
                if call is not None:
                    yield node, call

    def record(self, node: ast.Call) -> Call | None:
        """What the summary says of a call; None where it says nothing, as of those in annotations."""
        return self._records.get(id(node))

    def parent(self, node: ast.AST) -> ast.AST | None:
        """What ``node`` stands in; None for the statements of the function itself."""
        return self._parents.get(id(node))

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """What ``node`` stands in, from the inside out, up to the function's own statements."""
        # One loop, without a call for each: an ``elif`` stands in all that are before it.
        parents, found = self._parents, []
        parent = parents.get(id(node))
        while parent is not None:
            found.append(parent)
            parent = parents.get(id(parent))
        return iter(found)

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """The same, but of the branches before an ``elif`` only the first: for who is not concerned with branches, a
        chain of them is not deep."""
        parents, first = self._parents, self._first_branches
        parent = parents.get(id(node))
        while parent is not None:
            yield parent
            parent = first.get(id(parent)) or parents.get(id(parent))

    @cached_property
    def _parents(self) -> dict[int, ast.AST]:
        return parents(*self.statements, closed=_CLOSED)

    @cached_property
    def _first_branches(self) -> dict[int, ast.If]:
        """The ``if`` with which the chain begins that an ``elif`` is in."""
        found: dict[int, ast.If] = {}
        for node in self.walk():
            if isinstance(node, ast.If) and len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
                found[id(node.orelse[0])] = found.get(id(node), node)
        return found

    @cached_property
    def mentions(self) -> dict[str, list[ast.Name]]:
        """Every mention of a name, by name, in the order of the text; in functions that are defined inside too."""
        found: dict[str, list[ast.Name]] = {}
        for node in walk(self.node):
            if isinstance(node, ast.Name):
                found.setdefault(node.id, []).append(node)
        for names in found.values():
            names.sort(key=lambda name: (name.lineno, name.col_offset))
        return found


def _inside(nodes: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """``nodes`` and what is in them, in the order of the text; not what other functions and classes hold."""
    todo = list(reversed(nodes))
    while todo:
        node = todo.pop()
        yield node
        if node.__class__ not in _CLOSED:
            todo += children(node)[::-1]
