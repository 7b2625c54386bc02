"""How a file can write down what it means to name: ``dbos.DBOS`` as ``DBOS``, as ``D``, as ``dbos.DBOS`` ..."""

from __future__ import annotations

import builtins
from collections.abc import Iterator

from dbos_lint.fix import Import
from dbos_lint.records import NamedTuple
from dbos_lint.semantics.resolve import Resolver
from dbos_lint.semantics.scoping import Place, binding_scope
from dbos_lint.semantics.sites import MODULE
from dbos_lint.semantics.summary import Module, Scope
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
    inner = list(_imported_inside(module, place))
    outer = resolver.once(_Imports, module).naming(resolver, module, name)
    known = [*inner, *(local for local in outer if _is_certain(module, module.scopes[MODULE], local, place))]
    for text in (*known, *(f"{local}.{last}" for local in known)):
        if resolver.resolve(module, text, place) == wanted:
            return Spelling(text)
    if not package or hasattr(builtins, last) or binding_scope(module, place.scope, last) is not None:
        return None
    return Spelling(last, (Import(package, last),))


class _Imports:
    """The names that the imports of a module bind, by what can be named through them: many findings ask for one."""

    def __init__(self, resolver: Resolver, module: Module) -> None:
        bindings = module.scopes[MODULE].bindings
        self._names = [name for name, bound in bindings.items() if all(each.kind == "import" for each in bound)]
        self._naming: dict[str, tuple[str, ...]] = {}

    def naming(self, resolver: Resolver, module: Module, name: str) -> tuple[str, ...]:
        """The names that mean ``name`` in all of the module, or have it; and those that are bound more than once."""
        if name not in self._naming:
            wanted, last, place = (External(name),), name.rpartition(".")[2], Place(MODULE)
            self._naming[name] = tuple(
                local
                for local in self._names
                if len(module.scopes[MODULE].bindings[local]) > 1
                or wanted in (resolver.resolve(module, text, place) for text in (local, f"{local}.{last}"))
            )
        return self._naming[name]


def _imported_inside(module: Module, place: Place) -> Iterator[str]:
    """The names that imports within functions and classes bind, for certain, at ``place``."""
    scope = module.scopes[place.scope]
    while scope.id != MODULE:
        yield from [name for name in scope.bindings if _is_certain(module, scope, name, place)]
        scope = module.scopes[scope.parent]


def _is_certain(module: Module, scope: Scope, name: str, place: Place) -> bool:
    """Whether nothing but imports binds ``name``, and not in one branch of several."""
    return all(each.kind == "import" and module.encloses(each.block, place.block) for each in scope.bindings[name])
