"""Options of an enqueue that dbos no longer reads."""

from __future__ import annotations

import ast

from dbos_lint.fix import Applicability, Arguments, ByHand, Fix, Keys
from dbos_lint.rules.visitor import Here
from dbos_lint.semantics.typed_dicts import Entry
from dbos_lint.syntax.spans import span_of
from dbos_lint.syntax.trees import walk


def dropped(here: Here, entry: Entry) -> Fix | ByHand:
    """Take away a key of enqueue options that is ignored, where nothing else can ask for it."""
    node = here.typed_dicts.written(entry.span) if entry.item >= 0 and entry.module == here.module.path else None
    if node is None:
        return ByHand("the key is not in a dict that this file writes down")
    if _mentions(here.collected.tree, entry.key) != 1:
        return ByHand(f"the file names '{entry.key}' elsewhere, too")
    value = node.values[entry.item] if isinstance(node, ast.Dict) else node.keywords[entry.item].value
    if any(isinstance(each, (ast.Call, ast.Await, ast.NamedExpr)) for each in walk(value)):
        return ByHand("what is computed for it may be wanted for its own sake")
    change = Keys if isinstance(node, ast.Dict) else Arguments
    title = f"drop '{entry.key}', which nobody reads"
    return Fix(title, Applicability.SAFE, (change(span_of(node), drop=(entry.key,)),))


def _mentions(tree: ast.Module, name: str) -> int:
    """How often a string, or an argument, has this name."""
    found = 0
    for each in walk(tree):
        if isinstance(each, ast.Constant):
            found += each.value == name
        elif isinstance(each, ast.keyword):
            found += each.arg == name
    return found
