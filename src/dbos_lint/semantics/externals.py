"""Things outside the project: what their attributes and calls give, and under which name the lists know them."""

from __future__ import annotations

from functools import cache

from dbos_lint.catalog import api, frameworks, types, waits
from dbos_lint.catalog.globs import matching
from dbos_lint.catalog.nondeterminism import is_client
from dbos_lint.semantics.values import (
    Constant,
    Container,
    Coroutine,
    DecoratorValue,
    Entity,
    External,
    FunctionValue,
    Instance,
    Partial,
    Value,
    Values,
    awaited,
    is_callable,
)
from dbos_lint.settings import Settings

# What ``asyncio.wait`` gives two of.
_GIVE_QUEUES = api.with_async(frozenset({f"{api.DBOS}.list_queues", f"{api.CLIENT}.list_queues"}))
_TASKS = Container("set", (Instance(External("asyncio.Task")),))
_BY_ARGUMENTS = (
    {"functools.partial", "staticmethod", "type", "float", "sqlite3.connect"}
    | {name for name in api.DECORATORS if name.endswith(".transaction")}
    | types.COPIES_CONTEXT
    | {name.partition("(")[0] for name in types.RETURNS if "(" in name}
)
_NOT_FINITE = frozenset({"inf", "infinity", "nan"})


@cache
def known_as(external: External) -> str:
    """The name of ``external`` in the lists, which name methods of base classes only."""
    name, base = external.name, external.base
    while base in types.BASES:
        parent = types.BASES[base]
        name, base = f"{parent}.{name.removeprefix(base + '.')}", parent
    return name


@cache
def attribute_of(value: External, name: str) -> Values:
    """An attribute of a module, class or function outside the project."""
    full = types.canonical(f"{value.name}.{name}")
    held = types.ATTRIBUTES.get(full)
    if held is not None:
        return (Instance(External(held)),)
    return (External(full, value.base),)


@cache
def attribute_of_instance(klass: str, name: str) -> Values:
    """An attribute of an instance of an outside class: its own, or the one of a base that the lists know."""
    owner: str | None = klass
    while owner is not None:
        full = f"{owner}.{name}"
        held = types.ATTRIBUTES.get(full)
        if held is not None:
            return (Instance(External(held)),)
        owner = types.BASES.get(owner)
    return (External(types.canonical(f"{klass}.{name}"), klass),)


def gives_by_arguments(callee: External) -> bool:
    """Whether what calling it gives depends on the arguments."""
    name = callee.name
    return name in _BY_ARGUMENTS or name in frameworks.RUNNERS or name.endswith(".get")


def result_of_call(settings: Settings, callee: External, args: tuple[Values, ...]) -> Values:
    """What calling something outside the project gives."""
    name = callee.name
    if name in api.DECORATORS:
        # The result of ``DBOS.workflow()``; of ``ds.transaction(fn)`` it is the decorated function itself.
        decorator = DecoratorValue(api.DECORATORS[name], name)
        if name.endswith(".transaction") and args and args[0] and is_callable(args[0][0]):
            return (durable(decorator, args[0][0]),)
        return (decorator,)
    kind = configured_kind(settings, name)
    if kind is not None:
        return (DecoratorValue(kind, name),)
    if name == "staticmethod":
        return args[0] if args else ()
    if name == "functools.partial":
        return tuple(Partial(value) for values in args[:1] for value in values)
    if name == "type" and len(args) == 1:
        return tuple(value.type for value in args[0] if isinstance(value, Instance))
    if name == "float" and args and len(args[0]) == 1 and isinstance(args[0][0], Constant):
        spelled = str(args[0][0].value).strip("+- ").lower()
        return (External(f"math.{spelled[:3]}"),) if spelled in _NOT_FINITE else ()
    if name == "sqlite3.connect" and args and args[0] == (Constant(":memory:"),):
        return (Instance(External(types.SQLITE_IN_MEMORY)),)
    if name in ("functools.wraps", "super") or name in types.FIELDS:
        return ()
    if name in waits.GIVES_SETS:
        return (Coroutine(callee, (Container("tuple", (_TASKS,)),)),)
    if name in _GIVE_QUEUES:
        queues = Container("list", (Instance(External(api.QUEUE)),))
        return (Coroutine(callee, (queues,)) if api.gives_coroutine(name) else queues,)
    owner: str | None = callee.base
    returned = types.RETURNS.get(name)
    while returned is None and owner:
        returned = types.RETURNS.get(f"{owner}.{name.removeprefix(callee.base + '.')}")
        owner = types.BASES.get(owner)
    if api.gives_coroutine(name):
        return (Coroutine(callee, (Instance(External(returned)),) if returned is not None else ()),)
    if returned is not None:
        return (Instance(External(returned)),)
    if name in frameworks.RUNNERS:
        return tuple(result for values in args[:1] for result in awaited(values))
    terminal = name.rpartition(".")[2]
    if is_client(name) or (terminal[:1].isupper() and not callee.base):
        return (Instance(External(name)),)
    made = name.rpartition(".")[0]
    if terminal.startswith("from_") and not callee.base and is_client(made):
        return (Instance(External(made)),)
    if name in types.BASES and not callee.base:
        return (Instance(External(name)),)
    return ()


def configured_kind(settings: Settings, name: str) -> str | None:
    """The kind of durable function that the settings say the decorator ``name`` makes."""
    if not (settings.workflow_decorators or settings.step_decorators or settings.transaction_decorators):
        return None
    for kind, names in (
        (api.WORKFLOW, settings.workflow_decorators),
        (api.STEP, settings.step_decorators),
        (api.TRANSACTION, settings.transaction_decorators),
    ):
        if any(matching(pattern)(name) for pattern in names):
            return kind
    return None


def durable(decorator: DecoratorValue, value: Value) -> Value:
    """``value`` under a decorator of dbos."""
    if decorator.kind == api.OTHER_DECORATOR:
        return value
    inner = value.function if isinstance(value, Entity) else value
    if not isinstance(inner, FunctionValue):
        return value
    if isinstance(value, Entity) and api.WORKFLOW in (value.kind, decorator.kind):
        # Whichever is on top: dbos runs the workflow.
        return value if value.kind == api.WORKFLOW else Entity(api.WORKFLOW, inner, decorator.options)
    return Entity(decorator.kind, inner, decorator.options)


def is_known_member(value: Value, klass: str, name: str) -> bool:
    """Whether an outside base is known to have the attribute, so that later bases need not be asked."""
    full = f"{klass}.{name}"
    return full in types.ATTRIBUTES or full in types.RETURNS or isinstance(value, Instance)
