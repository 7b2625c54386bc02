"""Conditions: what a branch is for, and what it finds unset or missing."""

from __future__ import annotations

import ast

from dbos_lint.semantics.aliases import Renamed, terminal
from dbos_lint.syntax.trees import compared_with_none, unparse

# What is told of a branch that stands behind several of them.
_KINDS = ("main", "launched", "typing")


def branch_kind(test: ast.expr, holds: bool, renamed: Renamed) -> str:
    """What runs where ``test`` holds, or where it does not: ``main`` for ``__name__ == "__main__"``, ``typing`` for
    ``TYPE_CHECKING``, ``launched`` where something says that it is launched, and nothing for other tests."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return branch_kind(test.operand, not holds, renamed)
    if isinstance(test, ast.BoolOp):
        kinds = {branch_kind(value, holds, renamed) for value in test.values}
        is_each = isinstance(test.op, ast.And) is holds  # else only one of them needs to be so
        return next((kind for kind in _KINDS if kind in kinds), "") if is_each or len(kinds) == 1 else ""
    if isinstance(test, ast.Compare):
        return "main" if _is_main(test, holds) else ""
    name = terminal(test, renamed) if holds else ""
    if name == "TYPE_CHECKING":
        return "typing"
    return "launched" if name.endswith("launched") else ""


def _is_main(test: ast.Compare, holds: bool) -> bool:
    """Whether ``test`` asks for the name of the module, and lets through what is run; a name that is not told may be
    any."""
    if not any(map(_is_own_name, (test.left, *test.comparators))):
        return False
    names = (node.value for node in ast.walk(test) if isinstance(node, ast.Constant))
    refuses = isinstance(test.ops[0], (ast.NotEq, ast.NotIn)) and "__main__" in names
    return refuses is not holds


def _is_own_name(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "__name__"


def case_kind(subject: ast.expr, pattern: ast.pattern) -> str:
    """What runs where ``subject`` matches ``pattern``: ``main`` for ``match __name__: case "__main__"``."""
    return "main" if _is_own_name(subject) and not isinstance(pattern, ast.MatchAs) else "case"


def run_as_main(node: ast.expr, renamed: Renamed) -> tuple[ast.expr, ast.expr] | None:
    """The test, and what it lets run, of a main guard that is an expression: ``main() if __name__ == "__main__" else
    None``, ``__name__ == "__main__" and main()``."""
    if isinstance(node, ast.IfExp):
        test, run = node.test, node.body
    elif isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
        test, run = node.values[0], node.values[-1]
    else:
        return None
    return (test, run) if branch_kind(test, True, renamed) == "main" else None


def found_wanting(test: ast.expr, holds: bool) -> dict[str, str]:
    """What is unset (``x is None``, ``not x``) or missing (``k not in c``, as ``c[k]``) where ``test`` holds or not."""
    if isinstance(test, ast.BoolOp):
        return {text: guard for value in test.values for text, guard in found_wanting(value, holds).items()}
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return found_wanting(test.operand, not holds)
    if isinstance(test, ast.NamedExpr) and isinstance(test.value, (ast.Compare, ast.UnaryOp, ast.BoolOp)):
        return found_wanting(test.value, holds)
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        operator, right = test.ops[0], test.comparators[0]
        if isinstance(operator, ast.NotIn if holds else ast.In):
            return {f"{unparse(right)}[{unparse(test.left)}]": "missing"}
        compared = compared_with_none(test)
        same = (ast.Is, ast.Eq) if holds else (ast.IsNot, ast.NotEq)
        return looked_up(compared) if compared is not None and isinstance(operator, same) else {}
    return {} if holds else looked_up(test)


def looked_up(node: ast.expr) -> dict[str, str]:
    """What ``node`` looks up (``c.get(k)`` looks up ``c[k]``), and what it is when there is nothing."""
    if isinstance(node, ast.NamedExpr):
        node = node.value
    if isinstance(node, ast.Call) and node.args:
        if isinstance(node.func, ast.Attribute) and node.func.attr == "get":
            return {f"{unparse(node.func.value)}[{unparse(node.args[0])}]": "missing"}
        name = node.args[1].value if len(node.args) > 1 and isinstance(node.args[1], ast.Constant) else None
        if isinstance(node.func, ast.Name) and node.func.id in ("getattr", "hasattr") and isinstance(name, str):
            return {f"{unparse(node.args[0])}.{name}": "unset"}
    return {unparse(node): "unset"} if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) else {}


def not_found(handler: ast.ExceptHandler, body: list[ast.stmt]) -> dict[str, str]:
    """What is missing or unset in the handler of a lookup: ``try: return c[k]``, ``except KeyError: c[k] = ...``."""
    name = handler.type.id if isinstance(handler.type, ast.Name) else ""
    if name not in ("KeyError", "AttributeError"):
        return {}
    kind, guard = (ast.Subscript, "missing") if name == "KeyError" else (ast.Attribute, "unset")
    nodes = [node for statement in body for node in ast.walk(statement)]
    return {unparse(node): guard for node in nodes if isinstance(node, kind) and isinstance(node.ctx, ast.Load)}
