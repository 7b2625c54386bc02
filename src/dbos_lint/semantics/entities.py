"""The durable functions of a module, by decorator and by call."""

from __future__ import annotations

from collections.abc import Iterator

from dbos_lint.catalog import api
from dbos_lint.semantics.literals import strings
from dbos_lint.semantics.resolve import Resolver
from dbos_lint.semantics.scoping import Place, place_of
from dbos_lint.semantics.sites import DECORATOR, Call, Ref
from dbos_lint.semantics.summary import Module
from dbos_lint.semantics.values import Constant, DecoratorValue, Entity, External, FunctionValue
from dbos_lint.syntax.spans import Span


class Registration:
    """That dbos is told of a function: ``span`` is the decorator, or the call that decorates."""

    __slots__ = ("entity", "function", "span")

    def __init__(self, function: int, entity: Entity, span: Span) -> None:
        self.function = function
        self.entity = entity
        self.span = span


def registrations(resolver: Resolver, module: Module) -> tuple[Registration, ...]:
    """The registrations of the functions of ``module``, in the order of the text."""
    return resolver.once(_registrations, module)


def _registrations(resolver: Resolver, module: Module) -> tuple[Registration, ...]:
    found = [*_by_decorator(resolver, module), *_by_call(resolver, module)]
    return tuple(sorted(found, key=lambda registration: registration.span))


def _by_decorator(resolver: Resolver, module: Module) -> Iterator[Registration]:
    for function in module.functions[1:]:
        if not function.decorators:
            continue
        decorated = resolver.decorated(FunctionValue(module.path, function.id))
        if decorated.entity is None:
            continue
        spans = [
            decorator.span
            for decorator, values in decorated.layers
            if any(isinstance(value, DecoratorValue) and value.kind == decorated.entity.kind for value in values)
        ]
        outermost = decorated.layers[-1][0].span
        yield Registration(function.id, decorated.entity, spans[-1] if spans else outermost)


def _by_call(resolver: Resolver, module: Module) -> Iterator[Registration]:
    """``checkout = DBOS.workflow()(_checkout)`` registers ``_checkout``, which itself stays a plain function."""
    for function in module.functions:
        for call in function.calls:
            # Most calls are not given a function by name and nothing else.
            if call.keywords or len(call.args) != 1 or call.func is None or call.flags & DECORATOR:
                continue
            if _may_be_function(call.args[0]):
                yield from _registered_by(resolver, module, call)


def _may_be_function(given: Ref) -> bool:
    return isinstance(given, str) or (isinstance(given, tuple) and given[0] in ("lambda", "attr", "call"))


def _registered_by(resolver: Resolver, module: Module, call: Call) -> Iterator[Registration]:
    place = place_of(call)
    for value in resolver.resolve(module, call.func, place):
        if isinstance(value, External) and value.name.endswith(".transaction") and value.name in api.DECORATORS:
            # Without options, ``ds.transaction`` is itself the decorator.
            value = DecoratorValue(api.DECORATORS[value.name], value.name)
        if not isinstance(value, DecoratorValue):
            continue
        for target in resolver.resolve(module, call.args[0], place):
            inner = target.function if isinstance(target, Entity) else target
            if isinstance(inner, FunctionValue) and inner.module == module.path:
                yield Registration(inner.id, Entity(value.kind, inner, value.options), call.span)


def registered_name(resolver: Resolver, entity: Entity) -> str | None:
    """The name under which dbos registers a durable function; None when it is computed."""
    module, function = resolver.module(entity.function.module), resolver.function(entity.function)
    place = Place(module.scopes[function.scope].parent, function.span.row, function.block)
    for name, ref in entity.options:
        if name is None:
            return None
        if name == "name":
            values = resolver.resolve(module, ref, place)
            if len(values) == 1 and isinstance(values[0], Constant) and isinstance(values[0].value, str):
                return values[0].value
            if values == (Constant(None),):
                return function.qualname
            made = strings(resolver, module, ref, place)
            return made[0] if made is not None and len(made) == 1 else None
    return function.qualname
