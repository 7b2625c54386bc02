"""Functions of a program that compute a text from the environment and literals, and can be called once more."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from dbos_lint.semantics.sites import MODULE
from dbos_lint.semantics.summary import Module

_STATEMENTS = (ast.Assign, ast.AnnAssign, ast.If, ast.Return, ast.Raise)


def computing(tree: ast.Module, module: Module, name: str) -> ast.FunctionDef | None:
    """The function ``name`` of a module, if it only computes and always returns a text."""
    bindings = module.scopes[MODULE].bindings.get(name, [])
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
    if len(bindings) != 1 or len(found) != 1 or found[0].decorator_list:
        return None
    function = found[0]
    texts: dict[str, list[ast.expr]] = {}
    results: list[ast.expr | None] = []
    for statement in _statements(function.body):
        if not isinstance(statement, _STATEMENTS):
            return None
        if isinstance(statement, ast.Return):
            results.append(statement.value)
        elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            if not all(isinstance(target, ast.Name) for target in targets) or statement.value is None:
                return None
            for target in targets:
                assert isinstance(target, ast.Name)
                texts.setdefault(target.id, []).append(statement.value)
    certain = bool(results) and all(_is_text(result, texts, 0) for result in results)
    return function if certain and isinstance(function.body[-1], (ast.Return, ast.Raise)) else None


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            continue  # a docstring
        yield statement
        if isinstance(statement, ast.If):
            yield from _statements([*statement.body, *statement.orelse])


def _is_text(node: ast.expr | None, texts: Mapping[str, list[ast.expr]], depth: int) -> bool:
    """Whether an expression is a text for certain, and not None."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and bool(node.value)
    if isinstance(node, ast.JoinedStr):
        return True
    if isinstance(node, ast.BinOp):
        return _is_text(node.left, texts, depth)
    if isinstance(node, ast.BoolOp):
        return isinstance(node.op, ast.Or) and _is_text(node.values[-1], texts, depth)
    if isinstance(node, ast.Call):  # of os.environ.get, as nothing else is called
        return len(node.args) == 2 and _is_text(node.args[1], texts, depth)
    if isinstance(node, ast.Name) and depth < 3:
        return bool(texts.get(node.id)) and all(_is_text(each, texts, depth + 1) for each in texts[node.id])
    return isinstance(node, ast.Subscript)
