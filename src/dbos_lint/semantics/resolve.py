"""References -> values: the one place where names are resolved.

Resolution follows Python's scoping, through modules of the project, and knows what well-known functions return.
What cannot be told is the empty tuple.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeVar

from dbos_lint.catalog import api, types
from dbos_lint.catalog.nondeterminism import is_listed
from dbos_lint.semantics.answers import Answers
from dbos_lint.semantics.expressions import ALTERNATIVES, HANDLERS
from dbos_lint.semantics.externals import (
    attribute_of,
    attribute_of_instance,
    configured_kind,
    durable,
    is_known_member,
    result_of_call,
)
from dbos_lint.semantics.modules import Project
from dbos_lint.semantics.scoping import Place, binding_scope, inner_scope, is_bound_later, is_exported, reaching
from dbos_lint.semantics.summary import MODULE, Binding, Class, Decorator, Function, Module, Ref, Scope
from dbos_lint.semantics.values import (
    ClassValue,
    Constant,
    Container,
    Coroutine,
    DecoratorValue,
    Entity,
    Environment,
    External,
    FunctionKey,
    FunctionValue,
    Instance,
    ModuleValue,
    Partial,
    Value,
    Values,
    is_callable,
)

T = TypeVar("T")

_BUILTINS = frozenset(dir(builtins))
# How many objects deep it is remembered what constructors were given.
_NESTING = 3
_PROPERTIES = frozenset({"property", "functools.cached_property", "cached_property"})
_CONTEXT_MANAGERS = frozenset({"contextlib.contextmanager", "contextlib.asynccontextmanager"})
_SELF_RETURNING = frozenset({"typing.Self", "typing_extensions.Self"})

_UNKNOWN: Values = ()


class Decorated(NamedTuple):
    """What the decorators of a function make of it.

    ``layers`` are the decorators from the bottom up, each with the values it denotes. ``entity`` is the durable
    function that calls reach. ``wrappers`` are functions of the project that run around the body.
    """

    value: Value
    entity: Entity | None
    layers: tuple[tuple[Decorator, Values], ...]
    wrappers: tuple[FunctionValue, ...]


class Resolver:
    """Resolves references within one project; remembers what it found."""

    def __init__(self, project: Project, tells_apart: bool = True) -> None:
        self.project = project
        # Whether a function is another one for each object that it is given.
        self.tells_apart = tells_apart
        self.answers: Answers = Answers()
        # Names that mean the same wherever in a scope they stand, by file and scope: most is asked again and again.
        self._plain: dict[tuple[str, int, str], Values] = {}
        self._told: dict[tuple[Callable[[Resolver, Module], Any], str], tuple[Module, Any]] = {}

    # ------------------------------------------------------------------ access to summaries

    def module(self, path: str) -> Module:
        module = self.project.module(path)
        assert module is not None, path
        return module

    def function(self, value: FunctionValue) -> Function:
        return self.module(value.module).functions[value.id]

    def klass(self, value: ClassValue) -> Class:
        return self.module(value.module).classes[value.id]

    def key(self, value: FunctionValue, given: tuple[tuple[str, Instance], ...] = ()) -> FunctionKey:
        """The function with what a call gives it: ``given``, and its instance where that is of another class."""
        if not self.tells_apart:
            return FunctionKey(value.module, value.id)
        receiver = value.receiver
        if isinstance(receiver, Instance) and isinstance(receiver.type, ClassValue):
            function = self.function(value)
            other = receiver.given or receiver.type != ClassValue(value.module, function.owner or 0)
            if function.owner is not None and other:
                return FunctionKey(value.module, value.id, ((function.params[0].name, receiver), *given))
        return FunctionKey(value.module, value.id, given)

    def qualified_name(self, value: FunctionValue | ClassValue) -> str:
        module = self.module(value.module)
        items: list[Function] | list[Class] = module.functions if isinstance(value, FunctionValue) else module.classes
        return f"{module.name}.{items[value.id].qualname}"

    def once(self, find: Callable[[Resolver, Module], T], module: Module) -> T:
        """What ``find`` tells of ``module``, which is asked for again and again."""
        known = self._told.get((find, module.path))
        if known is None or known[0] is not module:
            known = module, find(self, module)
            if not self.answers.asking:
                self._told[find, module.path] = known
        told: T = known[1]
        return told

    def configured_kind(self, name: str) -> str | None:
        """The kind of durable function that the settings say the decorator ``name`` makes."""
        return configured_kind(self.project.settings, name)

    # ------------------------------------------------------------------ references

    def resolve(self, module: Module, ref: Ref, place: Place, env: Environment | None = None) -> Values:
        """What ``ref`` denotes at ``place`` in ``module``."""
        answers = self.answers
        if env is None and not answers.asking and ref.__class__ is str:
            known = self._plain.get((module.path, place.scope, ref))
            if known is not None:
                return known
            answers.steps = 1
            return self._resolve_names(module, ref, place, None, 0)
        answers.begin()
        return self.follow(module, ref, place, env, 0)

    def recalled(self, module: Module, scope: int, ref: str) -> Values | None:
        """What a name means all over ``scope``, if that is known: the quick way, for most is asked again and again."""
        return None if self.answers.asking else self._plain.get((module.path, scope, ref))

    def follow(self, module: Module, ref: Ref, place: Place, env: Environment | None, depth: int) -> Values:
        if ref is None:
            return ()
        self.answers.steps += 1
        if self.answers.is_cut(depth):
            return ()
        if ref.__class__ is str:
            return self._resolve_names(module, ref, place, env, depth)
        handler = HANDLERS.get(ref[0])
        return handler(self, module, ref, place, env, depth + 1) if handler is not None else ()

    def _resolve_names(self, module: Module, ref: str, place: Place, env: Environment | None, depth: int) -> Values:
        """A name and attributes of it. Where the name has one meaning all over its scope, the answer is remembered."""
        name, _, rest = ref.partition(".")
        scope = binding_scope(module, place.scope, name)
        in_class = scope is not None and scope.kind == "class"
        if scope is not None and in_class and is_bound_later(scope, name, place):
            scope = binding_scope(module, scope.parent, name)
        at_place = place if scope is not None and inner_scope(module, place.scope) == scope.id else None
        if env is None and (scope is None or at_place is None or len(scope.bindings[name]) == 1):
            key = (module.path, scope.id if scope is not None else -1, ref)
            recalled: Values | None = self.answers.recall(key, depth)
            if recalled is not None:
                if not in_class:
                    self._plain[module.path, place.scope, ref] = recalled
                return recalled
            return self.answers.ask(
                key, depth, lambda: self._named(module, scope, name, rest, None, None, depth), _UNKNOWN
            )
        return self._named(module, scope, name, rest, at_place, env, depth)

    def _named(
        self,
        module: Module,
        scope: Scope | None,
        name: str,
        rest: str,
        place: Place | None,
        env: Environment | None,
        depth: int,
    ) -> Values:
        """What ``name.rest`` denotes, its name being bound in ``scope``."""
        values = self._name(module, scope, name, place, env, depth)
        for attribute in rest.split(".") if rest else ():
            values = self.attributes(values, attribute, depth)
        return values

    def _name(
        self, module: Module, scope: Scope | None, name: str, place: Place | None, env: Environment | None, depth: int
    ) -> Values:
        """What ``name``, bound in ``scope``, denotes at ``place``, which is in that scope; without one, at its end."""
        if scope is None:
            starred = self._from_stars(module, name, depth)
            if starred or name not in _BUILTINS or module.scopes[MODULE].stars:
                return starred
            return (External(types.canonical(name)),)
        bindings: Sequence[Binding] = scope.bindings[name]
        if len(bindings) > 1:
            bindings = reaching(module, bindings, place)
        if len(bindings) == 1:
            only = self._binding(module, scope, name, bindings[0], env, depth)
            if len(only) < 2:
                return only
        found: dict[Value, None] = {}
        for binding in bindings:
            for value in self._binding(module, scope, name, binding, env, depth):
                found[value] = None
        return tuple(found) if len(found) <= ALTERNATIVES else ()

    def _from_stars(self, module: Module, name: str, depth: int) -> Values:
        if self.answers.is_cut(depth):
            return ()
        for imported, level in module.scopes[MODULE].stars:
            path = self.project.find(imported, level, module.path)
            if path is None:
                if not level and imported.partition(".")[0] == "dbos":
                    return self._external_star(imported, name)
                continue
            source = self.project.module(path)
            if source is None or not is_exported(source, name):
                continue
            values = self.member(path, name, depth + 1)
            if values:
                return values
        return ()

    @staticmethod
    def _external_star(module: str, name: str) -> Values:
        return (External(types.canonical(f"{module}.{name}")),) if name[:1].isupper() else ()

    def _binding(
        self, module: Module, scope: Scope, name: str, binding: Binding, env: Environment | None, depth: int
    ) -> Values:
        kind, value = binding.kind, binding.value
        if kind == "import":
            name, attribute, level = value
            return self._import(module, name, attribute, level, depth)
        if kind == "def":
            return (self.decorated(FunctionValue(module.path, value), depth).value,)
        if kind == "class":
            return (ClassValue(module.path, value),)
        if kind == "param":
            if env is not None and name in env:
                return env[name]
            return self._parameter(module, scope, value, depth)
        if kind in ("value", "iter", "with"):
            key = (module.path, scope.id, name, binding)
            return self.answers.ask(
                key if env is None else None,
                depth,
                lambda: self._bound_value(module, scope, binding, env, depth),
                _UNKNOWN,
                key,
            )
        return ()

    def _bound_value(
        self, module: Module, scope: Scope, binding: Binding, env: Environment | None, depth: int
    ) -> Values:
        # What stands on the binding's own row is not yet bound when its value is computed.
        place = Place(scope.id, binding.row - 1, binding.block)
        values = self.follow(module, binding.value, place, env, depth + 1)
        return self._entered(values, depth) if binding.kind == "with" else values

    def _parameter(self, module: Module, scope: Scope, index: int, depth: int) -> Values:
        function = module.functions[scope.function]
        if index == 0 and function.owner is not None:
            receiver = self._receiver(module, function, depth)
            if receiver is not None:
                return (receiver,)
        param = function.params[index]
        place = Place(module.scopes[function.scope].parent)
        values = self.follow(module, param.annotation, place, None, depth + 1)
        if values:
            return values
        if param.default is not None and param.kind in ("positional", "keyword"):
            defaults = self.follow(module, param.default, place, None, depth + 1)
            return tuple(value for value in defaults if not isinstance(value, Constant))
        return ()

    def _receiver(self, module: Module, function: Function, depth: int) -> Value | None:
        """What the first parameter of a method is."""
        assert function.owner is not None
        owner = ClassValue(module.path, function.owner)
        names = self.decorator_names(module, function, depth)
        if "staticmethod" in names:
            return None
        return owner if "classmethod" in names or function.name == "__new__" else Instance(owner)

    def decorator_names(self, module: Module, function: Function, depth: int = 0) -> frozenset[str]:
        """The external names among the decorators of ``function``, called or not."""
        if not function.decorators:
            return frozenset()
        key = ("names", module.path, function.id)
        return self.answers.ask(key, depth, lambda: self._names_of_decorators(module, function, depth), frozenset())

    def _names_of_decorators(self, module: Module, function: Function, depth: int) -> frozenset[str]:
        names: set[str] = set()
        place = Place(module.scopes[function.scope].parent)
        for decorator in function.decorators:
            ref = decorator.ref
            if isinstance(ref, tuple) and ref[0] == "call":
                ref = ref[1]
            if isinstance(ref, str):
                if ref in ("staticmethod", "classmethod", "property"):
                    names.add(ref)
                    continue
                if ref.endswith((".setter", ".deleter", ".getter")):
                    names.add("property.accessor")
                    continue
            for value in self.follow(module, ref, place, None, depth + 1):
                if isinstance(value, External):
                    names.add(value.name)
        return frozenset(names)

    # ------------------------------------------------------------------ imports and modules

    def _import(self, module: Module, name: str, attribute: str, level: int, depth: int) -> Values:
        path = self.project.find(name, level, module.path)
        if path is None:
            if level:
                return ()
            return (External(types.canonical(f"{name}.{attribute}" if attribute else name)),)
        if not attribute:
            return (ModuleValue(path),)
        return self.member(path, attribute, depth + 1)

    def member(self, path: str, name: str, depth: int = 0) -> Values:
        """The attribute ``name`` of the module or folder at ``path``."""
        if self.answers.is_cut(depth):
            return ()
        module = self.project.module(path) if path.endswith(".py") else None
        if module is not None:
            values = self.answers.ask(
                ("member", path, name), depth, lambda: self._defined(module, name, depth), _UNKNOWN
            )
            if values:
                return values
        inner = self.project.submodule(path, name)
        return (ModuleValue(inner),) if inner else ()

    def _defined(self, module: Module, name: str, depth: int) -> Values:
        """What the text of ``module`` says that ``name`` is."""
        if name in module.scopes[MODULE].bindings:
            return self._name(module, module.scopes[MODULE], name, None, None, depth + 1)
        return self._from_stars(module, name, depth + 1)

    # ------------------------------------------------------------------ attributes

    def attributes(self, values: Iterable[Value], name: str, depth: int) -> Values:
        found: dict[Value, None] = {}
        for value in values:
            for attribute in self.attribute(value, name, depth + 1):
                found[attribute] = None
        return tuple(found)

    def attribute(self, value: Value, name: str, depth: int = 0) -> Values:
        """What attribute ``name`` of ``value`` denotes."""
        if self.answers.is_cut(depth):
            return ()
        if isinstance(value, External):
            return attribute_of(value, name)
        if isinstance(value, ModuleValue):
            return self.member(value.path, name, depth)
        if isinstance(value, ClassValue):
            return self._class_attribute(value, name, value, depth)
        if isinstance(value, Instance):
            if name == "__class__":
                return (value.type,)
            if isinstance(value.type, ClassValue):
                return self._class_attribute(value.type, name, value, depth)
            return attribute_of_instance(value.type.name, name)
        if isinstance(value, Container):
            return (External(f"{value.kind}.{name}", value.kind),)
        if isinstance(value, Entity) and name in ("__wrapped__",):
            return (value.function,)
        if isinstance(value, FunctionValue):
            return self._function_attribute(value, name, depth)
        return ()

    def _function_attribute(self, value: FunctionValue, name: str, depth: int) -> Values:
        """An attribute of what a decorator from outside makes of a function: ``task.delay``."""
        names = self.decorator_names(self.module(value.module), self.function(value), depth)
        made = [types.MADE_BY_DECORATOR[decorator] for decorator in names if decorator in types.MADE_BY_DECORATOR]
        return tuple(attribute for klass in made for attribute in attribute_of_instance(klass, name))

    def lineage(self, value: ClassValue, depth: int = 0) -> tuple[ClassValue | External, ...]:
        """The class and its bases, nearest first; an approximation of the method resolution order."""
        return self.answers.ask(("lineage", value), depth, lambda: self._find_lineage(value, depth), (value,))

    def _find_lineage(self, value: ClassValue, depth: int) -> tuple[ClassValue | External, ...]:
        if self.answers.is_cut(depth):
            return (value,)
        module, klass = self.module(value.module), self.klass(value)
        found: dict[ClassValue | External, None] = {value: None}
        place = Place(klass.parent_scope, klass.span.row, MODULE)
        for base in klass.bases:
            for parent in self.follow(module, base, place, None, depth + 1):
                if isinstance(parent, ClassValue):
                    for ancestor in self.lineage(parent, depth + 1):
                        found[ancestor] = None
                elif isinstance(parent, External):
                    found[parent] = None
        return tuple(found)

    def _class_attribute(self, klass: ClassValue, name: str, receiver: Value, depth: int) -> Values:
        for ancestor in self.lineage(klass, depth):
            if isinstance(ancestor, External):
                if isinstance(receiver, Instance):
                    values = attribute_of_instance(ancestor.name, name)
                else:
                    values = attribute_of(ancestor, name)
                if values and is_known_member(values[0], ancestor.name, name):
                    return values
                continue
            own = self._own_attribute(ancestor, name, receiver, depth)
            if own is not None:
                return own
        externals = [ancestor for ancestor in self.lineage(klass, depth) if isinstance(ancestor, External)]
        if externals and isinstance(receiver, Instance):
            return attribute_of_instance(externals[0].name, name)
        return tuple(External(f"{base.name}.{name}") for base in externals if is_listed(f"{base.name}.{name}"))

    def _own_attribute(self, klass: ClassValue, name: str, receiver: Value, depth: int) -> Values | None:
        """The attribute as this very class gives it; None if it does not, so that the next base is asked."""
        module = self.module(klass.module)
        declared = self.klass(klass)
        scope = module.scopes[declared.scope]
        bindings = scope.bindings.get(name, ())
        found: dict[Value, None] = {}
        for binding in bindings:
            if binding.kind == "def":
                for value in self._method(module, binding.value, receiver, depth):
                    found[value] = None
            else:
                for value in self._binding(module, scope, name, binding, None, depth):
                    found[_bound(value, receiver)] = None
        env = {name: (given,) for name, given in receiver.given} if isinstance(receiver, Instance) else None
        for ref, scope_id in declared.attributes.get(name, ()):
            values = self.answers.ask(
                None,
                depth,
                partial(self.follow, module, ref, Place(scope_id), env or None, depth + 1),
                _UNKNOWN,
                ("attribute", klass, name, ref),
            )
            for value in values:
                if value != Constant(None):
                    found[value] = None
        if found:
            return tuple(found)
        return () if bindings or name in declared.attributes else None

    def _method(self, module: Module, id: int, receiver: Value, depth: int) -> Values:
        function = module.functions[id]
        names = self.decorator_names(module, function, depth)
        if "property.accessor" in names:
            return ()
        value = FunctionValue(module.path, id)
        if names & _PROPERTIES and isinstance(receiver, Instance):
            return self._results(value, None, depth)
        made = self.decorated(value, depth).value
        if "staticmethod" in names:
            return (made,)
        if "classmethod" in names and isinstance(receiver, Instance):
            receiver = receiver.type
        return (_bound(made, receiver),)

    def property_of(self, value: Value, name: str) -> FunctionValue | None:
        """The function that runs when attribute ``name`` of ``value`` is read, if it is a property of the project."""
        if not isinstance(value, Instance) or not isinstance(value.type, ClassValue):
            return None
        for ancestor in self.lineage(value.type):
            if isinstance(ancestor, External):
                continue
            module = self.module(ancestor.module)
            bindings = module.scopes[self.klass(ancestor).scope].bindings.get(name, ())
            for binding in bindings:
                if binding.kind == "def":
                    function = module.functions[binding.value]
                    if self.decorator_names(module, function) & _PROPERTIES:
                        return FunctionValue(module.path, function.id, value)
            if bindings:
                return None
        return None

    def method(self, value: Value, name: str) -> FunctionValue | None:
        """The function of the project behind method ``name`` of an instance or class, if there is one."""
        klass = value.type if isinstance(value, Instance) else value
        if not isinstance(klass, ClassValue):
            return None
        for ancestor in self.lineage(klass):
            if isinstance(ancestor, External):
                continue
            module = self.module(ancestor.module)
            for binding in module.scopes[self.klass(ancestor).scope].bindings.get(name, ()):
                if binding.kind == "def":
                    return FunctionValue(module.path, binding.value, value)
        return None

    # ------------------------------------------------------------------ calls

    def call(self, callee: Value, args: tuple[Values, ...], keywords: Mapping[str, Values], depth: int = 0) -> Values:
        """What calling ``callee`` returns."""
        if self.answers.is_cut(depth):
            return ()
        if isinstance(callee, External):
            for keyword in keywords:
                returned = types.RETURNS.get(f"{callee.name}({keyword})")
                if returned is not None:
                    return (Instance(External(returned)),)
            return result_of_call(self.project.settings, callee, args)
        if isinstance(callee, ClassValue):
            return (Instance(callee, self._constructed_with(callee, args, keywords)),)
        if isinstance(callee, DecoratorValue):
            return tuple(durable(callee, value) for values in args[:1] for value in values if is_callable(value))
        if isinstance(callee, Partial):
            return self.call(callee.callee, (), {}, depth + 1)
        if isinstance(callee, Instance):
            return self._instance_call(callee, depth)
        if isinstance(callee, Entity):
            return self._function_call(callee.function, callee, None, depth)
        if isinstance(callee, FunctionValue):
            return self._function_call(callee, callee, self._bind(callee, args, keywords) or None, depth)
        return ()

    def _constructed_with(
        self, klass: ClassValue, args: tuple[Values, ...], keywords: Mapping[str, Values]
    ) -> tuple[tuple[str, Instance], ...]:
        """The objects that a constructor is given."""
        method = self.method(Instance(klass), "__init__")
        if method is None or not (args or keywords):
            return ()
        bound = self._bind(FunctionValue(method.module, method.id, Instance(klass)), args, keywords)
        return tuple(
            (name, values[0])
            for name, values in bound.items()
            if len(values) == 1 and isinstance(values[0], Instance) and _nesting(values[0]) < _NESTING
        )

    def _instance_call(self, callee: Instance, depth: int) -> Values:
        if isinstance(callee.type, ClassValue):
            method = self.method(callee, "__call__")
            return self._function_call(method, method, None, depth) if method else ()
        returned = types.RETURNS.get(f"{callee.type.name}()")
        return (Instance(External(returned)),) if returned else ()

    def _function_call(
        self, function: FunctionValue, callee: FunctionValue | Entity, env: Environment | None, depth: int
    ) -> Values:
        declared = self.function(function)
        if declared.is_generator:
            return self._yielded(function, depth)
        results = self._results(function, env, depth)
        return (Coroutine(callee, results),) if declared.is_async else results

    def _yielded(self, value: FunctionValue, depth: int) -> Values:
        """What a context manager made from a generator gives; entering it gives the same."""
        module, function = self.module(value.module), self.function(value)
        if not self.decorator_names(module, function, depth) & _CONTEXT_MANAGERS:
            return ()
        place = Place(function.scope)
        return tuple(v for ref in function.yields for v in self.follow(module, ref, place, None, depth + 1))

    def _results(self, value: FunctionValue, env: Environment | None, depth: int) -> Values:
        if self.answers.is_cut(depth):
            return ()
        key = ("results", value, frozenset(env.items()) if env else None)
        # A function that calls itself gives itself ever other values.
        active = ("results", value.key, tuple(sorted(env)) if env else ())
        return self.answers.ask(key, depth, lambda: self._find_results(value, env, depth), _UNKNOWN, active)

    def _find_results(self, value: FunctionValue, env: Environment | None, depth: int) -> Values:
        module, function = self.module(value.module), self.function(value)
        found: dict[Value, None] = {}
        for ref in function.results:
            for result in self.follow(module, ref, Place(function.scope), env, depth + 1):
                if result != Constant(None):
                    found[result] = None
        if not found:
            place = Place(module.scopes[function.scope].parent)
            for result in self.follow(module, function.returns, place, None, depth + 1):
                if isinstance(result, Instance) and isinstance(result.type, External):
                    if result.type.name in _SELF_RETURNING:
                        if value.receiver is not None:
                            found[_instance_of(value.receiver)] = None
                        continue
                    if result.type.name in ("None", "str", "int", "float", "bool", "bytes"):
                        continue
                found[result] = None
        return tuple(found) if len(found) <= ALTERNATIVES else ()

    def _bind(self, callee: FunctionValue, args: tuple[Values, ...], keywords: Mapping[str, Values]) -> Environment:
        """The values of the callee's parameters in a call."""
        function = self.function(callee)
        params = list(function.params)
        env: dict[str, Values] = {}
        if callee.receiver is not None and params:
            env.update((name, (instance,)) for name, instance in self.key(callee).given)
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

    def _entered(self, values: Values, depth: int) -> Values:
        """What ``with value as x`` binds."""
        found: dict[Value, None] = {}
        for value in values:
            if isinstance(value, Instance) and isinstance(value.type, ClassValue):
                for name in ("__enter__", "__aenter__"):
                    method = self.method(value, name)
                    if method is not None:
                        for result in self._results(method, None, depth) or (value,):
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

    # ------------------------------------------------------------------ decorators

    def decorated(self, value: FunctionValue, depth: int = 0) -> Decorated:
        """What the decorators of the function make of it."""
        key = ("decorated", value.module, value.id)
        known: Decorated | None = self.answers.recall(key, depth)
        if known is not None:
            return known
        bare = FunctionValue(value.module, value.id)
        plain = Decorated(bare, None, (), ())
        if not self.function(bare).decorators:
            return plain
        return self.answers.ask(key, depth, lambda: self._decorate(bare, plain, depth), plain)

    def _decorate(self, value: FunctionValue, plain: Decorated, depth: int) -> Decorated:
        if self.answers.is_cut(depth):
            return plain
        function = self.function(value)
        module = self.module(value.module)
        place = Place(module.scopes[function.scope].parent, function.span.row, function.block)
        current: Value = value
        layers: list[tuple[Decorator, Values]] = []
        wrappers: list[FunctionValue] = []
        for decorator in reversed(function.decorators):
            denoted = self.follow(module, decorator.ref, place, None, depth + 1)
            layers.append((decorator, denoted))
            current = self._apply(denoted, current, value, wrappers, depth)
        entity = current if isinstance(current, Entity) else None
        return Decorated(current, entity, tuple(layers), tuple(wrappers))

    def _apply(
        self, denoted: Values, current: Value, function: FunctionValue, wrappers: list[FunctionValue], depth: int
    ) -> Value:
        """``current``, what lies below, under one decorator; unknown ones are taken to leave it as it is."""
        for decorator in denoted:
            if isinstance(decorator, DecoratorValue):
                return durable(decorator, current)
            if isinstance(decorator, External):
                kind = api.DECORATORS.get(decorator.name) or self.configured_kind(decorator.name)
                if kind is not None:
                    return durable(DecoratorValue(kind, decorator.name), current)
            if isinstance(decorator, FunctionValue):
                kind = self.configured_kind(self.qualified_name(decorator))
                if kind is not None:
                    return durable(DecoratorValue(kind, ""), current)
                for made in self.call(decorator, ((current,),), {}, depth + 1):
                    if isinstance(made, Entity):
                        if made.function.key != function.key:
                            wrappers.append(made.function)
                            return Entity(made.kind, function, made.options)
                        return made
                    if isinstance(made, FunctionValue) and made.key != function.key:
                        wrappers.append(made)
        return current


def _nesting(instance: Instance) -> int:
    """How deeply objects are given to objects."""
    return 1 + max([_nesting(given) for _, given in instance.given], default=0)


def _tells(values: Values) -> bool:
    """Whether arguments are worth handing on: literals do not tell what a function returns."""
    return any(not isinstance(value, (Constant, Container)) for value in values)


def _instance_of(value: Value) -> Value:
    return Instance(value) if isinstance(value, ClassValue) else value


def _bound(value: Value, receiver: Value) -> Value:
    """``value``, found on a class, as it is got through ``receiver``."""
    if isinstance(value, FunctionValue) and value.receiver is None:
        return value._replace(receiver=receiver) if isinstance(receiver, Instance) else value
    if isinstance(value, Entity) and value.function.receiver is None and isinstance(receiver, Instance):
        return value._replace(function=value.function._replace(receiver=receiver))
    return value
