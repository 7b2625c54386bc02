"""What attributes of values denote: of classes and their bases, of instances, of functions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dbos_lint.catalog import types
from dbos_lint.catalog.nondeterminism import is_listed
from dbos_lint.semantics.externals import attribute_of, attribute_of_instance, is_known_member
from dbos_lint.semantics.returns import results
from dbos_lint.semantics.scoping import Place
from dbos_lint.semantics.sites import MODULE
from dbos_lint.semantics.summary import Module
from dbos_lint.semantics.values import (
    ClassValue,
    Constant,
    Container,
    Entity,
    External,
    FunctionValue,
    Instance,
    ModuleValue,
    Value,
    Values,
    alternatives,
)

if TYPE_CHECKING:
    from dbos_lint.semantics.resolve import Resolver

_PROPERTIES = frozenset({"property", "functools.cached_property", "cached_property"})

_UNKNOWN: Values = ()


def attribute(resolver: Resolver, value: Value, name: str, depth: int) -> Values:
    """What attribute ``name`` of ``value`` denotes."""
    if resolver.answers.is_cut(depth):
        return ()
    if isinstance(value, External):
        return attribute_of(value, name)
    if isinstance(value, ModuleValue):
        return resolver.member(value.path, name, depth)
    if isinstance(value, ClassValue):
        return _class_attribute(resolver, value, name, value, depth)
    if isinstance(value, Instance):
        if name == "__class__":
            return (value.type,)
        if isinstance(value.type, ClassValue):
            return _class_attribute(resolver, value.type, name, value, depth)
        return attribute_of_instance(value.type.name, name)
    if isinstance(value, Container):
        return (External(f"{value.kind}.{name}", value.kind),)
    if isinstance(value, Entity) and name in ("__wrapped__",):
        return (value.function,)
    if isinstance(value, FunctionValue):
        return _function_attribute(resolver, value, name, depth)
    return ()


def _function_attribute(resolver: Resolver, value: FunctionValue, name: str, depth: int) -> Values:
    """An attribute of what a decorator from outside makes of a function: ``task.delay``."""
    names = resolver.decorator_names(resolver.module(value.module), resolver.function(value), depth)
    made = [types.MADE_BY_DECORATOR[decorator] for decorator in names if decorator in types.MADE_BY_DECORATOR]
    return tuple(attribute for klass in made for attribute in attribute_of_instance(klass, name))


def lineage(resolver: Resolver, value: ClassValue, depth: int) -> tuple[ClassValue | External, ...]:
    """The class and its bases, nearest first; an approximation of the method resolution order."""
    return resolver.answers.ask(("lineage", value), depth, lambda: _find_lineage(resolver, value, depth), (value,))


def _find_lineage(resolver: Resolver, value: ClassValue, depth: int) -> tuple[ClassValue | External, ...]:
    if resolver.answers.is_cut(depth):
        return (value,)
    module, klass = resolver.module(value.module), resolver.klass(value)
    found: dict[ClassValue | External, None] = {value: None}
    place = Place(klass.parent_scope, klass.span.row, MODULE)
    for base in klass.bases:
        for parent in resolver.follow(module, base, place, None, depth + 1):
            if isinstance(parent, ClassValue):
                for ancestor in resolver.lineage(parent, depth + 1):
                    found[ancestor] = None
            elif isinstance(parent, External):
                found[parent] = None
    return tuple(found)


def _class_attribute(resolver: Resolver, klass: ClassValue, name: str, receiver: Value, depth: int) -> Values:
    for ancestor in resolver.lineage(klass, depth):
        if isinstance(ancestor, External):
            if isinstance(receiver, Instance):
                values = attribute_of_instance(ancestor.name, name)
            else:
                values = attribute_of(ancestor, name)
            if values and is_known_member(values[0], ancestor.name, name):
                return values
            continue
        own = _own_attribute(resolver, ancestor, name, receiver, depth)
        if own is not None:
            return own
    externals = [ancestor for ancestor in resolver.lineage(klass, depth) if isinstance(ancestor, External)]
    if externals and isinstance(receiver, Instance):
        return attribute_of_instance(externals[0].name, name)
    return tuple(External(f"{base.name}.{name}") for base in externals if is_listed(f"{base.name}.{name}"))


def _own_attribute(resolver: Resolver, klass: ClassValue, name: str, receiver: Value, depth: int) -> Values | None:
    """The attribute as this very class gives it; None if it does not, so that the next base is asked."""
    module = resolver.module(klass.module)
    declared = resolver.klass(klass)
    scope = module.scopes[declared.scope]
    bindings = scope.bindings.get(name, ())
    found: dict[Value, None] = {}
    for binding in bindings:
        if binding.kind == "def":
            for value in _method(resolver, module, binding.value, receiver, depth):
                found[value] = None
        else:
            for value in resolver.bound(module, scope, name, binding, None, depth):
                found[_bound(value, receiver)] = None
    env = {name: (given,) for name, given in receiver.given} if isinstance(receiver, Instance) else None
    for ref, scope_id in declared.attributes.get(name, ()):
        values = resolver.answers.ask(
            None,
            depth,
            partial(resolver.follow, module, ref, Place(scope_id), env or None, depth + 1),
            _UNKNOWN,
            ("attribute", klass, name, ref),
        )
        for value in values:
            if value != Constant(None):
                found[value] = None
    if found:
        return alternatives(found)
    return () if bindings or name in declared.attributes else None


def _method(resolver: Resolver, module: Module, id: int, receiver: Value, depth: int) -> Values:
    function = module.functions[id]
    names = resolver.decorator_names(module, function, depth)
    if "property.accessor" in names:
        return ()
    value = FunctionValue(module.path, id)
    if names & _PROPERTIES and isinstance(receiver, Instance):
        return results(resolver, value, None, depth)
    made = resolver.decorated(value, depth).value
    if "staticmethod" in names:
        return (made,)
    if "classmethod" in names and isinstance(receiver, Instance):
        receiver = receiver.type
    return (_bound(made, receiver),)


def property_of(resolver: Resolver, value: Value, name: str) -> FunctionValue | None:
    """The function that runs when attribute ``name`` of ``value`` is read, if it is a property of the project."""
    if not isinstance(value, Instance) or not isinstance(value.type, ClassValue):
        return None
    for ancestor in resolver.lineage(value.type):
        if isinstance(ancestor, External):
            continue
        module = resolver.module(ancestor.module)
        bindings = module.scopes[resolver.klass(ancestor).scope].bindings.get(name, ())
        for binding in bindings:
            if binding.kind == "def":
                function = module.functions[binding.value]
                if resolver.decorator_names(module, function) & _PROPERTIES:
                    return FunctionValue(module.path, function.id, value)
        if bindings:
            return None
    return None


def method(resolver: Resolver, value: Value, name: str) -> FunctionValue | None:
    """The function of the project behind method ``name`` of an instance or class, if there is one."""
    klass = value.type if isinstance(value, Instance) else value
    if not isinstance(klass, ClassValue):
        return None
    for ancestor in resolver.lineage(klass):
        if isinstance(ancestor, External):
            continue
        module = resolver.module(ancestor.module)
        for binding in module.scopes[resolver.klass(ancestor).scope].bindings.get(name, ()):
            if binding.kind == "def":
                return FunctionValue(module.path, binding.value, value)
    return None


def _bound(value: Value, receiver: Value) -> Value:
    """``value``, found on a class, as it is got through ``receiver``."""
    if isinstance(value, FunctionValue) and value.receiver is None:
        return value._replace(receiver=receiver) if isinstance(receiver, Instance) else value
    if isinstance(value, Entity) and value.function.receiver is None and isinstance(receiver, Instance):
        return value._replace(function=value.function._replace(receiver=receiver))
    return value
