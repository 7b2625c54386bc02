"""Which functions, as their decorators leave them, give a coroutine when they are called, and which run at once."""

from __future__ import annotations

import ast
from collections.abc import Callable

from dbos_lint.catalog import api, frameworks
from dbos_lint.semantics.body import Body
from dbos_lint.semantics.resolve import Resolver
from dbos_lint.semantics.scoping import Place
from dbos_lint.semantics.sites import Ref
from dbos_lint.semantics.values import DecoratorValue, Entity, External, FunctionKey, FunctionValue, Value, Values
from dbos_lint.syntax.trees import targets_of

# Decorators that leave a function as asynchronous as it is.
_TRANSPARENT = frozenset({"staticmethod", "classmethod", "abc.abstractmethod", "typing.override", "functools.wraps"})
# Frameworks whose decorators give the function back that they are given.
_GIVE_BACK = ("fastapi.", "starlette.", "flask.", "quart.", "typer.", "pydantic_ai.")
_CONTEXT_MANAGER = "contextlib.contextmanager"
# What a coroutine object itself has.
_OF_COROUTINES = ("close", "send", "throw", "cr_", "__")


def makes_coroutine(resolver: Resolver, value: FunctionValue) -> bool | None:
    """Whether a call of the function gives a coroutine; ``None`` where one of its decorators may decide that, and for
    generators, of which a call runs nothing."""
    function = resolver.function(value)
    if function.is_generator:
        return None
    state: bool | None = function.is_async
    for decorator, denoted in resolver.decorated(value).layers:
        state = _under(resolver, decorator.ref, denoted, value, state)
        if state is None:
            return None
    return state


def _under(resolver: Resolver, ref: Ref, denoted: Values, value: FunctionValue, state: bool | None) -> bool | None:
    """``state``, that of what lies below, under one more decorator."""
    if not denoted:
        return state if _registers(resolver, value, ref) else None
    for decorator in denoted:
        if isinstance(decorator, DecoratorValue):
            continue
        if isinstance(decorator, External):
            if not _is_transparent(resolver, decorator.name):
                return None
        elif isinstance(decorator, FunctionValue):
            if resolver.configured_kind(resolver.qualified_name(decorator)) is None:
                state = _wrapped(resolver, decorator, value, state)
        else:
            return None
    return state


def _wrapped(resolver: Resolver, decorator: FunctionValue, value: FunctionValue, state: bool | None) -> bool | None:
    """``state`` under a decorator of the project. A plain wrapper of a coroutine function may run it or pass it on."""
    made = resolver.call(decorator, ((value,),), {})
    if len(made) != 1:
        return None
    inner = _function_of(made[0])
    if inner is None:
        return None
    if (inner.module, inner.id) == (value.module, value.id):
        return state
    return True if resolver.function(inner).is_async else None if state else False


def _function_of(value: Value) -> FunctionValue | None:
    if isinstance(value, Entity):
        return value.function
    return value if isinstance(value, FunctionValue) else None


def _is_transparent(resolver: Resolver, name: str) -> bool:
    return name in _TRANSPARENT or name in api.DECORATORS or resolver.configured_kind(name) is not None


def _registers(resolver: Resolver, value: FunctionValue, ref: Ref) -> bool:
    """Whether a decorator gives the function to a framework and leaves it as it is: ``@app.get("/")``."""
    if not isinstance(ref, tuple) or ref[0] != "call":
        return False
    module, function = resolver.module(value.module), resolver.function(value)
    place = Place(module.scopes[function.scope].parent, function.span.row, function.block)
    called = resolver.resolve(module, ref[1], place)
    return bool(called) and all(isinstance(one, External) and _gives_back(one.name) for one in called)


def _gives_back(name: str) -> bool:
    return name in frameworks.REGISTERS and name.startswith(_GIVE_BACK)


def runs_when_called(resolver: Resolver, key: FunctionKey) -> bool:
    """Whether a call runs the body on the caller's own thread, there and then.

    A coroutine runs where it is awaited, a generator where it is iterated over.
    """
    module = resolver.module(key.module)
    function = module.functions[key.id]
    if function.is_async:
        return False
    return not function.is_generator or _CONTEXT_MANAGER in resolver.decorator_names(module, function)


def used_as_result(body: Body, call: ast.Call) -> ast.expr | None:
    """The first expression that asks something of the coroutine that ``call`` gives, which only its result has; the
    coroutine is kept in a variable that holds nothing else."""
    for name in _loads(body, call):
        use = body.parent(name)
        if isinstance(use, ast.Attribute) and not use.attr.startswith(_OF_COROUTINES):
            asked = body.parent(use)
            return asked if isinstance(asked, ast.Call) and asked.func is use else use
        if isinstance(use, ast.Subscript) and use.value is name:
            return use
    return None


def is_asked_as_coroutine(body: Body, call: ast.Call) -> bool:
    """Whether the coroutine that ``call`` gives is asked at once for what coroutine objects have."""
    use = body.parent(call)
    return isinstance(use, ast.Attribute) and use.attr.startswith(_OF_COROUTINES)


def is_only_shown(body: Body, call: ast.Call, shows: Callable[[ast.Call], bool]) -> bool:
    """Whether nothing is done with the coroutine that ``call`` gives but to make a text of it: it is kept in a variable
    that holds nothing else, and given to calls that ``shows`` knows, or put into f-strings."""
    uses = [body.parent(name) for name in _loads(body, call)]
    return bool(uses) and all(
        isinstance(use, ast.FormattedValue) or (isinstance(use, ast.Call) and shows(use)) for use in uses
    )


def _loads(body: Body, call: ast.Call) -> list[ast.Name]:
    """Where the variable is looked at that holds what ``call`` gives, and nothing else; none if there is no such."""
    targets = targets_of(body.parent(call))
    target = targets[0] if len(targets) == 1 else None
    if not isinstance(target, ast.Name):
        return []
    names = [each for each in body.mentions[target.id] if each is not target]
    return names if all(isinstance(each.ctx, ast.Load) for each in names) else []
