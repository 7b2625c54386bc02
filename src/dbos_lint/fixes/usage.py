"""What a file does with a name of its top level: where it is bound, and whether it is used."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Any

from dbos_lint.fixes.document import Document
from dbos_lint.fixes.edits import Edit
from dbos_lint.syntax.spans import span_of
from dbos_lint.syntax.trees import name_of

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_NAMING = frozenset(("cast", "TypeVar", "NewType", "ForwardRef", "ParamSpec"))


def bound_at_top(document: Document, name: str) -> Sequence[tuple[Any, bool]]:
    """The nodes that bind ``name`` in the module's scope, and whether they may not run."""
    return document.once(_bindings, lambda: _bindings(document.tree)).get(name, ())


def _bindings(tree: ast.Module) -> dict[str, list[tuple[Any, bool]]]:
    """The nodes that bind names of the module, and whether they may not run, by name."""
    found: dict[str, list[tuple[Any, bool]]] = {}
    for node, conditional in _top(tree.body, False):
        for name in dict.fromkeys(_bound_by(node)):
            found.setdefault(name, []).append((node, conditional))
    for node in ast.walk(tree):
        for name in node.names if isinstance(node, ast.Global) else ():
            found.setdefault(name, []).append((node, True))
    return found


def _top(nodes: Sequence[ast.AST], conditional: bool) -> Iterator[tuple[Any, bool]]:
    """The nodes of the module's own scope."""
    for node in nodes:
        yield node, conditional
        if not isinstance(node, _SCOPES):
            yield from _top(list(ast.iter_child_nodes(node)), True)


def _bound_by(node: Any) -> Iterator[str]:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from (each.asname or each.name.partition(".")[0] for each in node.names)
    elif isinstance(node, (*_SCOPES[:3], ast.ExceptHandler, ast.MatchAs, ast.MatchStar)):
        if node.name:
            yield node.name
    elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest


class Usage:
    """What a file does with names once ``edits``, which are in order, have been done."""

    def __init__(self, document: Document, edits: Sequence[Edit] = ()) -> None:
        self._document = document
        self._edits = edits
        self._written: dict[str, int] = {}  # where the edits put a word first
        for edit in edits:
            for word in re.findall(r"\w+", edit.text):
                self._written.setdefault(word, edit.start)

    def written(self, name: str) -> int:
        """Where the edits first name ``name``: behind the text where they do not."""
        return self._written.get(name, len(self._document.text))

    def is_used(self, name: str) -> bool:
        """Whether something reads ``name``. When in doubt, it does."""
        mentions = self._document.once(_mentions, lambda: _mentions(self._document.tree)).get(name, ())
        return name in self._written or not all(map(self._is_gone, mentions))

    def _is_gone(self, node: ast.expr) -> bool:
        start, end = self._document.place(span_of(node))
        for index in range(bisect_right(self._edits, start, key=attrgetter("start")), 0, -1):
            edit = self._edits[index - 1]
            if edit.end < start:
                break
            # Behind a dot that is put before it, it is an attribute.
            if end <= edit.end or (edit.end == start and edit.text.endswith(".")):
                return True
        return False


def _mentions(tree: ast.Module) -> dict[str, list[ast.expr]]:
    """The nodes that may read a name of the module, by that name."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.setdefault(node.id, []).append(node)
        for part in _annotations(node):
            for each in ast.walk(part):
                if isinstance(each, ast.Constant) and isinstance(each.value, str):
                    for word in re.findall(r"\w+", each.value):
                        found.setdefault(word, []).append(each)
    return found


def _annotations(node: ast.AST) -> Iterator[ast.expr]:
    """Where strings may stand for names."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.returns is not None:
        yield node.returns
    elif isinstance(node, (ast.arg, ast.AnnAssign)) and node.annotation is not None:
        yield node.annotation
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            yield node.value
    elif isinstance(node, ast.Subscript):
        yield node.slice
    elif isinstance(node, ast.Call):
        if name_of(node.func) in _NAMING:
            yield from node.args
            yield from (each.value for each in node.keywords)
    elif isinstance(node, (ast.Assign, ast.AugAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(isinstance(each, ast.Name) and each.id == "__all__" for each in targets):
            yield node.value
