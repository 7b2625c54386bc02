"""What pickle refuses, with which dbos stores data: told by how a value is made, or by its annotation.

The answer is what the value is called in a message, such as "a lock"; it is empty where pickle may carry the value.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from dataclasses import dataclass

from dbos_lint.catalog import types
from dbos_lint.catalog.pickling import CALLS, PICKLES_ITSELF, TYPES
from dbos_lint.semantics.coroutines import makes_coroutine
from dbos_lint.semantics.externals import known_as
from dbos_lint.semantics.resolve import Resolver
from dbos_lint.semantics.scoping import Place, binding_scope, inner_scope, reaching
from dbos_lint.semantics.summary import Function, Module, Ref
from dbos_lint.semantics.values import (
    ClassValue,
    Constant,
    Container,
    Coroutine,
    Entity,
    External,
    FunctionValue,
    Instance,
    ModuleValue,
    Partial,
    Value,
)

# How many names, calls and objects deep it is followed how a value is made.
_DEPTH = 8
# Bases that leave it to pickle how objects are stored.
_PLAIN_BASES = frozenset({"object", "abc.ABC", "typing.Generic", "typing.Protocol", "dbos.DBOSConfiguredInstance"})
# What a ``with`` statement over them gives is the thing itself.
_ENTERED = ("an open file", "a database", "a socket", "a client")


@dataclass(slots=True)
class Pickling:
    """Tells what cannot be pickled in one project."""

    resolver: Resolver

    def refused(self, module: Module, ref: Ref, place: Place, depth: int = 0) -> str:
        """What ``ref`` is, if pickle refuses it."""
        if ref is None or depth > _DEPTH:
            return ""
        if isinstance(ref, str):
            return self._named(module, ref, place, depth + 1)
        kind = ref[0]
        if kind in ("list", "tuple", "set", "mapping"):
            return self._first(module, ref[1:], place, depth)
        if kind == "dict":
            return self._first(module, [item for _, item in ref[2]] if len(ref) > 1 else (), place, depth)
        if kind == "or":
            return self._first(module, ref[1:], place, depth)
        if kind == "annotated":
            return self.refused(module, ref[1], place, depth + 1) or self.refused(module, ref[2], place, depth + 1)
        if kind == "comp" and ref[1] != "generator" and len(ref) > 3:
            return self.refused(module, ref[3], place, depth + 1)
        if kind == "call":
            return self._called(module, ref, place, depth + 1)
        return self._resolved(module, ref, place, depth + 1)

    def _first(self, module: Module, refs: Iterable[Ref], place: Place, depth: int) -> str:
        return next(filter(None, (self.refused(module, ref, place, depth + 1) for ref in refs)), "")

    def _resolved(self, module: Module, ref: Ref, place: Place, depth: int) -> str:
        return self._common(self.resolver.resolve(module, ref, place), depth)

    def _common(self, values: Iterable[Value], depth: int) -> str:
        """What all of ``values`` are: where one may be carried, it is not sure."""
        found = [self._value(value, depth) for value in values if value != Constant(None)]
        return found[0] if found and all(found) else ""

    # ------------------------------------------------------------------ how it is made

    def _named(self, module: Module, ref: str, place: Place, depth: int) -> str:
        """A variable is what was put into it."""
        return self._bound(module, ref, place, depth) or self._resolved(module, ref, place, depth)

    def _bound(self, module: Module, name: str, place: Place, depth: int) -> str:
        scope = binding_scope(module, place.scope, name)
        if scope is None:
            return ""
        inside = inner_scope(module, place.scope) == scope.id
        bindings = reaching(module, scope.bindings[name], place if inside else None)
        if len(bindings) != 1 or bindings[0].kind not in ("value", "with"):
            return ""
        binding = bindings[0]
        made = self.refused(module, binding.value, Place(scope.id, binding.row - 1, binding.block), depth)
        return made if binding.kind == "value" or made.startswith(_ENTERED) else ""

    def _called(self, module: Module, ref: Ref, place: Place, depth: int) -> str:
        """What calling something gives."""
        callees = self.resolver.resolve(module, ref[1], place)
        found = [self._result(callee, depth) for callee in callees]
        if found and all(found):
            return found[0]
        return self._resolved(module, ref, place, depth)

    def _result(self, callee: Value, depth: int) -> str:
        if isinstance(callee, External):
            return CALLS.get(callee.name) or CALLS.get(known_as(callee), "")
        if isinstance(callee, Entity):
            return "a coroutine" if makes_coroutine(self.resolver, callee.function) else ""
        if not isinstance(callee, FunctionValue):
            return ""
        function = self.resolver.function(callee)
        if any(decorator.ref not in ("staticmethod", "classmethod") for decorator in function.decorators):
            return ""
        if function.is_generator:
            return "a generator"
        return "a coroutine" if function.is_async else self.result_of(callee, depth)

    def result_of(self, function: FunctionValue, depth: int = 0) -> str:
        """What running the body of ``function`` returns, wherever it returns something."""
        declared, module = self.resolver.function(function), self.resolver.module(function.module)
        refs = [ref for ref in declared.results if ref != ("const", None)]
        found = [self.refused(module, ref, Place(declared.scope), depth + 1) for ref in refs]
        return found[0] if found and all(found) else ""

    # ------------------------------------------------------------------ what it is

    def _value(self, value: Value, depth: int) -> str:
        if depth > _DEPTH:
            return ""
        if isinstance(value, FunctionValue):
            return self._function(value, self.resolver.function(value), depth)
        if isinstance(value, ModuleValue):
            return "a module"
        if isinstance(value, External):
            return "a module" if "." not in value.name and not hasattr(builtins, value.name) else ""
        if isinstance(value, Coroutine):
            return "a coroutine"
        if isinstance(value, Partial):
            return self._value(value.callee, depth + 1)
        if isinstance(value, Container):
            return self._container(value, depth + 1)
        if isinstance(value, Instance):
            if isinstance(value.type, ClassValue):
                return self._object(value.type, depth + 1)
            return _type(value.type.name)
        return ""

    def _function(self, value: FunctionValue, function: Function, depth: int) -> str:
        if function.name == "<lambda>":
            return "a lambda"
        if value.receiver is not None:
            # A method of an object is stored with its object.
            return self._value(value.receiver, depth + 1)
        local = "<locals>" in function.qualname and not function.decorators
        return f"the function '{function.name}', which is defined inside another" if local else ""

    def _container(self, container: Container, depth: int) -> str:
        if container.kind == "generator":
            return "a generator"
        if container.display is not None:
            module = self.resolver.module(container.display.module)
            display = container.display
            place = Place(display.scope, display.span.row, display.block)
            return self._first(module, [ref for _, ref in display.items], place, depth)
        found = [self._value(element, depth + 1) for element in container.elements] if container.whole else []
        return next(filter(None, found), "")

    def _object(self, klass: ClassValue, depth: int) -> str:
        """An object of a class of the project: refused with its class, or with what its constructor puts into it."""
        lineage = self.resolver.lineage(klass)
        owners = [owner for owner in lineage if isinstance(owner, ClassValue)]
        if any(self._pickles_itself(owner) for owner in owners):
            return ""
        declared = self.resolver.klass(klass)
        if "<locals>" in declared.qualname:
            return f"an object of '{declared.name}', a class that is defined inside a function"
        if any(isinstance(base, External) and base.name not in _PLAIN_BASES for base in lineage):
            return ""
        for owner in owners:
            module = self.resolver.module(owner.module)
            for name, given in self.resolver.klass(owner).attributes.items():
                ref, scope = given[0]
                if len(given) == 1 and module.functions[module.scopes[scope].function].name == "__init__":
                    held = self.refused(module, ref, Place(scope), depth + 1)
                    if held:
                        return f"an object of '{declared.name}', with {held} in '{name}'"
        return ""

    def _pickles_itself(self, owner: ClassValue) -> bool:
        module = self.resolver.module(owner.module)
        bindings = module.scopes[self.resolver.klass(owner).scope].bindings
        return not PICKLES_ITSELF.isdisjoint(bindings)


def _type(name: str | None) -> str:
    """What objects of an outside class are called, if they are refused."""
    while name is not None:
        if name in TYPES:
            return TYPES[name]
        name = types.BASES.get(name)
    return ""
