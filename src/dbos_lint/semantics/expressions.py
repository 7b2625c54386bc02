"""What compound references denote: calls, items, awaited values, displays, choices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from dbos_lint.catalog import types
from dbos_lint.catalog.nondeterminism import is_client
from dbos_lint.semantics.externals import gives_by_arguments
from dbos_lint.semantics.scoping import Place, place_of
from dbos_lint.semantics.sites import Ref
from dbos_lint.semantics.summary import Module
from dbos_lint.semantics.values import (
    ClassValue,
    Constant,
    Container,
    DecoratorValue,
    Display,
    Environment,
    External,
    FunctionValue,
    Instance,
    Value,
    Values,
    alternatives,
    awaited,
    is_callable,
    is_set,
)

if TYPE_CHECKING:
    from dbos_lint.semantics.resolve import Resolver

# How many alternatives are kept: more means that the program decides at run time.
ALTERNATIVES = 8
_GET_OF_DICT = (External("dict.get", "dict"), External("mapping.get", "mapping"))
_VALUES_OF_DICT = (External("dict.values", "dict"), External("mapping.values", "mapping"))
# Methods by which objects of a model are made, or got from the database.
_GIVES_OBJECTS = types.PARSES | types.GIVES_ROWS | types.GIVES_ROW | {f"a{name}" for name in types.GIVES_ROW}
_PARSED_MODELS = frozenset(map(External, types.PARSED_MODELS))


def _call_result(
    resolver: Resolver, module: Module, ref: Ref, place: Place, env: Environment | None, depth: int
) -> Values:
    _, func, args, keywords = ref
    if func == "super" and not args:
        return _super(resolver, module, place)
    name = func if isinstance(func, str) else func[-1] if isinstance(func, tuple) and func[0] == "attr" else ""
    if name.rpartition(".")[2] in _GIVES_OBJECTS:
        objects = _rows(resolver, module, func, place, env, depth) or _parsed(resolver, module, func, place, env, depth)
        if objects:
            return objects
    callees = resolver.follow(module, func, place, env, depth)
    if not callees:
        return ()
    resolved: tuple[Values, ...] = ()
    named: dict[str, Values] = {}
    if (args or keywords) and any(_asks_arguments(resolver, callee) for callee in callees):
        resolved = tuple([resolver.follow(module, arg, place, env, depth) for arg in args])
        named = {name: resolver.follow(module, arg, place, env, depth) for name, arg in keywords if name}
    found: dict[Value, None] = {}
    for callee in callees:
        if callee in _VALUES_OF_DICT and isinstance(func, str):
            values = _item_of(resolver, module, ("item", func.rpartition(".")[0], None), place, env, depth)
            found[Container("list", values)] = None
            continue
        if callee in _GET_OF_DICT and isinstance(func, str) and args:
            key = args[0][1] if isinstance(args[0], tuple) and args[0][0] == "const" else None
            names_key = args[0] if isinstance(args[0], str) else None
            item = ("item", func.rpartition(".")[0], key if isinstance(key, str) else None, names_key)
            found.update(dict.fromkeys(_item_of(resolver, module, item, place, env, depth)))
            found.update(dict.fromkeys(value for values in resolved[1:2] for value in values))
            continue
        if isinstance(callee, FunctionValue) and _is_configured(resolver, callee):
            found[DecoratorValue(resolver.configured_kind(resolver.qualified_name(callee)) or "", "", keywords)] = None
            continue
        for value in resolver.call(callee, resolved, named, depth):
            if isinstance(value, DecoratorValue) and not value.options and isinstance(callee, External):
                value = value._replace(options=keywords)
            found[value] = None
    return tuple(found)


def _asks_arguments(resolver: Resolver, callee: Value) -> bool:
    """Whether what a call gives may depend on its arguments."""
    if isinstance(callee, External):
        return gives_by_arguments(callee)
    if isinstance(callee, FunctionValue):
        return bool(resolver.function(callee).params)
    return isinstance(callee, (ClassValue, DecoratorValue))


def _rows(resolver: Resolver, module: Module, func: Ref, place: Place, env: Environment | None, depth: int) -> Values:
    """What ``func``, a method of a Django manager or of a query made from one, gives: objects of the model."""
    method = str(func[-1] if isinstance(func, tuple) else func).rpartition(".")[2]
    gives_row = method in types.GIVES_ROW or method.removeprefix("a") in types.GIVES_ROW
    if not gives_row and method not in types.GIVES_ROWS:
        return ()
    while isinstance(func, tuple) and func[0] in ("attr", "call"):
        func = func[1]
    names = func.split(".") if isinstance(func, str) else []
    if "objects" not in names[1:]:
        return ()
    models = resolver.follow(module, ".".join(names[: names.index("objects", 1)]), place, env, depth)
    rows = tuple(
        Instance(model)
        for model in models
        if isinstance(model, ClassValue) and External(types.DJANGO_MODEL) in resolver.lineage(model, depth)
    )
    return rows if gives_row or not rows else (Container("tuple", rows),)


def _parsed(resolver: Resolver, module: Module, func: Ref, place: Place, env: Environment | None, depth: int) -> Values:
    """What ``func``, a class method by which a model is made from data, gives: an object of the class."""
    owner, _, method = func.rpartition(".") if isinstance(func, str) else ("", "", "")
    if method not in types.PARSES:
        return ()
    return tuple(
        Instance(model)
        for model in resolver.follow(module, owner, place, env, depth)
        if isinstance(model, ClassValue) and not _PARSED_MODELS.isdisjoint(resolver.lineage(model, depth))
    )


def _is_configured(resolver: Resolver, function: FunctionValue) -> bool:
    settings = resolver.project.settings
    if not (settings.workflow_decorators or settings.step_decorators or settings.transaction_decorators):
        return False
    return resolver.configured_kind(resolver.qualified_name(function)) is not None


def _super(resolver: Resolver, module: Module, place: Place) -> Values:
    """``super()`` in a method: the next class in line, as if it were the instance's own."""
    function = module.functions[module.scopes[place.scope].function]
    if function.owner is None:
        return ()
    rest = resolver.lineage(ClassValue(module.path, function.owner))[1:]
    return tuple(Instance(base) for base in rest[:1])


def _attribute_of(
    resolver: Resolver, module: Module, ref: Ref, place: Place, env: Environment | None, depth: int
) -> Values:
    values = resolver.follow(module, ref[1], place, env, depth)
    for name in ref[2].split("."):
        values = resolver.attributes(values, name, depth)
    return values


def _item_of(resolver: Resolver, module: Module, ref: Ref, place: Place, env: Environment | None, depth: int) -> Values:
    found: dict[Value, None] = {}
    for value in resolver.follow(module, ref[1], place, env, depth):
        if isinstance(value, Container):
            if value.kind not in ("dict", "mapping") or len(ref) > 2:
                for element in value.elements:
                    found[element] = None
            if len(ref) > 2:
                for key in _keys(resolver, module, ref, place) if value.display is not None else ():
                    for element in _displayed(resolver, value.display, key, depth):
                        found[element] = None
        elif isinstance(value, (ClassValue, External)) and not (isinstance(value, External) and value.base):
            found[value] = None
        elif len(ref) > 2 and isinstance(value, (Instance, External)):
            # ``client["database"]["collection"]``: a part of a client does what the client does.
            klass = value.type if isinstance(value, Instance) else External(value.base)
            if isinstance(klass, External) and is_client(klass.name):
                found[Instance(klass)] = None
    return tuple(found)


def _keys(resolver: Resolver, module: Module, ref: Ref, place: Place) -> tuple[str | None, ...]:
    """The keys that a subscript may look for, or None for any."""
    if ref[2] is None and len(ref) > 3 and ref[3] is not None:
        from dbos_lint.semantics.literals import strings  # which asks the resolver

        return strings(resolver, module, ref[3], place) or (None,)
    return (ref[2],)


def _displayed(resolver: Resolver, display: Display | None, key: str | None, depth: int) -> Iterator[Value]:
    """What the dict holds under ``key``. Under a key that is not known: any function or object of the project that
    it holds, as tables of handlers do."""
    if display is None:
        return
    module = resolver.module(display.module)
    place = place_of(display)
    for name, ref in display.items:
        if key is not None and name != key:
            continue
        for value in resolver.follow(module, ref, place, None, depth):
            made = value.type if isinstance(value, Instance) else value
            if key is not None or isinstance(made, ClassValue) or is_callable(made):
                yield value


def _awaited(resolver: Resolver, module: Module, ref: Ref, place: Place, env: Environment | None, depth: int) -> Values:
    return tuple(dict.fromkeys(awaited(resolver.follow(module, ref[1], place, env, depth))))


def _constant(
    resolver: Resolver, module: Module, ref: Ref, place: Place, env: Environment | None, depth: int
) -> Values:
    return (Constant(ref[1]),)


def _lambda(resolver: Resolver, module: Module, ref: Ref, place: Place, env: Environment | None, depth: int) -> Values:
    return (FunctionValue(module.path, ref[1]),)


def _container(
    resolver: Resolver, module: Module, ref: Ref, place: Place, env: Environment | None, depth: int
) -> Values:
    found: dict[Value, None] = {}
    whole = len(ref) <= 1 + ALTERNATIVES
    for element in ref[1 : 1 + ALTERNATIVES]:
        values = resolver.follow(module, element, place, env, depth)
        whole = whole and len(values) == 1 and not isinstance(values[0], Constant)
        for value in values:
            if not isinstance(value, Constant):
                found[value] = None
    return (Container(ref[0], tuple(found), whole=whole),)


def _dict(resolver: Resolver, module: Module, ref: Ref, place: Place, env: Environment | None, depth: int) -> Values:
    if len(ref) == 1:
        return (Container("dict"),)
    _, span, items = ref
    return (Container("dict", (), Display(module.path, place.scope, place.block, span, items)),)


def _comprehension(
    resolver: Resolver, module: Module, ref: Ref, place: Place, env: Environment | None, depth: int
) -> Values:
    # Of a dict, what its keys are tells nothing.
    elements = resolver.follow(module, ref[-1], place, env, depth) if len(ref) > 3 else ()
    return (Container(ref[1], tuple([each for each in elements if not isinstance(each, Constant)])),)


def _formatted(
    resolver: Resolver, module: Module, ref: Ref, place: Place, env: Environment | None, depth: int
) -> Values:
    return (Container("str"),)


def _any(resolver: Resolver, module: Module, ref: Ref, place: Place, env: Environment | None, depth: int) -> Values:
    found: dict[Value, None] = {}
    for choice in ref[1:]:
        for value in resolver.follow(module, choice, place, env, depth):
            if value != Constant(None):
                found[value] = None
    return alternatives(found) if len(found) <= ALTERNATIVES else ()


def _joined_path(
    resolver: Resolver, module: Module, ref: Ref, place: Place, env: Environment | None, depth: int
) -> Values:
    path = Instance(External("pathlib.Path"))
    return (path,) if path in resolver.follow(module, ref[1], place, env, depth) else ()


def _sets(resolver: Resolver, module: Module, ref: Ref, place: Place, env: Environment | None, depth: int) -> Values:
    """A set, where one side is one; what numbers and others make of the operator is not told."""
    for side in ref[1:]:
        found = [value for value in resolver.follow(module, side, place, env, depth) if is_set(value)]
        if found:
            return tuple(found)
    return ()


def _annotated(
    resolver: Resolver, module: Module, ref: Ref, place: Place, env: Environment | None, depth: int
) -> Values:
    values = resolver.follow(module, ref[1], place, env, depth)
    if values and values != (Constant(None),):
        # What is put into an empty collection later, the annotation tells.
        told = resolver.follow(module, ref[2], place, env, depth) if all(map(_is_empty, values)) else ()
        return (*values, *(value for value in told if isinstance(value, Container) and value.elements))
    return resolver.follow(module, ref[2], place, env, depth) or values


def _is_empty(value: Value) -> bool:
    """Whether it is a collection that holds nothing yet, as far as it is known."""
    if isinstance(value, Container):
        return not value.elements and (value.display is None or not value.display.items)
    return isinstance(value, Instance) and isinstance(value.type, External) and value.type.name in types.CONTAINERS


def _instance(
    resolver: Resolver, module: Module, ref: Ref, place: Place, env: Environment | None, depth: int
) -> Values:
    return tuple(
        Instance(value)
        for value in resolver.follow(module, ref[1], place, env, depth)
        if isinstance(value, (External, ClassValue))
    )


def _type(resolver: Resolver, module: Module, ref: Ref, place: Place, env: Environment | None, depth: int) -> Values:
    return resolver.follow(module, ref[1], place, env, depth)


Handler: TypeAlias = "Callable[[Resolver, Module, Ref, Place, Environment | None, int], Values]"

HANDLERS: dict[str, Handler] = {
    "call": _call_result,
    "attr": _attribute_of,
    "item": _item_of,
    "await": _awaited,
    "const": _constant,
    "lambda": _lambda,
    "list": _container,
    "mapping": _container,
    "tuple": _container,
    "set": _container,
    "dict": _dict,
    "comp": _comprehension,
    "join": _formatted,
    "or": _any,
    "div": _joined_path,
    "sets": _sets,
    "annotated": _annotated,
    "instance": _instance,
    "type": _type,
}
