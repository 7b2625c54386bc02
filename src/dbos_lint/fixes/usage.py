"""What a file does with a name of its top level: where it is bound, and whether it is used."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
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


def is_used(document: Document, name: str, edits: Sequence[Edit]) -> bool:
    """Whether something reads ``name`` after ``edits``. When in doubt, it does."""
    word = re.compile(rf"\b{re.escape(name)}\b")
    if any(word.search(edit.text) for edit in edits):
        return True
    return any(
        not _is_gone(document, node, edits)
        for node in document.once(_mentions, lambda: _mentions(document.tree)).get(name, ())
    )


def _is_gone(document: Document, node: ast.expr, edits: Sequence[Edit]) -> bool:
    start, end = document.place(span_of(node))
    # Behind a dot that is put before it, it is an attribute.
    return any(
        (edit.start <= start and end <= edit.end) or (edit.end == start and edit.text.endswith(".")) for edit in edits
    )


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
