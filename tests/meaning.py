"""What changes mean, told by trees alone: another account than the one of ``dbos_lint.fixes``, to compare it with."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence
from typing import Any

from dbos_lint.fix import (
    After,
    Arguments,
    AsyncFor,
    Before,
    Change,
    Decorators,
    Delete,
    Expression,
    Keys,
    Listed,
    MakeAsync,
    Through,
    Under,
    Wrap,
)
from dbos_lint.syntax.spans import Span


def meant(tree: ast.Module, changes: Sequence[Change]) -> ast.Module:
    """``tree`` after ``changes``, none of which is about imports or text."""
    made: ast.Module = _Meant(changes).done(copy.deepcopy(tree))
    return made


class _Meant:
    def __init__(self, changes: Sequence[Change]) -> None:
        self.changes = changes

    def of(self, node: Any, *kinds: type[Any]) -> list[Any]:
        """The changes of ``kinds`` at ``node``."""
        return [each for each in self.changes if isinstance(each, kinds) and _at(node, getattr(each, "span", None))]

    def done(self, node: Any) -> Any:
        iterated = getattr(node, "iter", None)
        is_async = iterated is not None and bool(self.of(iterated, AsyncFor))
        for name, value in list(ast.iter_fields(node)):
            if isinstance(value, list):
                is_block = bool(value) and isinstance(value[0], ast.stmt)
                made = self.block(value) if is_block else [self.done(each) if _is(each) else each for each in value]
                if is_block and not made and not isinstance(node, ast.Module):
                    made = [ast.Pass()]
                setattr(node, name, made)
            elif _is(value):
                setattr(node, name, self.done(value))
        if isinstance(node, ast.comprehension):
            node.is_async = int(node.is_async or is_async)
        elif is_async:
            node = _as(ast.AsyncFor, node)
        if isinstance(node, ast.expr):
            return self.expression(node)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return self.definition(node)
        return node

    def block(self, body: list[Any]) -> list[Any]:
        made: list[Any] = []
        heads: list[tuple[Span, list[Any]]] = []
        for node in body:
            place = made
            for each in (each for each in self.changes if isinstance(each, Under) and _at(node, each.first)):
                head: Any = ast.parse(f"{each.head}\n pass").body[0]
                head.body = inner = []
                made.append(head)
                heads.append((each.last, inner))
            if heads:
                place = heads[-1][1]
            for each in self.of(node, Before):
                place += ast.parse(each.text).body
            if not self.of(node, Delete):
                place.append(self.done(node))
            for each in self.of(node, After):
                place += ast.parse(each.text).body
            if heads and _at(node, heads[-1][0]):
                heads.pop()
        return made

    def expression(self, node: Any) -> ast.expr:
        for each in self.of(node, Arguments):
            _arguments(node, each)
        for each in self.of(node, Keys):
            _keys(node, each)
        for each in self.of(node, Through):
            node.args = [*map(_parsed, each.first), node.func, *node.args]
            node.func = _parsed(each.to)
        for _ in self.of(node, Listed):
            if isinstance(node, ast.Set):
                node = _like(ast.List(node.elts, ast.Load()), node)
            else:
                node = _like(ast.ListComp(node.elt, node.generators), node)
        for each in self.of(node, Expression):
            node = _like(_parsed(each.text), node)
        for each in self.of(node, Wrap):
            node = _like(_Hole(node).visit(_parsed(f"{each.before}(HOLE){each.after}")), node)
        found: ast.expr = node
        return found

    def definition(self, node: Any) -> Any:
        for each in self.of(node, Arguments):
            _arguments(node, each)
        for each in self.of(node, Decorators):
            order = range(len(node.decorator_list)) if each.order is None else each.order
            kept = [node.decorator_list[index] for index in order]
            node.decorator_list = [*map(_parsed, each.above), *kept, *map(_parsed, each.below)]
        return _as(ast.AsyncFunctionDef, node) if self.of(node, MakeAsync) else node


class _Hole(ast.NodeTransformer):
    def __init__(self, filled: ast.expr) -> None:
        self.filled = filled

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.filled if node.id == "HOLE" else node


def _arguments(node: Any, change: Arguments) -> None:
    given = node.args if isinstance(node, ast.Call) else node.bases
    values, names = dict(change.values), dict(change.rename)
    moved = dict(change.keywords)
    positional = [
        _parsed(values[index]) if index in values else each
        for index, each in enumerate(given)
        if index not in change.drop and index not in moved
    ]
    named = [
        ast.keyword(names.get(each.arg, each.arg), _parsed(values[each.arg]) if each.arg in values else each.value)
        for each in node.keywords
        if each.arg is None or each.arg not in change.drop
    ]
    # An argument that becomes a keyword stands before the others.
    named[:0] = [
        ast.keyword(moved[index], _parsed(values[index]) if index in values else each)
        for index, each in enumerate(given)
        if index in moved and index not in change.drop
    ]
    positional += [_parsed(text) for name, text in change.add if not name]
    node.keywords = [*named, *(ast.keyword(name, _parsed(text)) for name, text in change.add if name)]
    if isinstance(node, ast.Call):
        node.args = positional
    else:
        node.bases = positional


def _keys(node: ast.Dict, change: Keys) -> None:
    names, values = dict(change.rename), dict(change.values)
    entries: list[tuple[ast.expr | None, ast.expr]] = []
    for key, value in zip(node.keys, node.values, strict=True):
        name = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else None
        if name is None:
            entries.append((key, value))
        elif name not in change.drop:
            new = ast.Constant(names[name]) if name in names else key
            entries.append((new, _parsed(values[name]) if name in values else value))
    entries += [(ast.Constant(name), _parsed(text)) for name, text in change.add]
    node.keys, node.values = [key for key, _ in entries], [value for _, value in entries]


def _parsed(text: str) -> ast.expr:
    return ast.parse(f"({text}\n)", mode="eval").body


def _as(kind: type[Any], node: Any) -> Any:
    return _like(kind(**dict(ast.iter_fields(node))), node)


def _like(made: Any, node: Any) -> Any:
    return ast.copy_location(made, node)


def _at(node: Any, span: Span | None) -> bool:
    return span is not None and span == (
        getattr(node, "lineno", 0),
        getattr(node, "col_offset", 0),
        getattr(node, "end_lineno", 0),
        getattr(node, "end_col_offset", 0),
    )


def _is(value: Any) -> bool:
    return isinstance(value, ast.AST)
