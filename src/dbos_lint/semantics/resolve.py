"""References -> values: the one place where names are resolved.

Resolution follows Python's scoping, through modules of the project, and knows what well-known functions return.
What cannot be told is the empty tuple.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from dbos_lint.catalog import types
from dbos_lint.semantics import decorating, members, returns
from dbos_lint.semantics.answers import Answers
from dbos_lint.semantics.decorating import Decorated
from dbos_lint.semantics.expressions import ALTERNATIVES, HANDLERS
from dbos_lint.semantics.externals import configured_kind, result_of_call
from dbos_lint.semantics.meanings import Meanings
from dbos_lint.semantics.modules import Project
from dbos_lint.semantics.scoping import Place, binding_scope, inner_scope, is_bound_later, is_exported, reaching
from dbos_lint.semantics.sites import MODULE, Binding, Ref
from dbos_lint.semantics.summary import Class, Function, Module, Scope
from dbos_lint.semantics.values import (
    ClassValue,
    Constant,
    Environment,
    External,
    FunctionKey,
    FunctionValue,
    Instance,
    ModuleValue,
    Value,
    Values,
    alternatives,
)

T = TypeVar("T")

_BUILTINS = frozenset(dir(builtins))

_UNKNOWN: Values = ()


class Resolver:
    """Resolves references within one project; remembers what it found."""

    def __init__(self, project: Project, tells_apart: bool = True) -> None:
        self.project = project
        # Whether a function is another one for each object that it is given.
        self.tells_apart = tells_apart
        self.answers: Answers = Answers()
        self._meanings: dict[str, Meanings] = {}
        self._outside: dict[External, Values] = {}
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
            if function.owner is not None and function.params and other:
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

    def result_outside(self, callee: External) -> Values:
        """What calling something outside the project gives, whatever it is given."""
        known = self._outside.get(callee)
        if known is None:
            known = self._outside[callee] = result_of_call(self.project.settings, callee, ())
        return known

    def configured_kind(self, name: str) -> str | None:
        """The kind of durable function that the settings say the decorator ``name`` makes."""
        return configured_kind(self.project.settings, name)

    # ------------------------------------------------------------------ references

    def resolve(self, module: Module, ref: Ref, place: Place, env: Environment | None = None) -> Values:
        """What ``ref`` denotes at ``place`` in ``module``."""
        answers = self.answers
        if not answers.asking:
            if env is None and ref.__class__ is str:
                known = self.recalled(module, place.scope, ref)
                if known is not None:
                    return known
                answers.steps = 1
                return self._resolve_names(module, ref, place, None, 0)
            answers.steps = 0
        return self.follow(module, ref, place, env, 0)

    def recalled(self, module: Module, scope: int, ref: str) -> Values | None:
        """What a name means all over ``scope``, if that is known: the quick way, for most is asked again and again."""
        meanings = self._meanings.get(module.path)
        if meanings is None or self.answers.asking:
            return None
        known = meanings.everywhere.get(ref)
        return known if known is not None else meanings.within.get((scope, ref))

    def forget(self, module: Module) -> None:
        """Drop what is remembered of names in the text of ``module`` beside what leads from one question to another."""
        self._meanings.pop(module.path, None)

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
        meanings = self._meanings.get(module.path)
        if meanings is None:
            meanings = self._meanings[module.path] = Meanings(module)
        if env is None and name not in meanings.narrow:
            root = module.scopes[MODULE]
            found = self._anywhere(module, root if name in root.bindings else None, name, rest, depth)
            if not self.answers.asking:
                meanings.everywhere[ref] = found
            return found
        scope = binding_scope(module, place.scope, name)
        in_class = scope is not None and scope.kind == "class"
        if scope is not None and in_class and is_bound_later(scope, name, place):
            scope = binding_scope(module, scope.parent, name)
        at_place = place if scope is not None and inner_scope(module, place.scope) == scope.id else None
        if env is None and (at_place is None or scope is None or len(scope.bindings[name]) == 1):
            found = self._anywhere(module, scope, name, rest, depth)
            if not in_class and not self.answers.asking:
                meanings.within[place.scope, ref] = found
            return found
        return self._named(module, scope, name, rest, at_place, env, depth)

    def _anywhere(self, module: Module, scope: Scope | None, name: str, rest: str, depth: int) -> Values:
        """What ``name.rest`` denotes wherever it stands, its name having one meaning all over its scope."""
        key = (module.path, scope.id if scope is not None else -1, name, rest)
        known: Values | None = self.answers.recall(key, depth)
        if known is not None:
            return known
        return self.answers.ask(key, depth, lambda: self._named(module, scope, name, rest, None, None, depth), _UNKNOWN)

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
            only = self.bound(module, scope, name, bindings[0], env, depth)
            if len(only) < 2:
                return only
        found: dict[Value, None] = {}
        for binding in bindings:
            for value in self.bound(module, scope, name, binding, env, depth):
                found[value] = None
        return alternatives(found) if len(found) <= ALTERNATIVES else ()

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

    def bound(
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
            # Of one that stands alone, the name says it all: a reference may be long.
            key = (module.path, scope.id, name, binding if len(scope.bindings[name]) > 1 else None)
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
        return returns.entered(self, values, depth) if binding.kind == "with" else values

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
        return members.attribute(self, value, name, depth)

    def lineage(self, value: ClassValue, depth: int = 0) -> tuple[ClassValue | External, ...]:
        """The class and its bases, nearest first; an approximation of the method resolution order."""
        return members.lineage(self, value, depth)

    def property_of(self, value: Value, name: str) -> FunctionValue | None:
        """The function that runs when attribute ``name`` of ``value`` is read, if it is a property of the project."""
        return members.property_of(self, value, name)

    def method(self, value: Value, name: str) -> FunctionValue | None:
        """The function of the project behind method ``name`` of an instance or class, if there is one."""
        return members.method(self, value, name)

    # ------------------------------------------------------------------ calls and decorators

    def call(self, callee: Value, args: tuple[Values, ...], keywords: Mapping[str, Values], depth: int = 0) -> Values:
        """What calling ``callee`` returns."""
        return returns.call(self, callee, args, keywords, depth)

    def decorated(self, value: FunctionValue, depth: int = 0) -> Decorated:
        """What the decorators of the function make of it."""
        return decorating.decorated(self, value, depth)

    def decorator_names(self, module: Module, function: Function, depth: int = 0) -> frozenset[str]:
        """The external names among the decorators of ``function``, called or not."""
        return decorating.decorator_names(self, module, function, depth)
