"""Which names of a function hold what is made from other names: from its parameters, from a loop's variable."""

from __future__ import annotations

import ast
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


def derived(body: Body, seeds: Iterable[str]) -> frozenset[str]:
    """``seeds`` and the names of the function that are assigned what is made from them."""
    found = set(seeds)
    pairs = [(targets, names_in(value)) for targets, value in _assignments(body) if value is not None]
    size = -1
    while len(found) > size:
        size = len(found)
        for targets, used in pairs:
            if not used.isdisjoint(found):
                found |= targets
    return frozenset(found)


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
