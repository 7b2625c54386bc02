"""Other names for what a file itself names."""

from __future__ import annotations

import ast

from tests.metamorphic.names import NEW, SCOPES, Function, Others, bound, functions, helpers, movable, own, told

_DYNAMIC = frozenset({"locals", "eval", "exec", "vars"})


def locals_renamed(tree: ast.Module, others: Others) -> None:
    """Variables of functions get other names."""
    for function in functions(tree):
        nodes = list(own(function))
        if _DYNAMIC & {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}:
            continue
        fixed = {node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)}
        for node in nodes:
            if isinstance(node, ast.Global | ast.Nonlocal | ast.alias):
                fixed.update(bound(node))
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                fixed.add(node.name)
            elif isinstance(node, ast.comprehension):
                fixed.update(name for each in ast.walk(node.target) for name in bound(each))
        mine = {name for node in nodes for name in bound(node)} - fixed - told(function)
        _rename(function, {name: name + NEW for name in mine - _inside(function)})


def helpers_renamed(tree: ast.Module, others: Others) -> None:
    """Plain functions of a module get other names."""
    names = {function.name: function.name + NEW for function in movable(tree, others)}
    _rename(tree, names)
    for function in helpers(tree):
        function.name = names.get(function.name, function.name)


def parameters_renamed(tree: ast.Module, others: Others) -> None:
    """Parameters that only positions fill get other names."""
    keywords = {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword)}
    for function in helpers(tree):
        if function.args.kwarg or function.name in others:
            continue
        fixed = keywords | _inside(function) | told(function) | {"self", "cls"}
        plain = [each for each in (*function.args.posonlyargs, *function.args.args) if each.arg not in fixed]
        for statement in function.body:
            _rename(statement, {each.arg: each.arg + NEW for each in plain})
        for each in plain:
            each.arg += NEW


def _inside(function: Function) -> set[str]:
    """The names that are bound in scopes within ``function``."""
    inner = [node for node in ast.walk(function) if isinstance(node, SCOPES) and node is not function]
    return {name for node in inner for each in ast.walk(node) for name in bound(each)}


def _rename(tree: ast.AST, names: dict[str, str]) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = names.get(node.id, node.id)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            node.name = names.get(node.name, node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            node.rest = names.get(node.rest, node.rest)
