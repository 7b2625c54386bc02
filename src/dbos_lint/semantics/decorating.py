"""What decorators make of the functions below them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dbos_lint.catalog import api
from dbos_lint.semantics.externals import durable
from dbos_lint.semantics.refs import is_call, uncalled
from dbos_lint.semantics.scoping import Place
from dbos_lint.semantics.sites import Binding, Decorator, Ref
from dbos_lint.semantics.summary import Function, Module
from dbos_lint.semantics.values import DecoratorValue, Entity, External, FunctionValue, Value, Values

if TYPE_CHECKING:
    from dbos_lint.semantics.resolve import Resolver


class Decorated:
    """What the decorators of a function make of it.

    ``layers`` are the decorators from the bottom up, each with the values it denotes. ``entity`` is the durable
    function that calls reach. ``wrappers`` are functions of the project that run around the body.
    """

    __slots__ = ("entity", "layers", "value", "wrappers")

    def __init__(
        self,
        value: Value,
        entity: Entity | None,
        layers: tuple[tuple[Decorator, Values], ...],
        wrappers: tuple[FunctionValue, ...],
    ) -> None:
        self.value = value
        self.entity = entity
        self.layers = layers
        self.wrappers = wrappers


def decorated(resolver: Resolver, value: FunctionValue, depth: int) -> Decorated:
    """What the decorators of the function make of it."""
    key = ("decorated", value.module, value.id)
    known: Decorated | None = resolver.answers.recall(key, depth)
    if known is not None:
        return known
    bare = FunctionValue(value.module, value.id)
    plain = Decorated(bare, None, (), ())
    if not resolver.function(bare).decorators:
        return plain
    return resolver.answers.ask(key, depth, lambda: _decorate(resolver, bare, plain, depth), plain)


def _decorate(resolver: Resolver, value: FunctionValue, plain: Decorated, depth: int) -> Decorated:
    if resolver.answers.is_cut(depth):
        return plain
    function = resolver.function(value)
    module = resolver.module(value.module)
    place = Place(module.scopes[function.scope].parent, function.span.row, function.block)
    current: Value = value
    layers: list[tuple[Decorator, Values]] = []
    wrappers: list[FunctionValue] = []
    for decorator in reversed(function.decorators):
        denoted = resolver.follow(module, decorator.ref, place, None, depth + 1)
        layers.append((decorator, denoted))
        current = _apply(resolver, denoted, current, value, wrappers, depth)
    entity = current if isinstance(current, Entity) else None
    return Decorated(current, entity, tuple(layers), tuple(wrappers))


def _apply(
    resolver: Resolver,
    denoted: Values,
    current: Value,
    function: FunctionValue,
    wrappers: list[FunctionValue],
    depth: int,
) -> Value:
    """``current``, what lies below, under one decorator; unknown ones are taken to leave it as it is."""
    for decorator in denoted:
        if isinstance(decorator, DecoratorValue):
            return durable(decorator, current)
        if isinstance(decorator, External):
            kind = api.DECORATORS.get(decorator.name) or resolver.configured_kind(decorator.name)
            if kind is not None:
                return durable(DecoratorValue(kind, decorator.name), current)
        if isinstance(decorator, FunctionValue):
            kind = resolver.configured_kind(resolver.qualified_name(decorator))
            if kind is not None:
                return durable(DecoratorValue(kind, ""), current)
            for made in resolver.call(decorator, ((current,),), {}, depth + 1):
                if isinstance(made, Entity):
                    if made.function.key != function.key:
                        wrappers.append(made.function)
                        return Entity(made.kind, function, made.options)
                    return made
                if isinstance(made, FunctionValue) and made.key != function.key:
                    wrappers.append(made)
    return current


def applied(module: Module, function: Function) -> tuple[Ref, ...]:
    """The decorators of ``function``, from the top down, those among them that are called: ``f = decorate(f)``."""
    written = tuple([decorator.ref for decorator in function.decorators])
    bindings = module.scopes[module.scopes[function.scope].parent].bindings.get(function.name, ())
    if len(bindings) < 2 or bindings[0][:2] != ("def", function.id):
        return written
    called = [_applied(function.name, binding) for binding in bindings[1:]]
    return written if None in called else (*reversed(called), *written)


def _applied(name: str, binding: Binding) -> Ref:
    """What a binding of ``name`` puts around what the name has been until then."""
    value: Ref = binding.value if binding.kind == "value" else None
    if isinstance(value, tuple) and value[0] == "annotated":
        value = value[1]
    if is_call(value) and value[2:] == ((name,), ()):
        called: Ref = value[1]
        return called
    return None


def decorator_names(resolver: Resolver, module: Module, function: Function, depth: int) -> frozenset[str]:
    """The external names among the decorators of ``function``, called or not."""
    refs = applied(module, function)
    if not refs:
        return frozenset()
    key = ("names", module.path, function.id)
    find = partial(_names_of_decorators, resolver, module, function, refs, depth)
    return resolver.answers.ask(key, depth, find, frozenset())


def _names_of_decorators(
    resolver: Resolver, module: Module, function: Function, refs: tuple[Ref, ...], depth: int
) -> frozenset[str]:
    names: set[str] = set()
    place = Place(module.scopes[function.scope].parent)
    for ref in map(uncalled, refs):
        if isinstance(ref, str):
            if ref in ("staticmethod", "classmethod", "property"):
                names.add(ref)
                continue
            if ref.endswith((".setter", ".deleter", ".getter")):
                names.add("property.accessor")
                continue
        for value in resolver.follow(module, ref, place, None, depth + 1):
            if isinstance(value, External):
                names.add(value.name)
    return frozenset(names)
