"""How a file can write down what it means to name: ``dbos.DBOS`` as ``DBOS``, as ``D``, as ``dbos.DBOS`` ..."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import NamedTuple

from dbos_lint.fix import Import
from dbos_lint.semantics.resolve import Resolver
from dbos_lint.semantics.scoping import Place, binding_scope
from dbos_lint.semantics.summary import MODULE, Module
from dbos_lint.semantics.values import External


class Spelling(NamedTuple):
    """``text`` names something at a place, once ``imports`` hold."""

    text: str
    imports: tuple[Import, ...] = ()


def spelling(resolver: Resolver, module: Module, place: Place, name: str) -> Spelling | None:
    """How to write ``name``, a qualified name outside the project such as ``dbos.DBOS``, at ``place``: by what the file
    has imported there, or with an import to add. None where its name means something else there."""
    package, _, last = name.rpartition(".")
    wanted = (External(name),)
    known = list(_imported(module, place))
    for text in (*known, *(f"{local}.{last}" for local in known)):
        if resolver.resolve(module, text, place) == wanted:
            return Spelling(text)
    if not package or hasattr(builtins, last) or binding_scope(module, place.scope, last) is not None:
        return None
    return Spelling(last, (Import(package, last),))


def _imported(module: Module, place: Place) -> Iterator[str]:
    """The names that imports bind, for certain, at ``place``: not in one branch of several."""
    scope = module.scopes[place.scope]
    while True:
        for name, bindings in scope.bindings.items():
            if all(each.kind == "import" and module.encloses(each.block, place.block) for each in bindings):
                yield name
        if scope.id == MODULE:
            return
        scope = module.scopes[scope.parent]
