"""What single nodes of a tree tell to those who follow values."""

from __future__ import annotations

import ast

from dbos_lint.catalog.flow import COUNTS, LOGGER_WORDS, LOGGING_FUNCTIONS, LOGS, LOGS_WHOEVER, METRIC_WORDS
from dbos_lint.semantics.flows import Region
from dbos_lint.syntax.trees import compared_with_none, name_of, unparse

# Methods that log or count, with the words that must be in the names of what they are called on.
_BY_WORDS = {**dict.fromkeys(COUNTS, METRIC_WORDS), **dict.fromkeys(LOGS, LOGGER_WORDS)}
# What a call that logs may be of, to judge by the last name alone.
MAY_LOG = frozenset({*_BY_WORDS, *LOGGING_FUNCTIONS})


def asks_presence(test: ast.expr) -> bool:
    """Whether a condition only asks whether there is something: ``x is None``, ``not x``, ``not x is None``."""
    while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test = test.operand
    if isinstance(test, ast.Compare):
        return isinstance(test.ops[0], (ast.Is, ast.IsNot)) and compared_with_none(test) is not None
    return isinstance(test, (ast.Name, ast.Attribute))


def lets_one_on(node: ast.If, leaves: bool) -> bool:
    """Whether a branch lets nothing go on but where its condition holds, or but where it does not; ``leaves`` tells
    whether nothing goes on behind its body."""
    return _only_leaves(node.body) or _only_leaves(node.orelse) if node.orelse else leaves


def _only_leaves(statements: list[ast.stmt]) -> bool:
    """Whether a branch does nothing but leave: it raises, or gives back what it need not ask for."""
    first = statements[0]
    if isinstance(first, ast.Return):
        return first.value is None or isinstance(first.value, (ast.Constant, ast.Name))
    return isinstance(first, (ast.Raise, ast.Continue, ast.Break))


def logs(func: ast.expr) -> bool:
    """Whether a call of ``func`` logs, prints, traces or counts, to judge by its name."""
    if isinstance(func, ast.Name):
        return func.id in LOGGING_FUNCTIONS
    if not isinstance(func, ast.Attribute) or func.attr not in _BY_WORDS:
        return False
    if func.attr in LOGS_WHOEVER:
        return True
    base = func.value
    while isinstance(base, ast.Call):
        base = base.func
    name = name_of(base).lower()
    return any(word in name for word in _BY_WORDS[func.attr])


def region(*nodes: ast.expr | ast.stmt) -> Region:
    """The stretch of the text from the first of ``nodes`` to the last."""
    first, last = nodes[0], nodes[-1]
    return first.lineno, first.col_offset, last.end_lineno or last.lineno, last.end_col_offset or 0


def root_name(node: ast.expr) -> str | None:
    """The variable through whose attributes and items ``node`` reaches."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def part_name(node: ast.expr) -> str:
    """``order.paid`` and ``order["paid"]`` as the names of parts; empty where an index is computed."""
    if isinstance(node, ast.Attribute):
        base = part_name(node.value) if not isinstance(node.value, ast.Name) else node.value.id
        return f"{base}.{node.attr}" if base else ""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        base = part_name(node.value) if not isinstance(node.value, ast.Name) else node.value.id
        return part_of(base, node.slice) if base else ""
    return ""


def part_of(base: str, key: ast.expr | None) -> str:
    """The name of the part that ``base`` holds under a constant."""
    return f"{base}[{unparse(key)}]" if isinstance(key, ast.Constant) else ""


def bound_names(target: ast.expr) -> list[str]:
    return [node.id for node in ast.walk(target) if isinstance(node, ast.Name)]
