"""Which names of a function hold what is made from other names: from its parameters, from a loop's variable."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator

from dbos_lint.semantics.body import Body

Loop = ast.For | ast.AsyncFor | ast.While


def names_in(*nodes: ast.AST) -> frozenset[str]:
    """The names that are read in ``nodes``."""
    return frozenset(
        each.id
        for node in nodes
        for each in ast.walk(node)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)
    )


def derived(body: Body, seeds: Iterable[str], *, taken: bool = False) -> frozenset[str]:
    """``seeds`` and the names of the function that are assigned what is made from them.

    With ``taken`` only what is taken out of them counts, and not what somebody else gives for them: ``order["id"]``,
    but not ``create(order)``.
    """
    found = set(seeds)
    using: dict[str, list[tuple[set[str], ast.AST]]] = {}
    for targets, value in _assignments(body):
        if value is not None:
            for name in names_in(value):
                using.setdefault(name, []).append((targets, value))
    todo = list(found)
    for name in todo:
        for targets, value in using.get(name, ()):
            if not (taken and _asks_others(value, found)):
                todo += targets - found
                found |= targets
    return frozenset(found)


def _asks_others(value: ast.AST, known: set[str]) -> bool:
    """Whether ``value`` calls more than methods of what is ``known``, builtins and ``loads``."""
    for each in ast.walk(value):
        if isinstance(each, ast.Call):
            func = each.func
            if isinstance(func, ast.Name) and hasattr(builtins, func.id):
                continue
            if not (isinstance(func, ast.Attribute) and func.attr == "loads") and names_in(func).isdisjoint(known):
                return True
    return False


def changing(body: Body, loop: Loop) -> frozenset[str]:
    """The names that are bound anew each time ``loop`` comes round."""
    found: set[str] = set()
    for targets, _ in _assignments(body, loop):
        found |= targets
    return frozenset(found)


def _assignments(body: Body, *nodes: ast.AST) -> Iterator[tuple[set[str], ast.AST | None]]:
    """What is bound, and what to: names with the expression that they are made from."""
    for node in body.walk(*nodes):
        if isinstance(node, ast.Assign):
            yield _bound(*node.targets), node.value
        elif isinstance(node, (ast.AnnAssign, ast.AugAssign, ast.NamedExpr)):
            yield _bound(node.target), node.value
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
            yield _bound(node.target), node.iter
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            yield _bound(node.optional_vars), node.context_expr


def _bound(*targets: ast.AST) -> set[str]:
    return {each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)}
