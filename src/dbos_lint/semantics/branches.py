"""Whether two places of one function may both run in one run of it, and whether one runs several times."""

from __future__ import annotations

import ast

from dbos_lint.semantics.body import Body
from dbos_lint.syntax.trees import end_of

_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
REPEATING = (*_LOOPS, *_COMPREHENSIONS)
"""What may run what stands in it several times."""
_LEAVING = (ast.Return, ast.Raise, ast.Continue, ast.Break)


def together(body: Body, first: ast.AST, second: ast.AST) -> bool:
    """Whether ``second``, which stands below ``first``, may run after it in the same run."""
    way = [first, *body.ancestors(first)]
    others = {id(node): node for node in (second, *body.ancestors(second))}
    below: ast.AST = first
    for node in way[1:]:
        if id(node) in others:
            child = next(each for each in others.values() if body.parent(each) is node)
            if isinstance(below, _LEAVING):
                return isinstance(node, ast.Try) and child in node.finalbody
            branches = _branch(node, below), _branch(node, child)
            return None in branches or branches[0] == branches[1]
        if _leaves(node, below):
            return False
        below = node
    return not isinstance(below, _LEAVING)


def repeats(body: Body, node: ast.AST, outer: ast.AST) -> bool:
    """Whether ``node`` runs several times while ``outer``, which holds it, runs once."""
    below = node
    for each in body.ancestors(node):
        if each is outer:
            return False
        if isinstance(each, _COMPREHENSIONS):
            return below is not each.generators[0]
        if isinstance(each, _LOOPS) and (below in each.body or (isinstance(each, ast.While) and below is each.test)):
            return not _leaves(each, below, loop=True)
        if _leaves(each, below, loop=True) or isinstance(below, (ast.Return, ast.Raise)):
            return False
        below = each
    return False


def _branch(node: ast.AST, child: ast.AST) -> object:
    """Which of the alternatives of ``node`` holds ``child``; None where it always runs."""
    if isinstance(node, ast.If):
        return "body" if child in node.body else "else" if child in node.orelse else None
    if isinstance(node, ast.IfExp):
        return "body" if child is node.body else "else" if child is node.orelse else None
    if isinstance(node, ast.Match):
        return id(child) if isinstance(child, ast.match_case) else None
    if isinstance(node, ast.Try):
        # What fails may have started nothing.
        return id(child) if child in node.handlers else "body" if child in node.body else None
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
        # The second runs if the first gave nothing.
        return id(child)
    return None


def _leaves(node: ast.AST, child: ast.AST, loop: bool = False) -> bool:
    """Whether the statements after ``child``, in the part of ``node`` that holds it, leave that part for good.

    Of a ``loop``, ``continue`` does not leave it.
    """
    leaving = (ast.Return, ast.Raise, ast.Break) if loop else _LEAVING
    if isinstance(child, leaving):
        return True
    for name in ("body", "orelse", "handlers", "finalbody"):
        statements = getattr(node, name, None)
        if isinstance(statements, list) and child in statements and statements:
            return isinstance(end_of(statements), leaving)
    return False
