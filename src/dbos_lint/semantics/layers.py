"""The decorators of a durable function, one above the other, and what those of others do to it."""

from __future__ import annotations

from dbos_lint.catalog import api, frameworks
from dbos_lint.semantics.externals import known_as
from dbos_lint.semantics.refs import uncalled
from dbos_lint.semantics.resolve import Resolver
from dbos_lint.semantics.scoping import Place, place_of
from dbos_lint.semantics.sites import Call, Decorator, Ref
from dbos_lint.semantics.summary import Function, Module
from dbos_lint.semantics.values import DecoratorValue, Entity, External, FunctionValue, Value, Values

DURABLE_KINDS = frozenset({api.WORKFLOW, api.STEP, api.TRANSACTION})


class Layer:
    """One decorator: ``kind`` is that of the durable function it makes, or empty; ``names`` are those of the outside
    functions that it may be.

    ``registers`` says that it gives the function away to be called later, ``changes`` that it makes calls do
    something else.
    """

    __slots__ = ("changes", "decorator", "kind", "names", "registers")

    def __init__(
        self,
        decorator: Decorator,
        kind: str,
        registers: bool,
        changes: bool,
        names: frozenset[str] = frozenset(),
    ) -> None:
        self.decorator = decorator
        self.kind = kind
        self.registers = registers
        self.changes = changes
        self.names = names


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
                _durable_kind(resolver, values, below),
                bool(names) and names <= frameworks.REGISTERS,
                (bool(names) and names <= frameworks.CHANGES) or _wraps(resolver, values, below),
                frozenset(names),
            )
        )
    return tuple(found)


def _named(resolver: Resolver, module: Module, ref: Ref, place: Place) -> list[External]:
    """What outside the project a decorator is, called or not."""
    return [value for value in resolver.resolve(module, uncalled(ref), place) if isinstance(value, External)]


def _durable_kind(resolver: Resolver, values: Values, below: FunctionValue) -> str:
    for value in values:
        if isinstance(value, DecoratorValue):
            kind: str | None = value.kind
        elif isinstance(value, FunctionValue):
            made = resolver.call(value, ((below,),), {})
            kind = made[0].kind if len(made) == 1 and isinstance(made[0], Entity) else None
        else:
            kind = api.DECORATORS.get(value.name) if isinstance(value, External) else None
        if kind in DURABLE_KINDS:
            return str(kind)
    return ""


def _wraps(resolver: Resolver, values: Values, below: FunctionValue) -> bool:
    """Whether a decorator of the project puts a function in place of ``below`` that calls it and does more."""
    for value in values:
        made = resolver.call(value, ((below,),), {}) if isinstance(value, FunctionValue) else ()
        if not made or not all(_is_wrapper(resolver, value, result, below) for result in made):
            return False
    return bool(values)


def _is_wrapper(resolver: Resolver, decorator: Value, made: Value, below: FunctionValue) -> bool:
    if not isinstance(decorator, FunctionValue) or not isinstance(made, FunctionValue) or made.key == below.key:
        return False
    outer, wrapper = resolver.function(decorator), resolver.function(made)
    wrapped = {param.name for param in outer.params}
    others = [call for call in wrapper.calls if call.func not in wrapped]
    if len(others) == len(wrapper.calls) or any(_gives_away(call, wrapper.name) for call in outer.calls):
        return False
    return not others or not all(_runs_only(resolver, made, call) for call in others)


def _gives_away(call: Call, name: str) -> bool:
    """Whether ``call`` is given the wrapper, to be called from elsewhere: then this is how the workflow is reached."""
    return name in call.args or any(ref == name for _, ref in call.keywords)


def _runs_only(resolver: Resolver, wrapper: FunctionValue, call: Call) -> bool:
    """Whether ``call`` is ``asyncio.run``: it lets synchronous code call the workflow and changes nothing."""
    place = place_of(call)
    values = resolver.resolve(resolver.module(wrapper.module), call.func, place)
    return bool(values) and all(isinstance(v, External) and known_as(v) in frameworks.RUNNERS for v in values)
