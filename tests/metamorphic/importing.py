"""Other imports of the same things."""

from __future__ import annotations

import ast
import copy
import importlib
import sys
from collections.abc import Iterator
from types import ModuleType

from tests.metamorphic.names import NEW, Others, Replaced, counted, expression, first, functions, own, statements, told


def _once_imported(tree: ast.Module) -> Iterator[tuple[ast.Import | ast.ImportFrom, ast.alias, str]]:
    """What the module imports from elsewhere at its top, under names that nothing else has."""
    count = counted(tree)
    for statement in tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom) and getattr(statement, "module", "") != "__future__":
            for alias in statement.names:
                name = alias.asname or alias.name
                if alias.name != "*" and "." not in name and count[name] == 1:
                    yield statement, alias, name


def imports_aliased(tree: ast.Module, others: Others) -> None:
    """What is imported is imported a second time under another name, and used under that."""
    made: list[tuple[ast.stmt, ast.stmt]] = []
    expressions: dict[str, ast.expr] = {}
    for statement, alias, name in list(_once_imported(tree)):
        again = copy.deepcopy(statement)
        again.names = [ast.alias(alias.name, name + NEW)]
        made.append((statement, again))
        expressions[name] = ast.Name(name + NEW, ast.Load())
    _insert_after(tree, made)
    Replaced(expressions).visit(tree)


def imports_renamed(tree: ast.Module, others: Others) -> None:
    """What is imported is imported under another name only."""
    strings = told(tree)
    expressions: dict[str, ast.expr] = {}
    for _, alias, name in list(_once_imported(tree)):
        if name not in strings and name not in others:
            alias.asname = name + NEW
            expressions[name] = ast.Name(name + NEW, ast.Load())
    Replaced(expressions).visit(tree)


def through_modules(tree: ast.Module, others: Others) -> None:
    """``from m import n`` becomes ``import m``, and ``n`` ``m.n``."""
    made: list[tuple[ast.stmt, ast.stmt]] = []
    expressions: dict[str, ast.expr] = {}
    for statement, alias, name in list(_once_imported(tree)):
        module = statement.module if isinstance(statement, ast.ImportFrom) and not statement.level else None
        if module and _has(module, alias.name):
            local = module.replace(".", "_") + NEW
            made.append((statement, ast.Import([ast.alias(module, local)])))
            expressions[name] = expression(f"{local}.{alias.name}")
    _insert_after(tree, made)
    Replaced(expressions).visit(tree)


def _has(module: str, name: str) -> bool:
    """Whether ``name`` of ``module`` is surely no module below it."""
    if module == "dbos":
        return True
    if module.partition(".")[0] not in sys.stdlib_module_names:
        return False
    try:
        return not isinstance(getattr(importlib.import_module(module), name, sys), ModuleType)
    except ImportError:
        return False


def from_modules(tree: ast.Module, others: Others) -> None:
    """``import m`` becomes ``from m import n`` for each ``m.n`` that is read, where that cannot be a module."""
    for statement, alias, name in list(_once_imported(tree)):
        if isinstance(statement, ast.Import):
            attributes = _Attributes(name, alias.name)
            attributes.visit(tree)
            made: list[tuple[ast.stmt, ast.stmt]] = [
                (statement, ast.ImportFrom(alias.name, [ast.alias(attribute, local)], 0))
                for attribute, local in sorted(attributes.read.items())
            ]
            _insert_after(tree, made)


class _Attributes(ast.NodeTransformer):
    """Attributes of a module as names; ``read`` holds those it met."""

    def __init__(self, name: str, module: str) -> None:
        self.name, self.module = name, module
        self.read: dict[str, str] = {}

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        is_ours = isinstance(node.value, ast.Name) and node.value.id == self.name and isinstance(node.ctx, ast.Load)
        if is_ours and _has(self.module, node.attr):
            local = self.read[node.attr] = f"{self.name}_{node.attr}{NEW}"
            return ast.Name(local, ast.Load())
        self.generic_visit(node)
        return node


def _insert_after(tree: ast.Module, made: list[tuple[ast.stmt, ast.stmt]]) -> None:
    for statement, new in made:
        tree.body.insert(tree.body.index(statement) + 1, new)


def imports_in_functions(tree: ast.Module, others: Others) -> None:
    """Each function imports what it uses itself, once more."""
    imported = {name: (statement, alias) for statement, alias, name in _once_imported(tree)}
    for function in functions(tree):
        if any(isinstance(node, ast.Global | ast.Nonlocal) for node in ast.walk(function)):
            continue
        used = {node.id for node in own(function) if isinstance(node, ast.Name)} & imported.keys()
        made: list[ast.stmt] = []
        for name in sorted(used):
            statement, alias = imported[name]
            again = copy.deepcopy(statement)
            again.names = [copy.deepcopy(alias)]
            made.append(again)
        at = 1 if ast.get_docstring(function) is not None else 0
        function.body[at:at] = made


def from_the_future(tree: ast.Module, others: Others) -> None:
    """Annotations are not evaluated."""
    if not any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in tree.body):
        tree.body[first(tree) : first(tree)] = statements("from __future__ import annotations")
