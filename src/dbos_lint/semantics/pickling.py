"""What pickle refuses, with which dbos stores data: told by how a value is made, or by its annotation."""

from __future__ import annotations

import builtins

from dbos_lint.catalog import types
from dbos_lint.catalog.pickling import CALLS, KEEPS_FUNCTION, PICKLES_ITSELF, TYPES
from dbos_lint.semantics.coroutines import makes_coroutine
from dbos_lint.semantics.externals import known_as
from dbos_lint.semantics.making import Making
from dbos_lint.semantics.scoping import Place
from dbos_lint.semantics.summary import Function
from dbos_lint.semantics.values import (
    ClassValue,
    Coroutine,
    Entity,
    External,
    FunctionValue,
    ModuleValue,
    Partial,
    Value,
)

# Bases that leave it to pickle how objects are stored.
_PLAIN_BASES = frozenset({"object", "abc.ABC", "typing.Generic", "typing.Protocol", "dbos.DBOSConfiguredInstance"})
# What a ``with`` statement over them gives is the thing itself.
_ENTERED = ("an open file", "a database", "a socket", "a client")


class Pickling(Making):
    """Tells what cannot be pickled: the answer is what it is called, such as "a lock"."""

    def collection(self, kind: str) -> str:
        return "a generator" if kind == "generator" else ""

    def enters(self, made: str) -> bool:
        return made.startswith(_ENTERED)

    def keeps(self, callee: Value) -> bool:
        return isinstance(callee, External) and callee.name in KEEPS_FUNCTION

    def called(self, callee: Value, depth: int) -> str:
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

    def instance(self, name: str) -> str:
        base: str | None = name
        while base is not None:
            if base in TYPES:
                return TYPES[base]
            base = types.BASES.get(base)
        return ""

    def other(self, value: Value, depth: int) -> str:
        if isinstance(value, FunctionValue):
            return self._function(value, self.resolver.function(value), depth)
        if isinstance(value, ModuleValue):
            return "a module"
        if isinstance(value, External):
            return "a module" if "." not in value.name and not hasattr(builtins, value.name) else ""
        if isinstance(value, Coroutine):
            return "a coroutine"
        return self.value(value.callee, depth) if isinstance(value, Partial) else ""

    def _function(self, value: FunctionValue, function: Function, depth: int) -> str:
        if function.name == "<lambda>":
            return "a lambda"
        if value.receiver is not None:
            # A method of an object is stored with its object.
            return self.value(value.receiver, depth)
        local = "<locals>" in function.qualname and not function.decorators
        return f"the function '{function.name}', which is defined inside another" if local else ""

    def object(self, klass: ClassValue, depth: int) -> str:
        """Refused with its class, or with what its constructor puts into it."""
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
                    held = self.of(module, ref, Place(scope), depth + 1)
                    if held:
                        return f"an object of '{declared.name}', with {held} in '{name}'"
        return ""

    def _pickles_itself(self, owner: ClassValue) -> bool:
        module = self.resolver.module(owner.module)
        bindings = module.scopes[self.resolver.klass(owner).scope].bindings
        return not PICKLES_ITSELF.isdisjoint(bindings)
