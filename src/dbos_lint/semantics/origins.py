"""Where an object comes from: the call that made it, through names, attributes and imports."""

from __future__ import annotations

from collections.abc import Iterator

from dbos_lint.records import NamedTuple
from dbos_lint.semantics.refs import is_call
from dbos_lint.semantics.resolve import Resolver
from dbos_lint.semantics.scoping import Place, binding_scope, inner_scope, reaching
from dbos_lint.semantics.sites import MODULE, Binding, Ref
from dbos_lint.semantics.summary import Module, Scope
from dbos_lint.semantics.values import ClassValue, External, Instance, ModuleValue, Values

_DEPTH = 8


def made_by(resolver: Resolver, module: Module, ref: Ref, place: Place) -> frozenset[str]:
    """The qualified names of what was called to make what ``ref`` is; empty where that cannot be told."""
    found = list(_Origins(resolver).of(module, ref, place, 0))
    return frozenset(origin.name for origin in found if origin is not None) if None not in found else frozenset()


def calls_behind(resolver: Resolver, module: Module, ref: Ref, place: Place) -> list[Origin]:
    """The calls, awaited or not, that made what ``ref`` is; none where that cannot be told."""
    found = list(_Origins(resolver, awaits=True).of(module, ref, place, 0))
    return [origin for origin in found if origin is not None] if None not in found else []


class Origin(NamedTuple):
    """A call of ``name``, something outside the project, that ``module`` holds at ``place`` as ``ref``."""

    name: str
    module: Module
    ref: Ref
    place: Place


class _Origins:
    """Yields None for what it cannot follow."""

    def __init__(self, resolver: Resolver, awaits: bool = False) -> None:
        self._resolver = resolver
        self._awaits = awaits

    def of(self, module: Module, ref: Ref, place: Place, depth: int) -> Iterator[Origin | None]:
        while isinstance(ref, tuple) and (ref[0] == "annotated" or (self._awaits and ref[0] == "await")):
            ref = ref[1]
        if depth > _DEPTH:
            yield None
        elif is_call(ref):
            called = self._resolver.resolve(module, ref[1], place)
            outside = called[0] if len(called) == 1 and isinstance(called[0], External) else None
            yield Origin(outside.name, module, ref, place) if outside is not None else None
        elif isinstance(ref, str):
            base, _, name = ref.rpartition(".")
            yield from (
                self._member(module, base, name, place, depth) if base else self._name(module, name, place, depth)
            )
        else:
            yield None

    def _name(self, module: Module, name: str, place: Place, depth: int) -> Iterator[Origin | None]:
        scope = binding_scope(module, place.scope, name)
        if scope is None:
            yield None
            return
        inside = inner_scope(module, place.scope) == scope.id
        for binding in reaching(module, scope.bindings[name], place if inside else None):
            yield from self._bound(module, scope, binding, depth)

    def _bound(self, module: Module, scope: Scope, binding: Binding, depth: int) -> Iterator[Origin | None]:
        if binding.kind == "value":
            yield from self.of(module, binding.value, Place(scope.id, binding.row - 1, binding.block), depth + 1)
        elif binding.kind == "import" and binding.value[1]:
            source, name, level = binding.value
            path = self._resolver.project.find(source, level, module.path)
            yield from self._of_module(path, name, depth) if path else (None,)
        else:
            yield None

    def _member(self, module: Module, base: str, name: str, place: Place, depth: int) -> Iterator[Origin | None]:
        owners: Values = self._resolver.resolve(module, base, place)
        if not owners:
            yield None
        for owner in owners:
            klass = owner.type if isinstance(owner, Instance) else owner
            if isinstance(owner, ModuleValue):
                yield from self._of_module(owner.path, name, depth)
            elif isinstance(klass, ClassValue):
                yield from self._of_class(klass, name, depth)
            else:
                yield None

    def _of_module(self, path: str, name: str, depth: int) -> Iterator[Origin | None]:
        module = self._resolver.project.module(path) if path.endswith(".py") else None
        if module is None or name not in module.scopes[MODULE].bindings:
            yield None
            return
        scope = module.scopes[MODULE]
        for binding in reaching(module, scope.bindings[name], None):
            yield from self._bound(module, scope, binding, depth + 1)

    def _of_class(self, klass: ClassValue, name: str, depth: int) -> Iterator[Origin | None]:
        for ancestor in self._resolver.lineage(klass):
            if not isinstance(ancestor, ClassValue):
                continue
            module, declared = self._resolver.module(ancestor.module), self._resolver.klass(ancestor)
            scope = module.scopes[declared.scope]
            bindings, set_in_methods = scope.bindings.get(name, ()), declared.attributes.get(name, ())
            for binding in bindings:
                yield from self._bound(module, scope, binding, depth + 1)
            for ref, scope_id in set_in_methods:
                yield from self.of(module, ref, Place(scope_id), depth + 1)
            if bindings or set_in_methods:
                return
        yield None
