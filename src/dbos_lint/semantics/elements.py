"""What the elements of a collection are, for certain: the names of their builtin types."""

from __future__ import annotations

from collections.abc import Iterable

from dbos_lint.semantics.declarations import is_transparent
from dbos_lint.semantics.refs import is_call, receiver_and_method
from dbos_lint.semantics.resolve import Resolver
from dbos_lint.semantics.scoping import Place, binding_scope, inner_scope, place_of, reaching
from dbos_lint.semantics.sites import Call, Ref
from dbos_lint.semantics.summary import Module, Scope
from dbos_lint.semantics.values import Constant, Container, Entity, External, FunctionValue, Instance, Value

# How many names and calls a collection is followed through.
_DEPTH = 6
_DISPLAYS = ("list", "tuple", "set")
# Functions that make a collection of what another one holds, and methods that put one thing into a collection.
_COPIES = frozenset({"set", "frozenset", "list", "tuple", "sorted", "reversed"})
_PUTS = frozenset({"add", "append", "appendleft"})
# Methods that change a collection without putting in anything new.
_TAKES = frozenset({"discard", "remove", "pop", "popleft", "clear", "sort", "reverse", "copy", "index", "count"})
_TYPES = frozenset({"str", "int", "float", "bool"})
# Strings of the standard library.
_STRINGS = frozenset(
    f"string.{name}"
    for name in (
        *("ascii_letters", "ascii_lowercase", "ascii_uppercase", "digits", "hexdigits", "octdigits"),
        *("printable", "punctuation", "whitespace"),
    )
)


def element_types(resolver: Resolver, module: Module, ref: Ref, place: Place) -> frozenset[str]:
    """The builtin types, of ``str``, ``int``, ``float`` and ``bool``, that the elements of ``ref`` have; empty where
    one may be something else."""
    return _Elements(resolver, module).of(ref, place, 0) or frozenset()


class _Elements:
    """The search in one module. ``None`` is what is not known, the empty set a collection without elements."""

    def __init__(self, resolver: Resolver, module: Module) -> None:
        self._resolver = resolver
        self._module = module

    def of(self, ref: Ref, place: Place, depth: int) -> frozenset[str] | None:
        if ref is None or depth > _DEPTH:
            return None
        if isinstance(ref, str):
            return self._of_name(ref, place, depth)
        kind = ref[0]
        if kind in _DISPLAYS:
            return _union(self._of_element(part, place) for part in ref[1:])
        if kind == "comp" and len(ref) > 3 and ref[1] != "dict":
            return self._of_element(ref[3], place)
        if kind == "const":
            return frozenset({"str"}) if isinstance(ref[1], str) else None
        if kind in ("sets", "or", "add"):
            return _union(self.of(part, place, depth + 1) for part in ref[1:])
        if kind == "annotated":
            return self._of_values(self._resolver.resolve(self._module, ref[2], place)) or self.of(
                ref[1], place, depth + 1
            )
        if kind == "call" and self._is_copy(ref, place):
            return self.of(ref[2][0], place, depth + 1) if ref[2] else frozenset()
        if kind == "call" and self._called(ref, place) == (External("range"),):
            return frozenset({"int"})
        return self._declared(ref, place) or self._of_values(self._resolver.resolve(self._module, ref, place))

    def _called(self, ref: Ref, place: Place) -> tuple[Value, ...]:
        """What a call calls."""
        return self._resolver.resolve(self._module, ref[1], place) if isinstance(ref, tuple) else ()

    def _declared(self, ref: Ref, place: Place) -> frozenset[str] | None:
        """What a function of the project says that it returns."""
        awaited = isinstance(ref, tuple) and ref[0] == "await"
        made: Ref = ref[1] if awaited and isinstance(ref, tuple) else ref
        if not isinstance(made, tuple) or made[0] != "call":
            return None
        found: list[Value] = []
        for callee in self._called(made, place):
            value = callee.function if isinstance(callee, Entity) else callee
            if not isinstance(value, FunctionValue) or not is_transparent(self._resolver, value):
                return None
            function, module = self._resolver.function(value), self._resolver.module(value.module)
            declared = self._resolver.resolve(module, function.returns, Place(module.scopes[function.scope].parent))
            if function.is_async != awaited or not declared:
                return None
            found += declared
        return self._of_values(found)

    def _is_copy(self, ref: Ref, place: Place) -> bool:
        values = self._called(ref, place)
        return len(values) == 1 and isinstance(values[0], External) and values[0].name in _COPIES and len(ref[2]) < 2

    def _of_name(self, ref: str, place: Place, depth: int) -> frozenset[str] | None:
        scope = binding_scope(self._module, place.scope, ref) if "." not in ref else None
        if scope is None:
            return self._of_values(self._resolver.resolve(self._module, ref, place))
        inside = inner_scope(self._module, place.scope) == scope.id
        bindings = reaching(self._module, scope.bindings[ref], place if inside else None)
        if ref in scope.augmented or not bindings:
            return None
        found = [
            self.of(each.value, Place(scope.id, each.row - 1, each.block), depth + 1)
            if each.kind == "value"
            else self._of_values(self._resolver.resolve(self._module, ref, place))
            for each in bindings
        ]
        return _union([*found, *self._put_in(ref, scope)])

    def _put_in(self, name: str, scope: Scope) -> Iterable[frozenset[str] | None]:
        """What the module puts into the variable ``name`` of ``scope``, wherever it does so."""
        for call, method in self._resolver.once(_methods_called, self._module).get(name, ()):
            if binding_scope(self._module, call.scope, name) is scope:
                yield self._put_by(call, method)

    def _put_by(self, call: Call, method: str) -> frozenset[str] | None:
        if method in _PUTS and len(call.args) == 1:
            return self._of_element(call.args[0], place_of(call))
        return frozenset() if method in _TAKES else None

    def _of_element(self, ref: Ref, place: Place) -> frozenset[str] | None:
        if isinstance(ref, tuple) and ref[0] == "const":
            name = type(ref[1]).__name__
            return frozenset({name}) if name in _TYPES else None
        if isinstance(ref, tuple) and ref[0] == "join":
            return frozenset({"str"})
        if is_call(ref):
            made = self._called(ref, place)
            if len(made) == 1 and isinstance(made[0], External) and made[0].name in _TYPES:
                return frozenset({made[0].name})
        return _union(map(_type, self._resolver.resolve(self._module, ref, place)), some=True)

    def _of_values(self, values: Iterable[Value]) -> frozenset[str] | None:
        return _union((self._of_value(value) for value in values), some=True)

    def _of_value(self, value: Value) -> frozenset[str] | None:
        if isinstance(value, External) and value.name in _STRINGS:
            return frozenset({"str"})
        if not isinstance(value, Container) or not value.whole or value.kind not in (*_DISPLAYS, "frozenset"):
            return None
        return _union(map(_type, value.elements), some=True)


def _methods_called(_: object, module: Module) -> dict[Ref, list[tuple[Call, str]]]:
    """The calls of methods, by what they are called on."""
    found: dict[Ref, list[tuple[Call, str]]] = {}
    for function in module.functions:
        for call in function.calls:
            receiver, method = receiver_and_method(call.func)
            if isinstance(receiver, str):
                found.setdefault(receiver, []).append((call, method))
    return found


def _type(value: Value) -> frozenset[str] | None:
    """The type of a single thing."""
    name = ""
    if isinstance(value, Constant):
        name = type(value.value).__name__
    elif isinstance(value, Container):
        name = value.kind
    elif isinstance(value, Instance) and isinstance(value.type, External):
        name = value.type.name
    return frozenset({name}) if name in _TYPES else None


def _union(parts: Iterable[frozenset[str] | None], *, some: bool = False) -> frozenset[str] | None:
    """All of ``parts``; ``None`` where one of them is not known, or where there should be ``some`` and is none."""
    found: set[str] = set()
    for part in parts:
        if part is None:
            return None
        found |= part
    return frozenset(found) if found or not some else None
