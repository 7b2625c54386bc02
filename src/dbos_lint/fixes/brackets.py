"""Listed: a set that becomes a list."""

from __future__ import annotations

import ast

from dbos_lint.fix import Listed
from dbos_lint.fixes.edits import Edit, Void
from dbos_lint.fixes.expressions import check_holes, fragment_at
from dbos_lint.fixes.fragments import Fragments, find, same


def listed(fragments: Fragments, change: Listed) -> tuple[Edit, ...]:
    """Brackets in place of braces."""
    fragment, start, end = fragment_at(fragments, change.span)
    edits = (Edit(start, start + 1, "["), Edit(end - 1, end, "]"))
    wanted = fragment.parsed()
    assert wanted is not None
    made = find(wanted, fragment.moved(change.span), ast.Set, ast.SetComp)
    for node in ast.walk(wanted):
        for name, value in ast.iter_fields(node):
            if value is made:
                setattr(node, name, _list(made))
            elif isinstance(value, list):
                value[:] = [_list(made) if each is made else each for each in value]
    after = fragment.parsed(edits)
    if after is None or not same(after, wanted):
        raise Void("it would mean something else there")
    check_holes(fragment, start, end, edits)
    return edits


def _list(made: ast.Set | ast.SetComp) -> ast.expr:
    if isinstance(made, ast.Set):
        return ast.List(made.elts, ast.Load())
    return ast.ListComp(made.elt, made.generators)
