"""The names in the file being linted: each with the expression that is the name."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from dbos_lint.catalog.names import OFFERS, SLOTS, Slot
from dbos_lint.rules.visitor import Here
from dbos_lint.semantics.naming import argument, elements_of, names_in, options_of
from dbos_lint.semantics.options import Written
from dbos_lint.semantics.sites import Call, Ref
from dbos_lint.semantics.testcode import is_test_file
from dbos_lint.semantics.told import Known


class Named:
    """That a call names something: ``node`` is the expression, or the argument where the name is in another file.

    ``api`` is the qualified name of what is called, ``options`` the mapping that holds the name, if there is one.
    """

    __slots__ = ("api", "call", "name", "node", "options", "slot")

    def __init__(
        self,
        slot: Slot,
        name: str,
        node: ast.expr,
        api: str,
        call: Call,
        options: Written | None,
    ) -> None:
        self.slot = slot
        self.name = name
        self.node = node
        self.api = api
        self.call = call
        self.options = options


def taking(*kinds: str) -> frozenset[str]:
    """The qualified names of what takes a name of one of ``kinds``."""
    return frozenset(api for api, slots in SLOTS.items() if any(slot.kind in kinds for slot in slots))


def named(here: Here, node: ast.Call, call: Call, kind: str, side: str) -> Iterator[Named]:
    """The literal names of ``kind`` that ``call`` takes on ``side``."""
    for api in sorted(here.names_called(call) & SLOTS.keys()):
        for slot in SLOTS[api]:
            if slot.kind == kind and slot.side == side:
                yield from _at(here, node, call, slot, api)


def _at(here: Here, node: ast.Call, call: Call, slot: Slot, api: str) -> Iterator[Named]:
    given, ref = argument(call, slot)
    taken = _taken(node, slot) if given else None
    elements = elements_of(ref, slot)
    if taken is None or elements is None:
        return
    nodes = taken.elts if slot.each and isinstance(taken, (ast.List, ast.Tuple, ast.Set)) else [taken]
    names = here.analysis.names
    for element, expression in zip(elements, nodes, strict=False):
        for name in names_in(names.calls, here.module, call, slot, element) or ():
            options = options_of(names.calls, here.module, call, element) if slot.key else None
            yield Named(slot, name, _value(here, expression, slot.key, options), api, call, options)


def _taken(node: ast.Call, slot: Slot) -> ast.expr | None:
    for keyword in node.keywords:
        if keyword.arg == slot.keyword:
            return keyword.value
    return node.args[slot.position] if 0 <= slot.position < len(node.args) else None


def _value(here: Here, node: ast.expr, key: str, options: Written | None) -> ast.expr:
    """The value under ``key`` in the text of the mapping that ``node`` is, where that is in this file."""
    if options is None:
        return node
    if not isinstance(node, (ast.Dict, ast.Call)) and options.module is here.module:
        node = here.typed_dicts.written(options.span) or node
    if isinstance(node, ast.Dict):
        for name, value in zip(node.keys, node.values, strict=True):
            if isinstance(name, ast.Constant) and name.value == key:
                return value
    if isinstance(node, ast.Call):
        for keyword in node.keywords:
            if keyword.arg == key:
                return keyword.value
    return node


def in_options(here: Here, named: Named, key: str) -> Ref:
    """What the mapping that holds a name has under another key; None where there is nothing."""
    items = named.options.items if named.options is not None else ()
    return next((ref for name, ref in items if name == key), None)


def is_test(here: Here, path: str) -> bool:
    """Whether the file at ``path`` is there for tests."""
    return is_test_file(here.resolver, here.resolver.module(path))


def speaks_for_project(known: Known, here: Here) -> bool:
    """Whether what is offered in the project's own code tells what there is: tests may make up names of theirs."""
    if OFFERS in known.open:
        return False
    in_tests = is_test(here, here.module.path)
    offers = (told for mentions in known.offered.values() for told in mentions)
    return any(told.sure and (in_tests or not told.in_tests) for told in offers)
