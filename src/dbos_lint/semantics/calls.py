"""What a call may run: functions, durable functions, things outside the project, and what is handed on to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from operator import attrgetter
from typing import TYPE_CHECKING

from dbos_lint.catalog import api, types
from dbos_lint.catalog.nondeterminism import has_effects
from dbos_lint.semantics.entities import registrations
from dbos_lint.semantics.externals import known_as
from dbos_lint.semantics.refs import lookups, may_be_callable
from dbos_lint.semantics.resolve import Resolver
from dbos_lint.semantics.scoping import Place
from dbos_lint.semantics.sites import MODULE, Call, Param, Read, Ref, Write
from dbos_lint.semantics.summary import Module
from dbos_lint.semantics.values import (
    ClassValue,
    Entity,
    Environment,
    External,
    FunctionKey,
    FunctionValue,
    Instance,
    Partial,
    Value,
    Values,
)
from dbos_lint.syntax.spans import Span

if TYPE_CHECKING:
    from dbos_lint.semantics.passing import Passing

_RUN_IN_CONTEXT = "contextvars.Context.run"


class Callees:
    """What a call may run. ``known`` is false when nothing could be told. Where what is called lies outside the project
    and runs nothing of it, this is one object, ``shared`` by all such calls.

    ``values`` is what is called; ``names`` are the qualified names of the ``externals``. ``aside`` is what it runs in a
    thread to which dbos's context is copied. ``handed`` is what lies outside the project and is not called here, but
    by what is called.
    """

    __slots__ = (
        "aside",
        "delegations",
        "durable",
        "externals",
        "handed",
        "known",
        "names",
        "runs",
        "shared",
        "threads",
        "values",
    )

    def __init__(
        self,
        values: Values = (),
        runs: tuple[FunctionValue, ...] = (),
        aside: tuple[FunctionValue, ...] = (),
        handed: tuple[External, ...] = (),
        durable: tuple[Entity, ...] = (),
        externals: tuple[External, ...] = (),
        delegations: tuple[tuple[str, FunctionValue], ...] = (),
        threads: tuple[Value, ...] = (),
        names: frozenset[str] = frozenset(),
        known: bool = False,
        shared: bool = False,
    ) -> None:
        self.values = values
        self.runs = runs
        self.aside = aside
        self.handed = handed
        self.durable = durable
        self.externals = externals
        self.delegations = delegations
        self.threads = threads
        self.names = names
        self.known = known
        self.shared = shared


class _CalleesOf(dict[int, Callees]):
    """What the calls of one module may run, by their numbers: asked so often that what is known is one look."""

    def __init__(self, calls: Calls, module: Module) -> None:
        super().__init__()
        self._calls = calls
        self.module = module
        self._records = {call.number: call for function in module.functions for call in function.calls}

    def __missing__(self, number: int) -> Callees:
        found = self[number] = self._calls.find_callees(self.module, self._records[number], None)
        return found


class Calls:
    """The calls of one project, with what is known of them remembered."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self._callees: dict[str, _CalleesOf] = {}
        self._managers: dict[str, dict[Span, Values]] = {}
        self._naming: dict[str, dict[str, list[Call]]] = {}
        self._registered: dict[str, frozenset[int]] = {}
        # What is called outside the project and runs nothing of it is the same wherever it is called.
        self._outside: dict[Values, Callees] = {}

    @cached_property
    def passing(self) -> Passing:
        """What becomes of functions that are given to those of the project."""
        from dbos_lint.semantics.passing import Passing  # for who gives them any

        return Passing(self)

    def resolve(self, module: Module, ref: Ref, record: Call | Read | Write, env: Environment | None = None) -> Values:
        if env is None and ref.__class__ is str:
            known = self.resolver.recalled(module, record.scope, ref)
            if known is not None:
                return known
        block = record.block if record.__class__ is Call else MODULE
        place = tuple.__new__(Place, (record.scope, record.span.row, block))
        return self.resolver.resolve(module, ref, place, env)

    def callees(self, module: Module, call: Call, env: Environment | None = None) -> Callees:
        """What ``call`` may run, directly or by handing a function on. ``env`` says what parameters are."""
        return self.find_callees(module, call, env) if env is not None else self.of(module)[call.number]

    def of(self, module: Module) -> Mapping[int, Callees]:
        """What the calls of ``module`` may run, by their numbers: found when it is asked for."""
        known = self._callees.get(module.path)
        if known is None or known.module is not module:
            known = self._callees[module.path] = _CalleesOf(self, module)
        return known

    def naming(self, module: Module) -> Mapping[str, list[Call]]:
        """The calls of ``module`` in the order of the text, by the qualified names of what they may call outside."""
        found = self._naming.get(module.path)
        if found is None:
            found = self._naming[module.path] = {}
            calls = [call for function in module.functions for call in function.calls]
            known = self.of(module)
            for call in sorted(calls, key=_number):
                for name in known[call.number].names:
                    found.setdefault(name, []).append(call)
        return found

    def forget(self, module: Module) -> None:
        """Drop what is remembered of single calls: once a file is judged, only what its functions do is asked for."""
        self._callees.pop(module.path, None)
        self._naming.pop(module.path, None)
        self._managers.pop(module.path, None)
        self.resolver.forget(module)

    def find_callees(self, module: Module, call: Call, env: Environment | None) -> Callees:
        """What :meth:`callees` tells, not remembered."""
        values = self.resolve(module, call.func, call, env)
        outside = self._outside.get(values)
        if outside is not None:
            return outside
        found = self.named_callees(module, call, values)
        for function in found.runs:
            self._invoked_arguments(module, call, function, found)
        if found.externals:
            found.names = frozenset([external.name for external in found.externals])
        if all(isinstance(value, External) and not _hands_on(value) for value in values):
            found.shared = True
            self._outside[values] = found
        return found

    def named_callees(self, module: Module, call: Call, values: Values) -> Callees:
        """What ``call``, of ``values``, may run, without what functions of the project do with what it gives them."""
        found = Callees(values)
        for value in found.values:
            self._add(found, value)
            if isinstance(value, ClassValue):
                from dbos_lint.semantics.fields import default_factories  # for files with classes

                for factory in default_factories(self.resolver, value, call):
                    if isinstance(factory, External):
                        found.handed += (factory,)
                    else:
                        self._add(found, factory)
        for external in found.externals:
            self._handed_on(module, call, external, found)
        return found

    def _add(self, found: Callees, value: Value) -> None:
        """Count ``value``, which is called, among the callees."""
        found.known = True
        if isinstance(value, FunctionValue):
            found.runs += (value,)
            found.runs += tuple(self.resolver.decorated(value).wrappers)
        elif isinstance(value, Entity):
            found.durable += (value,)
        elif isinstance(value, External):
            found.externals += (value,)
        elif isinstance(value, ClassValue):
            for name in ("__new__", "__init__", "__post_init__"):
                method = self.resolver.method(Instance(value), name)
                if method is not None:
                    found.runs += (method,)
        elif isinstance(value, Instance):
            method = self.resolver.method(value, "__call__")
            if method is not None:
                found.runs += (method,)
        elif isinstance(value, Partial):
            self._add(found, value.callee)

    def argument(self, module: Module, call: Call, *places: int | str) -> Values:
        """The values of the argument of ``call`` at the first of ``places`` (positions or keywords) that is given."""
        for place in places:
            if isinstance(place, int):
                if place < len(call.args):
                    return self.resolve(module, call.args[place], call)
            else:
                for name, ref in call.keywords:
                    if name == place:
                        return self.resolve(module, ref, call)
        return ()

    def _handed_on(self, module: Module, call: Call, external: External, found: Callees) -> None:
        """Functions that an outside callee calls, or runs in a thread or a step."""
        name = known_as(external)
        if name in types.CALLS_ITS_ARGUMENT:
            for value in self.argument(module, call, *types.CALLS_ITS_ARGUMENT[name]):
                if isinstance(value, (FunctionValue, Entity, Partial)):
                    self._add(found, value)
                elif isinstance(value, External):
                    found.handed += (value,)
        elif name in types.COPIES_CONTEXT:
            for value in self.argument(module, call, 0, "func"):
                _add_aside(found, value)
        elif name in types.THREAD_STARTERS:
            places = types.THREAD_STARTERS[name]
            values = self.argument(module, call, *places)
            if External(_RUN_IN_CONTEXT, "contextvars.Context") in values and _is_repeated(module, call):
                # Each thread has dbos's context, but they draw step numbers in the order in which they are scheduled.
                values = self.argument(module, call, *[p + 1 for p in places if isinstance(p, int)])
            found.threads += tuple(values)
        elif name in api.RUNS_STEP:
            for value in self.argument(module, call, 1, "func"):
                _add_delegation(found, api.RUNS_STEP[name], value)

    def _invoked_arguments(self, module: Module, call: Call, function: FunctionValue, found: Callees) -> None:
        """Functions given to a function of the project that calls its parameter."""
        if not any(may_be_callable(ref) for ref in (*call.args, *(ref for _, ref in call.keywords))):
            return
        invoked = self.passing.invoked(function)
        if not invoked:
            return
        arguments = self.passing.arguments(call, function)
        for name, how in invoked.items():
            for value in self.resolve(module, arguments.get(name), call):
                if how == "run" and isinstance(value, (FunctionValue, Entity, Partial)):
                    self._add(found, value)
                elif how in (api.STEP, api.TRANSACTION):
                    _add_delegation(found, how, value)
                elif how == "aside":
                    _add_aside(found, value)
                elif how == "thread":
                    found.threads += (value,)

    def is_registered(self, value: FunctionValue) -> bool:
        """Whether a call such as ``DBOS.workflow()(f)`` registers the function, which itself stays plain."""
        known = self._registered.get(value.module)
        if known is None:
            found = registrations(self.resolver, self.resolver.module(value.module))
            known = self._registered[value.module] = frozenset(registration.function for registration in found)
        return value.id in known

    @staticmethod
    def environment(key: FunctionKey) -> Environment | None:
        """What parameters of the function are, to judge by how it is called."""
        return {name: (instance,) for name, instance in key.given} if key.given else None

    def instances_given(
        self, module: Module, call: Call, callee: FunctionValue, env: Environment | None
    ) -> tuple[tuple[str, Instance], ...]:
        """The objects that ``call`` gives, where they tell more than the parameters: clients for those without an
        annotation, and objects of the project, which tell more than the interface that an annotation names."""
        params = self.resolver.function(callee).params
        if callee.receiver is not None:
            params = params[1:]
        keywords = dict(call.keywords)
        found: list[tuple[str, Instance]] = []
        for index, param in enumerate(params):
            if param.kind not in ("positional", "keyword"):
                continue
            positional = param.kind == "positional" and index < len(call.args)
            ref = call.args[index] if positional else keywords.get(param.name)
            values = self.resolve(module, ref, call, env) if may_be_callable(ref) else ()
            if len(values) == 1 and isinstance(values[0], Instance) and _tells_more(values[0], param):
                found.append((param.name, values[0]))
        return tuple(found)

    def properties(
        self, module: Module, ref: Ref, place: Read | Call, env: Environment | None
    ) -> Iterator[FunctionValue]:
        """The properties of the project that run where ``ref`` is looked up."""
        for base, name in lookups(ref):
            found = [value for value in self.resolve(module, base, place, env) if not isinstance(value, External)]
            if not found:
                return
            for value in found:
                method = self.resolver.property_of(value, name)
                if method is not None:
                    yield method

    def managers(self, module: Module, manager: Read, env: Environment | None) -> Values:
        """What an item of a ``with`` enters."""
        if env is not None:
            return self.resolve(module, manager.ref, manager, env)
        of_module = self._managers.setdefault(module.path, {})
        known = of_module.get(manager.span)
        if known is None:
            known = of_module[manager.span] = self.resolve(module, manager.ref, manager)
        return known

    def manager_methods(self, module: Module, manager: Read, env: Environment | None) -> Iterator[FunctionValue]:
        for value in self.managers(module, manager, env):
            if isinstance(value, Instance) and isinstance(value.type, ClassValue):
                for name in ("__enter__", "__aenter__", "__exit__", "__aexit__"):
                    method = self.resolver.method(value, name)
                    if method is not None:
                        yield method


_number = attrgetter("number")


@cache
def _hands_on(external: External) -> bool:
    """Whether what is called outside the project calls what it is given, itself or in a thread or a step."""
    name = known_as(external)
    return (
        name in types.CALLS_ITS_ARGUMENT
        or name in types.COPIES_CONTEXT
        or name in types.THREAD_STARTERS
        or name in api.RUNS_STEP
    )


def _add_aside(found: Callees, value: Value) -> None:
    """Count ``value``, called in a thread with dbos's context, among the callees; durable calls are recorded there."""
    while isinstance(value, Partial):
        value = value.callee
    if isinstance(value, FunctionValue):
        found.aside += (value,)
    elif isinstance(value, External):
        found.handed += (value,)


def _add_delegation(found: Callees, kind: str, value: Value) -> None:
    while isinstance(value, Partial):
        value = value.callee
    if isinstance(value, FunctionValue):
        found.delegations += ((kind, value),)


def _tells_more(instance: Instance, param: Param) -> bool:
    """Whether calls on the object may be effects that the parameter alone does not show."""
    if isinstance(instance.type, ClassValue) or instance.type.name == api.SESSION:
        return True
    name: str | None = instance.type.name if param.annotation is None else None
    while name is not None:
        if has_effects(name):
            return True
        name = types.BASES.get(name)
    return False


def _is_repeated(module: Module, call: Call) -> bool:
    """Whether the call stands in a loop or a comprehension."""
    return module.scopes[call.scope].kind == "comprehension" or module.within(call.block, "loop")
