"""References -> values: the one place where names are resolved.

Resolution follows Python's scoping, through modules of the project, and knows what well-known functions return.
What cannot be told is the empty tuple.
"""

from __future__ import annotations

import builtins
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import partial
from typing import Any, NamedTuple, TypeVar

from dbos_lint.catalog import api, frameworks, types
from dbos_lint.catalog.nondeterminism import is_client, is_listed
from dbos_lint.semantics.modules import Project
from dbos_lint.semantics.summary import MODULE, Binding, Class, Decorator, Function, Module, Ref, Scope
from dbos_lint.semantics.values import (
    ClassValue,
    Constant,
    Container,
    Coroutine,
    DecoratorValue,
    Display,
    Entity,
    External,
    FunctionKey,
    FunctionValue,
    Instance,
    ModuleValue,
    Partial,
    Value,
    Values,
)

_BUILTINS = frozenset(dir(builtins))
# How many calls, attributes and aliases resolution follows before it gives up.
_DEPTH = 24
# How many references one question may lead through: no program that a person wrote needs as many.
_STEPS = 800
# How many questions that lead to one another are remembered with an answer.
_CIRCLE = 100
# How many objects deep it is remembered what constructors were given.
_NESTING = 3
# How many alternatives are kept: more means that the program decides at run time.
_ALTERNATIVES = 8
# How many bindings of one name a use may see, for the same reason.
_BINDINGS = 32
_PROPERTIES = frozenset({"property", "functools.cached_property", "cached_property"})
_CONTEXT_MANAGERS = frozenset({"contextlib.contextmanager", "contextlib.asynccontextmanager"})
_GET_OF_DICT = (External("dict.get", "dict"), External("mapping.get", "mapping"))
_VALUES_OF_DICT = (External("dict.values", "dict"), External("mapping.values", "mapping"))
_SELF_RETURNING = frozenset({"typing.Self", "typing_extensions.Self"})

_Found = TypeVar("_Found")
_UNKNOWN: Values = ()
_NONE: frozenset[Hashable] = frozenset()

Environment = Mapping[str, Values]
"""The values of the parameters of one function, by name."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reference stands: its scope, and the row and block by which earlier bindings are told from later."""

    scope: int
    row: int = 0
    block: int = MODULE


@dataclass(frozen=True, slots=True)
class Decorated:
    """What the decorators of a function make of it.

    ``layers`` are the decorators from the bottom up, each with the values it denotes. ``entity`` is the durable
    function that calls reach. ``wrappers`` are functions of the project that run around the body.
    """

    value: Value
    entity: Entity | None
    layers: tuple[tuple[Decorator, Values], ...]
    wrappers: tuple[FunctionValue, ...]


class _Answer(NamedTuple):
    """What was found, and how deep below the question.

    Where a question met itself on the way, the answer holds only in like circumstances: when of the questions ``met``
    on the way those in ``open`` are being answered, and no others.
    """

    found: Any
    height: int
    met: frozenset[Hashable]
    open: frozenset[Hashable]


@dataclass(slots=True)
class Resolver:
    """Resolves references within one project; remembers what it found.

    Answers do not depend on what was asked before, nor therefore on the order of files: what is remembered is what
    would be found anew. An answer that was cut short at some depth is one for that depth only; one for which there
    were too many steps to take holds for a question that stands by itself (``_whole``).
    """

    project: Project
    _memo: dict[Hashable, _Answer] = field(default_factory=dict)
    _whole: dict[Hashable, Any] = field(default_factory=dict)
    # What is being resolved, so that a cycle ends; what has been, since the first of it; what of it has been met again.
    _active: set[Hashable] = field(default_factory=set)
    _trail: list[Hashable] = field(default_factory=list)
    _open: set[Hashable] = field(default_factory=set)
    # How often the limit of depth has cut an answer short.
    _cuts: int = 0
    _steps: int = 0
    _deepest: int = 0

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

    # ------------------------------------------------------------------ references

    def resolve(self, module: Module, ref: Ref, place: Place, env: Environment | None = None) -> Values:
        """What ``ref`` denotes at ``place`` in ``module``."""
        if not self._active:
            self._steps = 0
        return self._resolve(module, ref, place, env, 0)

    def _ask(
        self,
        key: Hashable | None,
        depth: int,
        find: Callable[[], _Found],
        otherwise: _Found,
        while_asked: Hashable = None,
    ) -> _Found:
        """The answer to the question ``key``, remembered or by ``find``; ``otherwise`` where the question meets itself.

        Without a key nothing is remembered. It meets itself while ``while_asked`` (else ``key``) is being answered.
        """
        whole = depth == 0 and key is not None and not self._active
        known = self._memo.get(key)
        if known is None or depth + known.height > _DEPTH:
            known = self._memo.get((key, depth))
        if known is not None and (not known.met or known.met & self._active == known.open):
            self._deepest = max(self._deepest, depth + known.height)
            self._cuts += depth + known.height > _DEPTH
            if known.open:
                self._open |= known.open
                self._trail.extend(known.met)
            found: _Found = known.found
            return found
        if whole and key in self._whole:
            held: _Found = self._whole[key]
            return held
        active = while_asked or key
        if active in self._active:
            self._open.add(active)
            return otherwise
        cuts, steps, deepest, open, start = self._cuts, self._steps, self._deepest, self._open, len(self._trail)
        self._steps, self._deepest, self._open = 0 if whole else steps, depth, set()
        self._active.add(active)
        self._trail.append(active)
        try:
            found = find()
        finally:
            self._active.discard(active)
            large = bool(self._open) and len(self._trail) - start > _CIRCLE
            met = frozenset(self._trail[start:]) if self._open and not large else _NONE
            self._open.discard(active)
            if not self._open:
                del self._trail[start:]
            still_open = frozenset(self._open)
            self._open = open | still_open
        if self._steps > _STEPS:
            if whole:
                self._whole[key] = found
        elif key is not None and not large and not (known is not None and still_open):
            at = key if cuts == self._cuts else (key, depth)
            self._memo[at] = _Answer(found, self._deepest - depth, met, still_open)
        self._deepest = max(self._deepest, deepest)
        if whole:
            self._steps = steps
        return found

    def _is_cut(self, depth: int) -> bool:
        """Whether a limit is met at ``depth``, so that the answer is cut short."""
        if depth > self._deepest:
            self._deepest = depth
        if depth > _DEPTH:
            self._cuts += 1
        return depth > _DEPTH or self._steps > _STEPS

    def _resolve(self, module: Module, ref: Ref, place: Place, env: Environment | None, depth: int) -> Values:
        if ref is None:
            return ()
        self._steps += 1
        if self._is_cut(depth):
            return ()
        if isinstance(ref, str):
            return self._resolve_names(module, ref, place, env, depth)
        handler = _HANDLERS.get(ref[0])
        if handler is None:
            return ()
        return handler(self, module, ref, place, env, depth + 1)

    def _resolve_names(self, module: Module, ref: str, place: Place, env: Environment | None, depth: int) -> Values:
        """A name and attributes of it. Where the name has one meaning all over its scope, the answer is remembered."""
        name, _, rest = ref.partition(".")
        scope = self.binding_scope(module, place.scope, name)
        if scope is not None and scope.kind == "class" and _is_bound_later(scope, name, place):
            scope = self.binding_scope(module, scope.parent, name)
        inside = scope is not None and self._function_scope(module, place.scope) == scope.id
        at_place = place if inside else None
        if env is None and (scope is None or at_place is None or len(scope.bindings[name]) == 1):
            key = (module.path, scope.id if scope is not None else -1, ref)
            return self._ask(key, depth, lambda: self._named(module, scope, name, rest, None, None, depth), _UNKNOWN)
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
            values = self._attributes(values, attribute, depth)
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
            bindings = _reaching(module, bindings, place)
        found: dict[Value, None] = {}
        for binding in bindings:
            for value in self._binding(module, scope, name, binding, env, depth):
                found[value] = None
        return tuple(found) if len(found) <= _ALTERNATIVES else ()

    @staticmethod
    def _function_scope(module: Module, scope: int) -> int:
        """The scope in which the code at ``scope`` binds: comprehensions look outwards."""
        while module.scopes[scope].kind == "comprehension":
            scope = module.scopes[scope].parent
        return scope

    def binding_scope(self, module: Module, start: int, name: str) -> Scope | None:
        """The scope whose binding of ``name`` is seen from scope ``start`` (LEGB), or None."""
        scope = module.scopes[start]
        first = True
        while True:
            if name in scope.globals:
                root = module.scopes[MODULE]
                return root if name in root.bindings else None
            if name in scope.bindings and (first or scope.kind != "class"):
                return scope
            if scope.id == MODULE:
                return None
            first = scope.kind == "comprehension"
            scope = module.scopes[scope.parent]

    def _from_stars(self, module: Module, name: str, depth: int) -> Values:
        if self._is_cut(depth):
            return ()
        for imported, level in module.scopes[MODULE].stars:
            path = self.project.find(imported, level, module.path)
            if path is None:
                if not level and imported.partition(".")[0] == "dbos":
                    return self._external_star(imported, name)
                continue
            source = self.project.module(path)
            if source is None or not _is_exported(source, name):
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
            return self._ask(
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
        values = self._resolve(module, binding.value, place, env, depth + 1)
        return self._entered(values, depth) if binding.kind == "with" else values

    def _parameter(self, module: Module, scope: Scope, index: int, depth: int) -> Values:
        function = module.functions[scope.function]
        if index == 0 and function.owner is not None:
            receiver = self._receiver(module, function, depth)
            if receiver is not None:
                return (receiver,)
        param = function.params[index]
        place = Place(module.scopes[function.scope].parent)
        values = self._resolve(module, param.annotation, place, None, depth + 1)
        if values:
            return values
        if param.default is not None and param.kind in ("positional", "keyword"):
            defaults = self._resolve(module, param.default, place, None, depth + 1)
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
        return self._ask(key, depth, lambda: self._names_of_decorators(module, function, depth), frozenset())

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
            for value in self._resolve(module, ref, place, None, depth + 1):
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
        if self._is_cut(depth):
            return ()
        module = self.project.module(path) if path.endswith(".py") else None
        if module is not None:
            values = self._ask(("member", path, name), depth, lambda: self._defined(module, name, depth), _UNKNOWN)
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

    def _attributes(self, values: Iterable[Value], name: str, depth: int) -> Values:
        found: dict[Value, None] = {}
        for value in values:
            for attribute in self.attribute(value, name, depth + 1):
                found[attribute] = None
        return tuple(found)

    def attribute(self, value: Value, name: str, depth: int = 0) -> Values:
        """What attribute ``name`` of ``value`` denotes."""
        if self._is_cut(depth):
            return ()
        if isinstance(value, External):
            return self._external_attribute(value, name)
        if isinstance(value, ModuleValue):
            return self.member(value.path, name, depth)
        if isinstance(value, ClassValue):
            return self._class_attribute(value, name, value, depth)
        if isinstance(value, Instance):
            if name == "__class__":
                return (value.type,)
            if isinstance(value.type, ClassValue):
                return self._class_attribute(value.type, name, value, depth)
            return self._instance_attribute(value.type.name, name)
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
        return tuple(attribute for klass in made for attribute in self._instance_attribute(klass, name))

    @staticmethod
    def _external_attribute(value: External, name: str) -> Values:
        full = types.canonical(f"{value.name}.{name}")
        held = types.ATTRIBUTES.get(full)
        if held is not None:
            return (Instance(External(held)),)
        return (External(full, value.base),)

    @staticmethod
    def _instance_attribute(klass: str, name: str) -> Values:
        """An attribute of an instance of an outside class: its own, or the one of a base that the lists know."""
        owner: str | None = klass
        while owner is not None:
            full = f"{owner}.{name}"
            held = types.ATTRIBUTES.get(full)
            if held is not None:
                return (Instance(External(held)),)
            owner = types.BASES.get(owner)
        return (External(types.canonical(f"{klass}.{name}"), klass),)

    def lineage(self, value: ClassValue, depth: int = 0) -> tuple[ClassValue | External, ...]:
        """The class and its bases, nearest first; an approximation of the method resolution order."""
        return self._ask(("lineage", value), depth, lambda: self._find_lineage(value, depth), (value,))

    def _find_lineage(self, value: ClassValue, depth: int) -> tuple[ClassValue | External, ...]:
        if self._is_cut(depth):
            return (value,)
        module, klass = self.module(value.module), self.klass(value)
        found: dict[ClassValue | External, None] = {value: None}
        place = Place(klass.parent_scope, klass.span.row, MODULE)
        for base in klass.bases:
            for parent in self._resolve(module, base, place, None, depth + 1):
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
                    values = self._instance_attribute(ancestor.name, name)
                else:
                    values = self._external_attribute(ancestor, name)
                if values and _is_known_member(values[0], ancestor.name, name):
                    return values
                continue
            own = self._own_attribute(ancestor, name, receiver, depth)
            if own is not None:
                return own
        externals = [ancestor for ancestor in self.lineage(klass, depth) if isinstance(ancestor, External)]
        if externals and isinstance(receiver, Instance):
            return self._instance_attribute(externals[0].name, name)
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
            values = self._ask(
                None,
                depth,
                partial(self._resolve, module, ref, Place(scope_id), env or None, depth + 1),
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
        if self._is_cut(depth):
            return ()
        if isinstance(callee, External):
            for keyword in keywords:
                returned = types.RETURNS.get(f"{callee.name}({keyword})")
                if returned is not None:
                    return (Instance(External(returned)),)
            return self._external_call(callee, args)
        if isinstance(callee, ClassValue):
            return (Instance(callee, self._constructed_with(callee, args, keywords)),)
        if isinstance(callee, DecoratorValue):
            return tuple(self._durable(callee, value) for values in args[:1] for value in values if _is_callable(value))
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
        return tuple(v for ref in function.yields for v in self._resolve(module, ref, place, None, depth + 1))

    def _results(self, value: FunctionValue, env: Environment | None, depth: int) -> Values:
        if self._is_cut(depth):
            return ()
        key = ("results", value, frozenset(env.items()) if env else None)
        # A function that calls itself gives itself ever other values.
        active = ("results", value.key, tuple(sorted(env)) if env else ())
        return self._ask(key, depth, lambda: self._find_results(value, env, depth), _UNKNOWN, active)

    def _find_results(self, value: FunctionValue, env: Environment | None, depth: int) -> Values:
        module, function = self.module(value.module), self.function(value)
        found: dict[Value, None] = {}
        for ref in function.results:
            for result in self._resolve(module, ref, Place(function.scope), env, depth + 1):
                if result != Constant(None):
                    found[result] = None
        if not found:
            place = Place(module.scopes[function.scope].parent)
            for result in self._resolve(module, function.returns, place, None, depth + 1):
                if isinstance(result, Instance) and isinstance(result.type, External):
                    if result.type.name in _SELF_RETURNING:
                        if value.receiver is not None:
                            found[_instance_of(value.receiver)] = None
                        continue
                    if result.type.name in ("None", "str", "int", "float", "bool", "bytes"):
                        continue
                found[result] = None
        return tuple(found) if len(found) <= _ALTERNATIVES else ()

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

    def _external_call(self, callee: External, args: tuple[Values, ...]) -> Values:
        name = callee.name
        if name in api.DECORATORS:
            # The result of ``DBOS.workflow()``; of ``ds.transaction(fn)`` it is the decorated function itself.
            decorator = DecoratorValue(api.DECORATORS[name], name)
            if name.endswith(".transaction") and args and args[0] and _is_callable(args[0][0]):
                return (self._durable(decorator, args[0][0]),)
            return (decorator,)
        kind = self.configured_kind(name)
        if kind is not None:
            return (DecoratorValue(kind, name),)
        if name == "staticmethod":
            return args[0] if args else ()
        if name == "functools.partial":
            return tuple(Partial(value) for values in args[:1] for value in values)
        if name == "type" and len(args) == 1:
            return tuple(value.type for value in args[0] if isinstance(value, Instance))
        if name == "functools.wraps" or name == "super":
            return ()
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
            return tuple(result for values in args[:1] for result in _awaited(values))
        terminal = name.rpartition(".")[2]
        if is_client(name) or (terminal[:1].isupper() and not callee.base):
            return (Instance(External(name)),)
        made = name.rpartition(".")[0]
        if terminal.startswith("from_") and not callee.base and is_client(made):
            return (Instance(External(made)),)
        if name in types.BASES and not callee.base:
            return (Instance(External(name)),)
        return ()

    def configured_kind(self, name: str) -> str | None:
        """The kind of durable function that the settings say the decorator ``name`` makes."""
        settings = self.project.settings
        for kind, names in (
            (api.WORKFLOW, settings.workflow_decorators),
            (api.STEP, settings.step_decorators),
            (api.TRANSACTION, settings.transaction_decorators),
        ):
            if any(fnmatchcase(name, pattern) for pattern in names):
                return kind
        return None

    @staticmethod
    def _durable(decorator: DecoratorValue, value: Value) -> Value:
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
        bare = FunctionValue(value.module, value.id)
        plain = Decorated(bare, None, (), ())
        if not self.function(bare).decorators:
            return plain
        return self._ask(("decorated", bare), depth, lambda: self._decorate(bare, plain, depth), plain)

    def _decorate(self, value: FunctionValue, plain: Decorated, depth: int) -> Decorated:
        if self._is_cut(depth):
            return plain
        function = self.function(value)
        module = self.module(value.module)
        place = Place(module.scopes[function.scope].parent, function.span.row, function.block)
        current: Value = value
        layers: list[tuple[Decorator, Values]] = []
        wrappers: list[FunctionValue] = []
        for decorator in reversed(function.decorators):
            denoted = self._resolve(module, decorator.ref, place, None, depth + 1)
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
                return self._durable(decorator, current)
            if isinstance(decorator, External):
                kind = api.DECORATORS.get(decorator.name) or self.configured_kind(decorator.name)
                if kind is not None:
                    return self._durable(DecoratorValue(kind, decorator.name), current)
            if isinstance(decorator, FunctionValue):
                kind = self.configured_kind(self.qualified_name(decorator))
                if kind is not None:
                    return self._durable(DecoratorValue(kind, ""), current)
                for made in self.call(decorator, ((current,),), {}, depth + 1):
                    if isinstance(made, Entity):
                        if made.function.key != function.key:
                            wrappers.append(made.function)
                            return Entity(made.kind, function, made.options)
                        return made
                    if isinstance(made, FunctionValue) and made.key != function.key:
                        wrappers.append(made)
        return current

    # ------------------------------------------------------------------ handlers of compound references

    def _call_result(self, module: Module, ref: Ref, place: Place, env: Environment | None, depth: int) -> Values:
        _, func, args, keywords = ref
        if func == "super" and not args:
            return self._super(module, place)
        rows = self._rows(module, func, place, env, depth)
        if rows:
            return rows
        callees = self._resolve(module, func, place, env, depth)
        if not callees:
            return ()
        resolved = tuple(self._resolve(module, arg, place, env, depth) for arg in args)
        named = {name: self._resolve(module, arg, place, env, depth) for name, arg in keywords if name}
        found: dict[Value, None] = {}
        for callee in callees:
            if callee in _VALUES_OF_DICT and isinstance(func, str):
                values = self._item_of(module, ("item", func.rpartition(".")[0], None), place, env, depth)
                found[Container("list", values)] = None
                continue
            if callee in _GET_OF_DICT and isinstance(func, str) and args:
                key = args[0][1] if isinstance(args[0], tuple) and args[0][0] == "const" else None
                item = ("item", func.rpartition(".")[0], key if isinstance(key, str) else None)
                found.update(dict.fromkeys(self._item_of(module, item, place, env, depth)))
                found.update(dict.fromkeys(value for values in resolved[1:2] for value in values))
                continue
            if isinstance(callee, FunctionValue) and self._is_configured(callee):
                found[DecoratorValue(self.configured_kind(self.qualified_name(callee)) or "", "", keywords)] = None
                continue
            for value in self.call(callee, resolved, named, depth):
                if isinstance(value, DecoratorValue) and not value.options and isinstance(callee, External):
                    value = value._replace(options=keywords, positional=len(args))
                found[value] = None
        return tuple(found)

    def _rows(self, module: Module, func: Ref, place: Place, env: Environment | None, depth: int) -> Values:
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
        models = self._resolve(module, ".".join(names[: names.index("objects", 1)]), place, env, depth)
        rows = tuple(
            Instance(model)
            for model in models
            if isinstance(model, ClassValue) and External(types.DJANGO_MODEL) in self.lineage(model, depth)
        )
        return rows if gives_row or not rows else (Container("tuple", rows),)

    def _is_configured(self, function: FunctionValue) -> bool:
        settings = self.project.settings
        if not (settings.workflow_decorators or settings.step_decorators or settings.transaction_decorators):
            return False
        return self.configured_kind(self.qualified_name(function)) is not None

    def _super(self, module: Module, place: Place) -> Values:
        """``super()`` in a method: the next class in line, as if it were the instance's own."""
        function = module.functions[module.scopes[place.scope].function]
        if function.owner is None:
            return ()
        rest = self.lineage(ClassValue(module.path, function.owner))[1:]
        return tuple(Instance(base) for base in rest[:1])

    def _attribute_of(self, module: Module, ref: Ref, place: Place, env: Environment | None, depth: int) -> Values:
        values = self._resolve(module, ref[1], place, env, depth)
        for name in ref[2].split("."):
            values = self._attributes(values, name, depth)
        return values

    def _item_of(self, module: Module, ref: Ref, place: Place, env: Environment | None, depth: int) -> Values:
        found: dict[Value, None] = {}
        for value in self._resolve(module, ref[1], place, env, depth):
            if isinstance(value, Container):
                if value.kind != "mapping" or len(ref) > 2:
                    for element in value.elements:
                        found[element] = None
                if len(ref) > 2:
                    for element in self._displayed(value.display, ref[2], depth):
                        found[element] = None
            elif isinstance(value, (ClassValue, External)) and not (isinstance(value, External) and value.base):
                found[value] = None
            elif len(ref) > 2 and isinstance(value, (Instance, External)):
                # ``client["database"]["collection"]``: a part of a client does what the client does.
                klass = value.type if isinstance(value, Instance) else External(value.base)
                if isinstance(klass, External) and is_client(klass.name):
                    found[Instance(klass)] = None
        return tuple(found)

    def _displayed(self, display: Display | None, key: str | None, depth: int) -> Iterator[Value]:
        """What the dict holds under ``key``. Under a key that is not known: any function or object of the project that
        it holds, as tables of handlers do."""
        if display is None:
            return
        module = self.module(display.module)
        place = Place(display.scope, display.span.row, display.block)
        for name, ref in display.items:
            if key is not None and name != key:
                continue
            for value in self._resolve(module, ref, place, None, depth):
                made = value.type if isinstance(value, Instance) else value
                if key is not None or isinstance(made, ClassValue) or _is_callable(made):
                    yield value

    def _awaited(self, module: Module, ref: Ref, place: Place, env: Environment | None, depth: int) -> Values:
        return tuple(dict.fromkeys(_awaited(self._resolve(module, ref[1], place, env, depth))))

    def _constant(self, module: Module, ref: Ref, place: Place, env: Environment | None, depth: int) -> Values:
        return (Constant(ref[1]),)

    def _lambda(self, module: Module, ref: Ref, place: Place, env: Environment | None, depth: int) -> Values:
        return (FunctionValue(module.path, ref[1]),)

    def _container(self, module: Module, ref: Ref, place: Place, env: Environment | None, depth: int) -> Values:
        found: dict[Value, None] = {}
        whole = len(ref) <= 1 + _ALTERNATIVES
        for element in ref[1 : 1 + _ALTERNATIVES]:
            values = self._resolve(module, element, place, env, depth)
            whole = whole and len(values) == 1 and not isinstance(values[0], Constant)
            for value in values:
                if not isinstance(value, Constant):
                    found[value] = None
        return (Container(ref[0], tuple(found), whole=whole),)

    def _dict(self, module: Module, ref: Ref, place: Place, env: Environment | None, depth: int) -> Values:
        if len(ref) == 1:
            return (Container("dict"),)
        _, span, items = ref
        return (Container("dict", (), Display(module.path, place.scope, place.block, span, items)),)

    def _comprehension(self, module: Module, ref: Ref, place: Place, env: Environment | None, depth: int) -> Values:
        return (Container(ref[1]),)

    def _any(self, module: Module, ref: Ref, place: Place, env: Environment | None, depth: int) -> Values:
        found: dict[Value, None] = {}
        for choice in ref[1:]:
            for value in self._resolve(module, choice, place, env, depth):
                if value != Constant(None):
                    found[value] = None
        return tuple(found) if len(found) <= _ALTERNATIVES else ()

    def _joined_path(self, module: Module, ref: Ref, place: Place, env: Environment | None, depth: int) -> Values:
        path = Instance(External("pathlib.Path"))
        return (path,) if path in self._resolve(module, ref[1], place, env, depth) else ()

    def _annotated(self, module: Module, ref: Ref, place: Place, env: Environment | None, depth: int) -> Values:
        values = self._resolve(module, ref[1], place, env, depth)
        if values and values != (Constant(None),):
            return values
        return self._resolve(module, ref[2], place, env, depth) or values

    def _instance(self, module: Module, ref: Ref, place: Place, env: Environment | None, depth: int) -> Values:
        return tuple(
            Instance(value)
            for value in self._resolve(module, ref[1], place, env, depth)
            if isinstance(value, (External, ClassValue))
        )

    def _type(self, module: Module, ref: Ref, place: Place, env: Environment | None, depth: int) -> Values:
        return self._resolve(module, ref[1], place, env, depth)


def _is_exported(module: Module, name: str) -> bool:
    """Whether a star import of ``module`` brings ``name``."""
    return not name.startswith("_") if module.exports is None else name in module.exports


def _awaited(values: Values) -> Iterator[Value]:
    """What awaiting the values gives."""
    for value in values:
        yield from value.results if isinstance(value, Coroutine) else (value,)


def _is_bound_later(scope: Scope, name: str, place: Place) -> bool:
    """Whether ``place`` stands in the body of ``scope``, a class, above what binds ``name`` there."""
    return place.scope == scope.id and place.row > 0 and all(b.row > place.row for b in scope.bindings[name])


def _is_known_member(value: Value, klass: str, name: str) -> bool:
    """Whether an outside base is known to have the attribute, so that later bases need not be asked."""
    full = f"{klass}.{name}"
    return full in types.ATTRIBUTES or full in types.RETURNS or isinstance(value, Instance)


def _nesting(instance: Instance) -> int:
    """How deeply objects are given to objects."""
    return 1 + max([_nesting(given) for _, given in instance.given], default=0)


def _tells(values: Values) -> bool:
    """Whether arguments are worth handing on: literals do not tell what a function returns."""
    return any(not isinstance(value, (Constant, Container)) for value in values)


def _is_callable(value: Value) -> bool:
    return isinstance(value, (FunctionValue, Entity, Partial))


def _instance_of(value: Value) -> Value:
    return Instance(value) if isinstance(value, ClassValue) else value


def _bound(value: Value, receiver: Value) -> Value:
    """``value``, found on a class, as it is got through ``receiver``."""
    if isinstance(value, FunctionValue) and value.receiver is None:
        return value._replace(receiver=receiver) if isinstance(receiver, Instance) else value
    if isinstance(value, Entity) and value.function.receiver is None and isinstance(receiver, Instance):
        return value._replace(function=value.function._replace(receiver=receiver))
    return value


def _reaching(module: Module, bindings: Sequence[Binding], place: Place | None) -> Sequence[Binding]:
    """The bindings that a use at ``place`` may see; without a place, those that may hold at the end of the scope.

    None, where they are too many: the program decides at run time. A row of 0 says nothing of the place.
    """
    if place is None:
        return _latest(module, bindings, None)
    end = bisect_right(bindings, place.row, key=_row)
    seen = _latest(module, bindings[:end], place)
    certain = seen[0].block if seen and module.encloses(seen[0].block, place.block) else None
    loop = _loop_inside(module, place.block, certain)
    if loop is not None and end < len(bindings):
        # What stands below may have run before, in the same loop.
        after = bisect_left(bindings, True, end, key=lambda binding: not module.encloses(loop, binding.block))
        seen = [*seen, *_latest(module, bindings[end:after], None)]
    return (seen or bindings) if len(seen or bindings) <= _BINDINGS else ()


def _latest(module: Module, bindings: Sequence[Binding], place: Place | None) -> list[Binding]:
    """Those of ``bindings``, in the order of the text, that no later one hides.

    A binding hides those that come before it in its block or inside, and, at ``place``, every one that comes before if
    its block encloses the place. Blocks are numbered as they open: what was bound in one of a higher number stands
    inside, for this one was open then.
    """
    seen: list[Binding] = []
    for binding in reversed(bindings):
        if seen and binding.block >= seen[-1].block:
            continue
        seen.append(binding)
        if place is not None and module.encloses(binding.block, place.block):
            break
    seen.reverse()
    return seen


def _row(binding: Binding) -> int:
    return binding.row


def _loop_inside(module: Module, block: int, outer: int | None) -> int | None:
    """The outermost loop that holds ``block`` and lies within ``outer`` (anywhere, if that is None)."""
    loop = None
    while block not in (MODULE, outer):
        if module.blocks[block].kind == "loop":
            loop = block
        block = module.blocks[block].parent
    return loop


_HANDLERS = {
    "call": Resolver._call_result,
    "attr": Resolver._attribute_of,
    "item": Resolver._item_of,
    "await": Resolver._awaited,
    "const": Resolver._constant,
    "lambda": Resolver._lambda,
    "list": Resolver._container,
    "mapping": Resolver._container,
    "tuple": Resolver._container,
    "set": Resolver._container,
    "dict": Resolver._dict,
    "comp": Resolver._comprehension,
    "or": Resolver._any,
    "div": Resolver._joined_path,
    "annotated": Resolver._annotated,
    "instance": Resolver._instance,
    "type": Resolver._type,
}
