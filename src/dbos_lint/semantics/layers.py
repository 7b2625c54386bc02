"""The decorators of a durable function, one above the other, and what those of others do to it."""

from __future__ import annotations

from dataclasses import dataclass

from dbos_lint.catalog import api, frameworks
from dbos_lint.semantics.effects import known_as
from dbos_lint.semantics.resolve import Place, Resolver
from dbos_lint.semantics.summary import Decorator, Function, Module, Ref
from dbos_lint.semantics.values import DecoratorValue, Entity, External, FunctionValue, Value, Values

DURABLE_KINDS = frozenset({api.WORKFLOW, api.STEP, api.TRANSACTION})


@dataclass(frozen=True, slots=True)
class Layer:
    """One decorator: ``kind`` is that of the durable function it makes, or empty.

    ``registers`` says that it gives the function away to be called later, ``changes`` that it makes calls do
    something else.
    """

    decorator: Decorator
    kind: str
    registers: bool
    changes: bool


def layers(resolver: Resolver, module: Module, function: Function) -> tuple[Layer, ...]:
    """The decorators of ``function``, from the bottom up."""
    place = Place(module.scopes[function.scope].parent, function.span.row, function.block)
    below = FunctionValue(module.path, function.id)
    found: list[Layer] = []
    for decorator, values in resolver.decorated(below).layers:
        names = {known_as(value) for value in _named(resolver, module, decorator.ref, place)}
        found.append(
            Layer(
                decorator,
                _durable_kind(values),
                bool(names) and names <= frameworks.REGISTERS,
                (bool(names) and names <= frameworks.CHANGES) or _wraps(resolver, values, below),
            )
        )
    return tuple(found)


def _named(resolver: Resolver, module: Module, ref: Ref, place: Place) -> list[External]:
    """What outside the project a decorator is, called or not."""
    if isinstance(ref, tuple) and ref[0] == "call":
        ref = ref[1]
    return [value for value in resolver.resolve(module, ref, place) if isinstance(value, External)]


def _durable_kind(values: Values) -> str:
    for value in values:
        if isinstance(value, DecoratorValue):
            kind: str | None = value.kind
        else:
            kind = api.DECORATORS.get(value.name) if isinstance(value, External) else None
        if kind in DURABLE_KINDS:
            return str(kind)
    return ""


def _wraps(resolver: Resolver, values: Values, below: FunctionValue) -> bool:
    """Whether a decorator of the project puts a function in place of ``below`` that calls it and does more."""
    made: list[Value] = []
    for value in values:
        if not isinstance(value, FunctionValue):
            return False
        made.extend(resolver.call(value, ((below,),), {}))
        wrapped = {param.name for param in resolver.function(value).params}
        if not all(_calls_one_of(resolver, result, wrapped, below) for result in made):
            return False
    return bool(made)


def _calls_one_of(resolver: Resolver, value: Value, names: set[str], below: FunctionValue) -> bool:
    if isinstance(value, Entity) or not isinstance(value, FunctionValue) or value.key == below.key:
        return False
    return any(call.func in names for call in resolver.function(value).calls)
