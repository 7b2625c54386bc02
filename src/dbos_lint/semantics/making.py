"""How a value is made, and so what it is: through names, displays, calls, and what functions return.

What a value is called is the answer; it is empty where a value is nothing that is looked for.
"""

from __future__ import annotations

from collections.abc import Iterable

from dbos_lint.semantics.resolve import Resolver
from dbos_lint.semantics.scoping import Place, binding_scope, inner_scope, place_of, reaching
from dbos_lint.semantics.sites import Ref
from dbos_lint.semantics.summary import Module, Scope
from dbos_lint.semantics.values import ClassValue, Constant, Container, External, FunctionValue, Instance, Value

# How many names, calls and objects deep it is followed how a value is made.
_DEPTH = 8
_DISPLAYS = frozenset({"list", "tuple", "set", "mapping"})


class Making:
    """Tells what values are, by how they are made; what is looked for is told by those who derive from it."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver

    # ------------------------------------------------------------------ what is looked for

    def collection(self, kind: str) -> str:
        """A collection of ``kind`` (``list``, ``tuple``, ``set``, ``dict``, ``generator``), whatever it holds."""
        return ""

    def called(self, callee: Value, depth: int) -> str:
        """What calling ``callee`` gives, as far as it is known by itself."""
        return ""

    def keeps(self, callee: Value) -> bool:
        """Whether what a call of ``callee`` gives holds its first argument."""
        return False

    def instance(self, name: str) -> str:
        """An object of a class outside the project."""
        return ""

    def object(self, klass: ClassValue, depth: int) -> str:
        """An object of a class of the project."""
        return ""

    def other(self, value: Value, depth: int) -> str:
        """Anything that is no object."""
        return ""

    def enters(self, made: str) -> bool:
        """Whether ``with`` over what is called so gives the thing itself."""
        return False

    # ------------------------------------------------------------------ how it is made

    def of(self, module: Module, ref: Ref, place: Place, depth: int = 0) -> str:
        """What ``ref`` is."""
        if ref is None or depth > _DEPTH:
            return ""
        if isinstance(ref, str):
            return self._bound(module, ref, place, depth + 1) or self._resolved(module, ref, place, depth + 1)
        kind = ref[0]
        if kind == "const":
            return ""
        if kind in _DISPLAYS:
            return self.collection(kind) or self._first(module, ref[1:], place, depth)
        if kind == "dict":
            return self._first(module, [item for _, item in ref[2]] if len(ref) > 1 else (), place, depth)
        if kind == "or":
            return self._first(module, ref[1:], place, depth)
        if kind == "annotated":
            return self.of(module, ref[1], place, depth + 1) or self.of(module, ref[2], place, depth + 1)
        if kind == "comp":
            made = self.collection(ref[1])
            return made or ("" if ref[1] == "generator" else self._first(module, ref[3:], place, depth))
        if kind == "call":
            return self._call(module, ref, place, depth + 1)
        return self._resolved(module, ref, place, depth + 1)

    def _first(self, module: Module, refs: Iterable[Ref], place: Place, depth: int) -> str:
        return next(filter(None, (self.of(module, ref, place, depth + 1) for ref in refs)), "")

    def _bound(self, module: Module, name: str, place: Place, depth: int) -> str:
        """A variable is what was put into it."""
        scope = binding_scope(module, place.scope, name)
        if scope is None:
            return ""
        inside = inner_scope(module, place.scope) == scope.id
        bindings = reaching(module, scope.bindings[name], place if inside else None)
        if len(bindings) != 1 or bindings[0].kind not in ("value", "with"):
            return ""
        binding = bindings[0]
        made = self.of(module, binding.value, Place(scope.id, binding.row - 1, binding.block), depth)
        if binding.kind == "with":
            return made if self.enters(made) else ""
        if made or not _is_new(binding.value):
            return made
        return self._put_in(module, name, scope, depth) or self._set(module, name, scope, depth)

    def _put_in(self, module: Module, name: str, scope: Scope, depth: int) -> str:
        """What the function puts into a list or set that it has made."""
        for call in module.functions[scope.function].calls:
            if call.func in (f"{name}.append", f"{name}.add") and call.args and call.scope == scope.id:
                made = self.of(module, call.args[0], place_of(call), depth)
                if made:
                    return made
        return ""

    def _set(self, module: Module, name: str, scope: Scope, depth: int) -> str:
        """What the function sets in a dict that it has made, wherever it sets that item."""
        function = module.functions[scope.function]
        if any(call.func in (f"{name}.pop", f"{name}.popitem", f"{name}.clear") for call in function.calls):
            return ""
        items: dict[str | None, list[str]] = {}
        for write in function.writes:
            if write.kind == "item" and write.target == name and write.scope == scope.id:
                made = self.of(module, write.value, Place(write.scope, write.span.row), depth)
                items.setdefault(write.key, []).append(made)
        return next((found[0] for found in items.values() if all(found)), "")

    def _call(self, module: Module, ref: Ref, place: Place, depth: int) -> str:
        """What calling something gives."""
        callees = self.resolver.resolve(module, ref[1], place)
        found = [self.called(callee, depth) for callee in callees]
        if found and all(found):
            return found[0]
        if ref[2] and callees and all(map(self.keeps, callees)):
            return self.of(module, ref[2][0], place, depth)
        return self._resolved(module, ref, place, depth)

    def result_of(self, function: FunctionValue, depth: int = 0) -> str:
        """What running the body of ``function`` returns, wherever it returns something."""
        declared, module = self.resolver.function(function), self.resolver.module(function.module)
        refs = [ref for ref in declared.results if ref != ("const", None)]
        found = [self.of(module, ref, Place(declared.scope), depth + 1) for ref in refs]
        return found[0] if found and all(found) else ""

    # ------------------------------------------------------------------ what it is

    def _resolved(self, module: Module, ref: Ref, place: Place, depth: int) -> str:
        """What all values of ``ref`` are: where one may be something else, it is not sure."""
        values = self.resolver.resolve(module, ref, place)
        found = [self.value(value, depth) for value in values if value != Constant(None)]
        return found[0] if found and all(found) else ""

    def value(self, value: Value, depth: int) -> str:
        """What a value is."""
        if depth > _DEPTH:
            return ""
        if isinstance(value, Container):
            return self.collection(value.kind) or self._held(value, depth)
        if isinstance(value, Instance):
            if isinstance(value.type, External):
                return self.instance(value.type.name)
            return self.object(value.type, depth + 1)
        return self.other(value, depth + 1)

    def _held(self, container: Container, depth: int) -> str:
        """What is in a collection."""
        display = container.display
        if display is not None:
            place = place_of(display)
            return self._first(self.resolver.module(display.module), [ref for _, ref in display.items], place, depth)
        found = [self.value(element, depth + 1) for element in container.elements] if container.whole else []
        return next(filter(None, found), "")


def _is_new(value: Ref) -> bool:
    """Whether an expression makes a new list, set or dict."""
    while isinstance(value, tuple) and value[0] == "annotated":
        value = value[1]
    return isinstance(value, tuple) and (
        value[0] in ("list", "set", "dict") or value[:2] in (("call", "list"), ("call", "set"), ("call", "dict"))
    )
