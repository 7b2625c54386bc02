"""A tree that is parsed again, beside the summary that is known of its text.

Collecting wrote down where everything stands: the nodes of another tree of the same text are told by their places, in
a quarter of the time.
"""

from __future__ import annotations

import ast
from bisect import bisect
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any

from dbos_lint.semantics.collect_scopes import DefNode, Nodes
from dbos_lint.semantics.sites import MODULE
from dbos_lint.semantics.summary import Function, Module
from dbos_lint.syntax.spans import span_of

_DEFS = (ast.FunctionDef, ast.AsyncFunctionDef)
_TRIES = (ast.Try, ast.TryStar) if hasattr(ast, "TryStar") else (ast.Try,)
_WITHS = (ast.With, ast.AsyncWith)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_IMPORTS = (ast.Import, ast.ImportFrom)
_KINDS = (ast.Call, ast.Dict, ast.ClassDef, *_DEFS, *_TRIES, *_WITHS, *_LOOPS, *_IMPORTS)
# Fields that hold no node, or none that collecting looks at.
_WITHOUT = frozenset(
    {"annotation", "arg", "attr", "conversion", "ctx", "id", "is_async", "kwd_attrs", "level", "module", "name"}
) | {"names", "op", "ops", "rest", "returns", "simple", "type_comment", "type_ignores", "type_params"}
_LEAVES = frozenset({ast.Name, ast.Constant, ast.MatchSingleton, type(None)})

_number = attrgetter("number")
_place = attrgetter("lineno", "col_offset")
_span = attrgetter("span")


class _Fields(dict[type, tuple[str, ...]]):
    """The fields of each kind of node in which there may be nodes."""

    def __missing__(self, kind: type) -> tuple[str, ...]:
        found = self[kind] = tuple([name for name in getattr(kind, "_fields", ()) if name not in _WITHOUT])
        return found


_FIELDS = _Fields(dict.fromkeys(_LEAVES, ()))


def nodes_of(tree: ast.Module, module: Module) -> Nodes | None:
    """The nodes of ``tree`` beside their records in ``module``, a summary of the same text, as collecting gives them.

    None where places do not tell calls apart: a tree need not come from the parser as it is.
    """
    found = _by_kind(tree)
    known = sorted([call for function in module.functions for call in function.calls], key=_number)
    calls = {span_of(node): node for node in found[ast.Call]}
    if len(calls) < len(found[ast.Call]) or not calls.keys() >= set(map(_span, known)):
        return None
    nodes = Nodes()
    nodes.calls = [(calls[call.span], call) for call in known]
    nodes.functions = _beside(_of(found, _DEFS), [each for each in module.functions[1:] if each.name != "<lambda>"])
    nodes.classes = _beside(found[ast.ClassDef], module.classes)
    nodes.tries = _beside(_of(found, _TRIES), module.tries)
    nodes.withs = _within(_of(found, _WITHS), nodes.functions, module)
    nodes.loops = _within(_of(found, _LOOPS), nodes.functions, module)
    nodes.imports = _of(found, _IMPORTS)
    nodes.dicts = found[ast.Dict]
    return nodes


def _by_kind(tree: ast.Module) -> dict[type, list[Any]]:
    """The nodes in ``tree`` that collecting tells of."""
    found: dict[type, list[Any]] = {kind: [] for kind in _KINDS}
    todo: list[Any] = [tree]
    while todo:
        node = todo.pop()
        kind = node.__class__
        if kind in found:
            found[kind].append(node)
        for name in _FIELDS[kind]:
            value = getattr(node, name, None)
            if value.__class__ is list:
                todo += value
            elif value.__class__ not in _LEAVES:
                todo.append(value)
    return found


def _of(found: dict[type, list[Any]], kinds: Iterable[type]) -> list[Any]:
    """The statements of these ``kinds``, in the order of the text."""
    return sorted([node for kind in kinds for node in found[kind]], key=_place)


def _beside(nodes: Iterable[Any], records: Iterable[Any]) -> list[tuple[Any, Any]]:
    """Each of ``records`` with the statement among ``nodes`` that it tells of."""
    by_place = {span_of(node): node for node in nodes}
    return [(by_place[record.span], record) for record in records]


def _within(
    nodes: Sequence[Any], functions: Sequence[tuple[DefNode, Function]], module: Module
) -> list[tuple[Any, Function]]:
    """Each of ``nodes``, statements, with the function that runs it."""
    starts = [_place(node) for node, _ in functions]
    found = []
    for node in nodes:
        index = bisect(starts, _place(node))
        function = functions[index - 1][1] if index else module.functions[MODULE]
        while function.id != MODULE and function.span[2:] < _place(node):
            function = module.functions[function.parent]
        found.append((node, function))
    return found
