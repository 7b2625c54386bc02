"""Whether two nodes of a function stand in branches of which only one runs."""

from __future__ import annotations

import ast
from itertools import pairwise

from dbos_lint.semantics.afterwards import following
from dbos_lint.semantics.body import Body


def exclude_each_other(body: Body, first: ast.AST, second: ast.AST) -> bool:
    """Whether ``second``, which stands below ``first``, does not run when that has run, loops aside."""
    below = [second, *body.ancestors(second)]
    for inner, outer in pairwise([first, *body.ancestors(first)]):
        if outer in below:
            branches = _branch(outer, inner), _branch(outer, below[below.index(outer) - 1])
            return "" not in branches and branches[0] != branches[1]
        # A branch that leaves the function, before what stands below it.
        if isinstance(inner, ast.stmt) and isinstance([inner, *following(body, inner)][-1], (ast.Return, ast.Raise)):
            return True
    return False


def _branch(outer: ast.AST, inner: ast.AST) -> str:
    """The branch of ``outer`` in which ``inner`` stands; empty for what runs whichever is taken."""
    if isinstance(outer, (ast.If, ast.IfExp)):
        for name, branch in (("body", outer.body), ("orelse", outer.orelse)):
            if inner is branch or (isinstance(branch, list) and inner in branch):
                return name
    if isinstance(outer, ast.Match) and isinstance(inner, ast.match_case):
        return str(outer.cases.index(inner))
    return ""
