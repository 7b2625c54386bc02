"""What calling a value returns, and what entering one gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dbos_lint.catalog import types
from dbos_lint.semantics.expressions import ALTERNATIVES
from dbos_lint.semantics.externals import durable, known_as, result_of_call
from dbos_lint.semantics.scoping import Place
from dbos_lint.semantics.values import (
    ClassValue,
    Constant,
    Container,
    Coroutine,
    DecoratorValue,
    Entity,
    Environment,
    External,
    FunctionValue,
    Instance,
    Partial,
    Value,
    Values,
    is_callable,
)

if TYPE_CHECKING:
    from dbos_lint.semantics.resolve import Resolver

# How many objects deep it is remembered what constructors were given.
_NESTING = 3
_CONTEXT_MANAGERS = frozenset({"contextlib.contextmanager", "contextlib.asynccontextmanager"})
_SELF_RETURNING = frozenset({"typing.Self", "typing_extensions.Self"})

_UNKNOWN: Values = ()


def call(
    resolver: Resolver, callee: Value, args: tuple[Values, ...], keywords: Mapping[str, Values], depth: int
) -> Values:
    """What calling ``callee`` returns."""
    if resolver.answers.is_cut(depth):
        return ()
    if isinstance(callee, External):
        for keyword in keywords:
            returned = types.RETURNS.get(f"{callee.name}({keyword})")
            if returned is not None:
                return (Instance(External(returned)),)
        if args and known_as(callee) in types.COPIES_CONTEXT:
            made = [result for each in args[0] for result in resolver.call(each, args[1:], keywords, depth + 1)]
            return (Coroutine(callee, tuple(dict.fromkeys(made))),)
        return result_of_call(resolver.project.settings, callee, args) if args else resolver.result_outside(callee)
    if isinstance(callee, ClassValue):
        return (Instance(callee, _constructed_with(resolver, callee, args, keywords)),)
    if isinstance(callee, DecoratorValue):
        return tuple(durable(callee, value) for values in args[:1] for value in values if is_callable(value))
    if isinstance(callee, Partial):
        return resolver.call(callee.callee, (), {}, depth + 1)
    if isinstance(callee, Instance):
        return _instance_call(resolver, callee, depth)
    if isinstance(callee, Entity):
        return _function_call(resolver, callee.function, callee, None, depth)
    if isinstance(callee, FunctionValue):
        return _function_call(resolver, callee, callee, _bind(resolver, callee, args, keywords) or None, depth)
    return ()


def _constructed_with(
    resolver: Resolver, klass: ClassValue, args: tuple[Values, ...], keywords: Mapping[str, Values]
) -> tuple[tuple[str, Instance], ...]:
    """The objects that a constructor is given."""
    method = resolver.method(Instance(klass), "__init__")
    if method is None or not (args or keywords):
        return ()
    bound = _bind(resolver, FunctionValue(method.module, method.id, Instance(klass)), args, keywords)
    return tuple(
        (name, values[0])
        for name, values in bound.items()
        if len(values) == 1 and isinstance(values[0], Instance) and _nesting(values[0]) < _NESTING
    )


def _instance_call(resolver: Resolver, callee: Instance, depth: int) -> Values:
    if isinstance(callee.type, ClassValue):
        method = resolver.method(callee, "__call__")
        return _function_call(resolver, method, method, None, depth) if method else ()
    returned = types.RETURNS.get(f"{callee.type.name}()")
    return (Instance(External(returned)),) if returned else ()


def _function_call(
    resolver: Resolver, function: FunctionValue, callee: FunctionValue | Entity, env: Environment | None, depth: int
) -> Values:
    declared = resolver.function(function)
    if declared.is_generator:
        return _yielded(resolver, function, depth)
    returned = results(resolver, function, env, depth)
    return (Coroutine(callee, returned),) if declared.is_async else returned


def _yielded(resolver: Resolver, value: FunctionValue, depth: int) -> Values:
    """What a context manager made from a generator gives; entering it gives the same."""
    module, function = resolver.module(value.module), resolver.function(value)
    if not resolver.decorator_names(module, function, depth) & _CONTEXT_MANAGERS:
        return ()
    place = Place(function.scope)
    return tuple(v for ref in function.yields for v in resolver.follow(module, ref, place, None, depth + 1))


def results(resolver: Resolver, value: FunctionValue, env: Environment | None, depth: int) -> Values:
    """What the body of a function returns, its parameters being what ``env`` tells."""
    if resolver.answers.is_cut(depth):
        return ()
    key = ("results", value, frozenset(env.items()) if env else None)
    # A function that calls itself gives itself ever other values.
    active = ("results", value.key, tuple(sorted(env)) if env else ())
    return resolver.answers.ask(key, depth, lambda: _find_results(resolver, value, env, depth), _UNKNOWN, active)


def _find_results(resolver: Resolver, value: FunctionValue, env: Environment | None, depth: int) -> Values:
    module, function = resolver.module(value.module), resolver.function(value)
    found: dict[Value, None] = {}
    for ref in function.results:
        for result in resolver.follow(module, ref, Place(function.scope), env, depth + 1):
            if result != Constant(None):
                found[result] = None
    if not found:
        place = Place(module.scopes[function.scope].parent)
        for result in resolver.follow(module, function.returns, place, None, depth + 1):
            if isinstance(result, Instance) and isinstance(result.type, External):
                if result.type.name in _SELF_RETURNING:
                    if value.receiver is not None:
                        found[_instance_of(value.receiver)] = None
                    continue
                if result.type.name in ("None", "str", "int", "float", "bool", "bytes"):
                    continue
            found[result] = None
    return tuple(found) if len(found) <= ALTERNATIVES else ()


def _bind(
    resolver: Resolver, callee: FunctionValue, args: tuple[Values, ...], keywords: Mapping[str, Values]
) -> Environment:
    """The values of the callee's parameters in a call."""
    function = resolver.function(callee)
    params = list(function.params)
    env: dict[str, Values] = {}
    if callee.receiver is not None and params:
        env.update((name, (instance,)) for name, instance in resolver.key(callee).given)
        params = params[1:]
    positional = [param for param in params if param.kind == "positional"]
    for param, values in zip(positional, args, strict=False):
        if _tells(values):
            env[param.name] = values
    for param in params:
        values = keywords.get(param.name, ())
        if _tells(values):
            env[param.name] = values
    return env


def entered(resolver: Resolver, values: Values, depth: int) -> Values:
    """What ``with value as x`` binds."""
    found: dict[Value, None] = {}
    for value in values:
        if isinstance(value, Instance) and isinstance(value.type, ClassValue):
            for name in ("__enter__", "__aenter__"):
                method = resolver.method(value, name)
                if method is not None:
                    for result in results(resolver, method, None, depth) or (value,):
                        found[result] = None
                    break
            else:
                found[value] = None
        elif isinstance(value, (Instance, Container)):
            found[value] = None
        elif isinstance(value, Coroutine):
            for result in value.results:
                found[result] = None
    return tuple(found)


def _nesting(instance: Instance) -> int:
    """How deeply objects are given to objects."""
    return 1 + max([_nesting(given) for _, given in instance.given], default=0)


def _tells(values: Values) -> bool:
    """Whether arguments are worth handing on: literals do not tell what a function returns."""
    return any(not isinstance(value, (Constant, Container)) for value in values)


def _instance_of(value: Value) -> Value:
    return Instance(value) if isinstance(value, ClassValue) else value
