"""What running a function may do: its own effects, and those of what it calls, each with the shortest way there.

A durable call cuts the way: what a step does is the step's business. All of this rests on summaries; no tree is seen.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from dbos_lint.catalog import api, frameworks, types
from dbos_lint.catalog.nondeterminism import (
    READ_TERMINALS,
    VALUE_KINDS,
    Arguments,
    Nondeterminism,
    has_effects,
)
from dbos_lint.semantics.coroutines import makes_coroutine, runs_when_called
from dbos_lint.semantics.entities import registrations
from dbos_lint.semantics.fields import default_factories
from dbos_lint.semantics.resolve import Environment, Place, Resolver
from dbos_lint.semantics.summary import (
    AWAITED,
    DECORATOR,
    ITERATED,
    MODULE,
    ONLY_LOGGED,
    ONLY_WAITS,
    UNTIL_CANCELLED,
    Call,
    Function,
    Module,
    Param,
    Read,
    Ref,
    Span,
    Write,
)
from dbos_lint.semantics.values import (
    ClassValue,
    Container,
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

# Kinds of effect beside those of the nondeterminism catalogue.
GLOBAL_WRITE = "global-write"
CLOSURE_WRITE = "closure-write"
SELF_WRITE = "self-write"
STARTS_WORKFLOW = "starts-workflow"
CALLS_WORKFLOW = "calls-workflow"
RECEIVES = "receives"
WORKFLOW_ONLY = "workflow-only"
RAISES_OUTSIDE = "raises-outside"
RAISES_IN_LOOP = "raises-in-loop"
BLOCKS_LOOP = "blocks-loop"
HANDLE = "handle"
"""Details of ``BLOCKS_LOOP``: a workflow, step or transaction that runs, or one that a handle waits for."""
USES_SESSION = "uses-session"
DURABLE = "durable"
LIFECYCLE = "lifecycle"
DURABLE_IN_THREAD = "durable-in-thread"
WORKFLOW_IN_THREAD = "workflow-in-thread"

_RUN_IN_CONTEXT = "contextvars.Context.run"
_LOOP_KINDS = frozenset({RAISES_IN_LOOP, BLOCKS_LOOP})
# Effects that mean something only in the function that has them.
_LOCAL_KINDS = frozenset({CLOSURE_WRITE, SELF_WRITE})
# What outlives the call that does it.
_LASTING = frozenset({GLOBAL_WRITE, CLOSURE_WRITE, SELF_WRITE, STARTS_WORKFLOW, DURABLE})
SPARED_KINDS = VALUE_KINDS | {"sleep"}
"""Kinds of effect that do no harm where nothing comes of what the function gives back."""
# By how the value of a call is used: the kinds of effect that do no harm there.
_HARMLESS: dict[int, frozenset[str]] = {
    0: frozenset(),
    ONLY_LOGGED: VALUE_KINDS,
    ONLY_WAITS: frozenset({"random", "secret"}),
    UNTIL_CANCELLED: SPARED_KINDS,
}
_UNKNOWN_ARGUMENTS = Arguments(0, Ellipsis, frozenset(), splat=True)


class Effect(NamedTuple):
    """Something that running a function does.

    ``kind`` is a kind of the nondeterminism catalogue or one of the constants above; ``name`` the qualified name of
    what does it; ``label`` how the text says it; ``detail`` depends on the kind: the guard of a write, the function
    that owns a closure variable.
    """

    kind: str
    name: str
    label: str
    span: Span
    detail: str = ""


class Edge(NamedTuple):
    """A call that runs a function of the project as part of the caller; ``aside``: in a thread, away from the loop.

    ``spared`` are the kinds of value that may go into the result of the call, for that is only logged.
    """

    callee: FunctionKey
    span: Span
    aside: bool = False
    spared: frozenset[str] = frozenset()


class Delegation(NamedTuple):
    """A call that has dbos run a function as a step or transaction."""

    kind: str
    callee: FunctionValue
    span: Span


class ThreadStart(NamedTuple):
    """A call that runs ``target`` in a thread or process; ``label`` is how the text names the call."""

    target: Value
    label: str
    span: Span


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one function by itself. ``unresolved`` are the calls that could not be followed.

    What its threads do is not among the ``effects``: :meth:`Analysis.effects` adds it. ``guarded`` are the kinds of
    effect that the function avoids, and that are not counted: it asks whether a workflow, or an event loop, is running.
    ``spared`` are effects that count only if one of some functions does more than compute a value to be logged.
    """

    effects: tuple[Effect, ...] = ()
    edges: tuple[Edge, ...] = ()
    threads: tuple[ThreadStart, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    unresolved: tuple[Span, ...] = ()
    guarded: frozenset[str] = frozenset()
    spared: tuple[tuple[Effect, tuple[FunctionKey, ...]], ...] = ()


class Reach(NamedTuple):
    """How an effect is reached from a function: ``distance`` calls away, first through ``edge``."""

    distance: int
    effect: Effect
    origin: FunctionKey
    edge: Edge | None


@dataclass(slots=True)
class Callees:
    """What a call may run. ``known`` is false when nothing could be told.

    ``names`` are the qualified names of the ``externals``. ``aside`` is what it runs in a thread to which dbos's
    context is copied. ``handed`` is what lies outside the project and is not called here, but by what is called.
    """

    runs: tuple[FunctionValue, ...] = ()
    aside: tuple[FunctionValue, ...] = ()
    handed: tuple[External, ...] = ()
    durable: tuple[Entity, ...] = ()
    externals: tuple[External, ...] = ()
    delegations: tuple[tuple[str, FunctionValue], ...] = ()
    threads: tuple[Value, ...] = ()
    names: frozenset[str] = frozenset()
    known: bool = False


@dataclass(slots=True)
class Analysis:
    """The effects of the functions of one project, remembered."""

    resolver: Resolver
    nondeterminism: Nondeterminism
    _facts: dict[FunctionKey, Facts] = field(default_factory=dict)
    _reach: dict[FunctionKey, dict[str, Reach]] = field(default_factory=dict)
    _invoked: dict[FunctionKey, dict[str, str]] = field(default_factory=dict)
    _callees: dict[str, dict[int, Callees]] = field(default_factory=dict)
    _registered: dict[str, frozenset[int]] = field(default_factory=dict)

    # ------------------------------------------------------------------ calls

    def resolve(self, module: Module, ref: Ref, record: Call | Read | Write, env: Environment | None = None) -> Values:
        block = record.block if isinstance(record, Call) else MODULE
        return self.resolver.resolve(module, ref, Place(record.scope, record.span.row, block), env)

    def callees(self, module: Module, call: Call, env: Environment | None = None) -> Callees:
        """What ``call`` may run, directly or by handing a function on. ``env`` says what parameters are."""
        if env is not None:
            return self._find_callees(module, call, env)
        known = self._callees.setdefault(module.path, {})
        callees = known.get(call.number)
        if callees is None:
            callees = known[call.number] = self._find_callees(module, call, None)
        return callees

    def forget_calls(self, module: Module) -> None:
        """Drop what is remembered of single calls: once a file is judged, only what its functions do is asked for."""
        self._callees.pop(module.path, None)

    def _find_callees(self, module: Module, call: Call, env: Environment | None) -> Callees:
        found = self._named_callees(module, call, env)
        for function in found.runs:
            self._invoked_arguments(module, call, function, found)
        if found.externals:
            found.names = frozenset([external.name for external in found.externals])
        return found

    def _named_callees(self, module: Module, call: Call, env: Environment | None) -> Callees:
        """What ``call`` may run, without what functions of the project do with what it gives them."""
        found = Callees()
        for value in self.resolve(module, call.func, call, env):
            self._add(found, value)
            if isinstance(value, ClassValue):
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
        if not any(_may_be_callable(ref) for ref in (*call.args, *(ref for _, ref in call.keywords))):
            return
        invoked = self.invoked(function)
        if not invoked:
            return
        params = [param.name for param in self.resolver.function(function).params if param.kind == "positional"]
        if function.receiver is not None:
            params = params[1:]
        given = dict(zip(params, call.args, strict=False))
        given.update({name: ref for name, ref in call.keywords if name})
        for name, how in invoked.items():
            for value in self.resolve(module, given.get(name), call):
                if how == "run" and isinstance(value, (FunctionValue, Entity, Partial)):
                    self._add(found, value)
                elif how in (api.STEP, api.TRANSACTION):
                    _add_delegation(found, how, value)
                elif how == "aside":
                    _add_aside(found, value)
                elif how == "thread":
                    found.threads += (value,)

    def invoked(self, value: FunctionValue) -> dict[str, str]:
        """The parameters that it calls: ``run`` as part of itself, ``aside``, as a ``step``, in a thread."""
        key = FunctionKey(value.module, value.id)
        known = self._invoked.get(key)
        if known is not None:
            return known
        self._invoked[key] = {}
        module, function = self.resolver.module(value.module), self.resolver.function(value)
        names = {param.name for param in function.params}
        found: dict[str, str] = {}
        for inner, how in self._nested_runs(module, function).items() if names else ():
            for call in module.functions[inner].calls:
                if isinstance(call.func, str) and call.func in names:
                    _note(found, call.func, how)
                refs = [ref for ref in (*call.args, *(ref for _, ref in call.keywords)) if isinstance(ref, str)]
                passed = [ref for ref in refs if ref in names]
                if passed:
                    self._passed_on(module, call, passed, how, found)
        self._invoked[key] = found
        return found

    def _nested_runs(self, module: Module, function: Function) -> dict[int, str]:
        """How a call of ``function`` runs itself and the functions nested in it: one that is only made does not run."""
        found = {function.id: "run"}
        nested = {inner.id for inner in module.functions if _is_inside(module, inner, function)} - found.keys()
        queue = [function.id] if nested else []
        for outer in queue:
            for call in module.functions[outer].calls:
                for how, value in self._runs(module, call):
                    if value.module == module.path and value.id in nested and value.id not in found:
                        found[value.id] = how if found[outer] == "run" else found[outer]
                        queue.append(value.id)
        return found

    def _runs(self, module: Module, call: Call) -> Iterator[tuple[str, FunctionValue]]:
        """The functions that ``call`` runs, and how. A function of the project is taken to call what it is given."""
        callees = self._named_callees(module, call, None)
        values = [("run", value) for value in callees.runs]
        values += [(entity.kind, entity.function) for entity in callees.durable]
        values += callees.delegations
        values += [("aside", value) for value in callees.aside]
        values += [("thread", value) for value in callees.threads if isinstance(value, FunctionValue)]
        for ref in (*call.args, *(ref for _, ref in call.keywords)) if callees.runs else ():
            if _may_be_callable(ref):
                given = self.resolve(module, ref, call)
                values += [("run", value) for value in given if isinstance(value, FunctionValue)]
        yield from values

    def _passed_on(self, module: Module, call: Call, passed: list[str], how: str, found: dict[str, str]) -> None:
        """Note the parameters among ``passed`` that an outside callee runs, in a function that runs as ``how``."""
        for callee in self.resolve(module, call.func, call):
            if not isinstance(callee, External):
                continue
            name = known_as(callee)
            if name in api.RUNS_STEP and len(call.args) > 1 and call.args[1] in passed:
                _note(found, call.args[1], api.RUNS_STEP[name], how)
            elif name in types.CALLS_ITS_ARGUMENT:
                for ref in passed:
                    if ref in [_given(call, place) for place in types.CALLS_ITS_ARGUMENT[name]]:
                        _note(found, ref, how)
            elif name in types.COPIES_CONTEXT and call.args and call.args[0] in passed:
                _note(found, call.args[0], "aside", how)
            elif name in types.THREAD_STARTERS:
                for ref in passed:
                    if ref in [_given(call, place) for place in types.THREAD_STARTERS[name]]:
                        _note(found, ref, "thread", how)

    def is_registered(self, value: FunctionValue) -> bool:
        """Whether a call such as ``DBOS.workflow()(f)`` registers the function, which itself stays plain."""
        known = self._registered.get(value.module)
        if known is None:
            found = registrations(self.resolver, self.resolver.module(value.module))
            known = self._registered[value.module] = frozenset(registration.function for registration in found)
        return value.id in known

    # ------------------------------------------------------------------ a function by itself

    def facts(self, key: FunctionKey) -> Facts:
        """The effects and edges of one function."""
        known = self._facts.get(key)
        if known is None:
            known = self._facts[key] = self._observe(key)
        return known

    def _observe(self, key: FunctionKey) -> Facts:
        module = self.resolver.module(key[0])
        function = module.functions[key[1]]
        if function.trusted or self.nondeterminism.is_known(f"{module.name}.{function.qualname}"):
            return Facts()
        env = self.environment(key)
        effects: list[Effect] = []
        edges: list[Edge] = []
        threads: list[ThreadStart] = []
        delegations: list[Delegation] = []
        unresolved: list[Span] = []
        spared: list[tuple[Effect, tuple[FunctionKey, ...]]] = []
        for call in function.calls:
            callees = self.callees(module, call, env)
            if not callees.known and not call.flags & DECORATOR:
                unresolved.append(call.span)
            harmless = _HARMLESS[call.flags & (ONLY_LOGGED | ONLY_WAITS | UNTIL_CANCELLED)]
            for found in self._effects_of_call(module, call, callees):
                if found.kind not in harmless or _has_effect(found.name):
                    effects.append(found)
                elif call.through:
                    spared.append((found, self._computing(module, call, env)))
            label = f"{_text(call.func, '')}()"
            threads.extend([ThreadStart(target, label, call.span) for target in callees.threads])
            for callee in callees.runs:
                if not call.flags & DECORATOR:
                    given = self._instances_given(module, call, callee, env)
                    edges.append(Edge(self.resolver.key(callee, given), call.span, spared=harmless))
            edges.extend(Edge(self.resolver.key(callee), call.span, True) for callee in callees.aside)
            delegations.extend(Delegation(kind, callee, call.span) for kind, callee in callees.delegations)
        for read in function.reads:
            self._observe_read(module, read, env, effects, edges)
        for manager in function.withs:
            methods = self.manager_methods(module, manager, env)
            edges.extend([Edge(self.resolver.key(method), manager.span) for method in methods])
        for write in function.writes:
            effect = self._effect_of_write(module, function, write)
            if effect is not None:
                effects.append(effect)
        guarded = self._guarded(module, function, env)
        counted = tuple([effect for effect in effects if effect.kind not in guarded])
        sure = [effect for effect, through in spared if not through]
        maybe = tuple([pair for pair in spared if pair[1]])
        return Facts(
            (*counted, *sure), tuple(edges), tuple(threads), tuple(delegations), tuple(unresolved), guarded, maybe
        )

    def _computing(self, module: Module, call: Call, env: Environment | None) -> tuple[FunctionKey, ...]:
        """The functions of the project through which the value of ``call`` goes; none if it goes through others."""
        found: list[FunctionKey] = []
        for ref in call.through:
            values = self.resolve(module, ref, call, env)
            keys = [self.resolver.key(value) for value in values if isinstance(value, FunctionValue)]
            if not keys or len(keys) < len(values):
                return ()
            found.extend(keys)
        return tuple(found)

    def _only_computes(self, key: FunctionKey) -> bool:
        """Whether nothing outlives a call of the function but what it returns."""
        return self._nearest(key, _LASTING) is None

    def _guarded(self, module: Module, function: Function, env: Environment | None) -> frozenset[str]:
        """The kinds of effect that the function avoids where they would be wrong, to judge by what it asks."""
        found: set[str] = set()
        for read in function.reads:
            if _terminal(read.ref) in api.TELLS_WORKFLOW and any(
                isinstance(value, External) and value.name.startswith(f"{api.DBOS}.")
                for value in self.resolve(module, read.ref, read, env)
            ):
                found.add(RAISES_OUTSIDE)
        for call in () if function.is_async else function.calls:
            if _terminal(call.func) in types.TELLS_LOOP:
                found.update(_LOOP_KINDS)
        return frozenset(found)

    @staticmethod
    def environment(key: FunctionKey) -> Environment | None:
        """What parameters of the function are, to judge by how it is called."""
        return {name: (instance,) for name, instance in key.given} or None

    def _instances_given(
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
            values = self.resolve(module, ref, call, env) if _may_be_callable(ref) else ()
            if len(values) == 1 and isinstance(values[0], Instance) and _tells_more(values[0], param):
                found.append((param.name, values[0]))
        return tuple(found)

    def _observe_read(
        self, module: Module, read: Read, env: Environment | None, effects: list[Effect], edges: list[Edge]
    ) -> None:
        terminal = read.ref.rpartition(".")[2] if isinstance(read.ref, str) else read.ref[-1]
        interesting = terminal in READ_TERMINALS or bool(self.nondeterminism.extra)
        if interesting and not read.flags & ONLY_LOGGED:
            for value in self.resolve(module, read.ref, read, env):
                if isinstance(value, External):
                    kind = self.nondeterminism.of_read(value.name)
                    if kind is not None:
                        effects.append(Effect(kind, value.name, _text(read.ref, value.name), read.span))
        methods = self._properties(module, read, env)
        edges.extend([Edge(self.resolver.key(method), read.span) for method in methods])

    def _properties(self, module: Module, read: Read, env: Environment | None) -> Iterator[FunctionValue]:
        """The properties of the project that reading an attribute runs."""
        if isinstance(read.ref, str):
            base, _, name = read.ref.rpartition(".")
        elif read.ref[0] == "attr" and "." not in read.ref[2]:
            base, name = read.ref[1], read.ref[2]
        else:
            return
        if base:
            for value in self.resolve(module, base, read, env):
                method = self.resolver.property_of(value, name)
                if method is not None:
                    yield method

    def manager_methods(self, module: Module, manager: Read, env: Environment | None) -> Iterator[FunctionValue]:
        for value in self.resolve(module, manager.ref, manager, env):
            if isinstance(value, Instance):
                for name in ("__enter__", "__aenter__", "__exit__", "__aexit__"):
                    method = self.resolver.method(value, name)
                    if method is not None:
                        yield method

    # ------------------------------------------------------------------ effects of calls

    def _effects_of_call(self, module: Module, call: Call, callees: Callees) -> Iterator[Effect]:
        label = f"{_text(call.func, '')}()"
        for external in callees.externals:
            yield from self._effects_of_external(module, call, external)
        for external in callees.handed:
            kind = self._kind_of_external(external, _UNKNOWN_ARGUMENTS)
            if kind is not None:
                yield Effect(kind, external.name, f"{external.name}()", call.span)
        for entity in callees.durable:
            name = self.resolver.qualified_name(entity.function)
            yield Effect(DURABLE, name, label, call.span)
            if entity.kind == api.WORKFLOW:
                yield Effect(CALLS_WORKFLOW, name, label, call.span)
            if not call.flags & AWAITED and makes_coroutine(self.resolver, entity.function) is False:
                yield Effect(BLOCKS_LOOP, name, label, call.span, entity.kind)
        if self.nondeterminism.extra:
            for function in callees.runs:
                name = self.resolver.qualified_name(function)
                kind = self.nondeterminism.added_kind(name)
                if kind is not None and not call.flags & ONLY_LOGGED:
                    yield Effect(kind, name, label, call.span)
        yield from self._mutation(module, call)

    def _effects_of_external(self, module: Module, call: Call, external: External) -> Iterator[Effect]:
        name = external.name
        label = f"{_text(call.func, name)}()"
        if name.startswith("dbos."):
            for effect in _effects_of_api(name, label, call.span):
                if not _is_spared(effect.kind, name, call):
                    yield effect
        if known_as(external) in frameworks.SERVES:
            yield Effect(LIFECYCLE, name, label, call.span)
        kind = self._kind_of_external(external, _arguments(call))
        if kind is not None:
            yield Effect(kind, name, label, call.span)

    def _kind_of_external(self, external: External, arguments: Arguments) -> str | None:
        name, base = external.name, external.base
        kind = self.nondeterminism.of_call(name, base, arguments)
        while kind is None and base in types.BASES:
            parent = types.BASES[base]
            name = f"{parent}.{name.removeprefix(base + '.')}"
            base = parent
            kind = self.nondeterminism.of_call(name, base, arguments)
        if kind is None and not base:
            parts = name.split(".")
            for end in range(len(parts) - 1, 1, -1):
                kind = self.nondeterminism.of_read(".".join(parts[:end]))
                if kind is not None:
                    break
        return kind

    # ------------------------------------------------------------------ threads

    def effects(self, key: FunctionKey) -> tuple[Effect, ...]:
        """The effects of one function by itself, with what it has threads do."""
        facts = self.facts(key)
        if not facts.threads and not facts.spared:
            return facts.effects
        counted = [effect for effect, through in facts.spared if not all(map(self._only_computes, through))]
        threads = [effect for start in facts.threads for effect in self._effects_of_thread(start)]
        return (*facts.effects, *counted, *threads)

    def _effects_of_thread(self, start: ThreadStart) -> Iterator[Effect]:
        """What a function does that is run in a thread: there dbos does not see it."""
        value, label, span = start
        while isinstance(value, Partial):
            value = value.callee
        if isinstance(value, Entity):
            name = self.resolver.qualified_name(value.function)
            yield Effect(DURABLE_IN_THREAD, name, label, span, name.rpartition(".")[2])
            if value.kind == api.WORKFLOW:
                yield Effect(WORKFLOW_IN_THREAD, name, label, span, name.rpartition(".")[2])
        elif isinstance(value, External) and value.name in api.DURABLE:
            yield Effect(DURABLE_IN_THREAD, value.name, label, span, value.name.removeprefix("dbos."))
            if value.name in api.STARTS:
                yield Effect(WORKFLOW_IN_THREAD, value.name, label, span, value.name.removeprefix("dbos."))
        elif isinstance(value, FunctionValue):
            durable = self._nearest(self.resolver.key(value), frozenset({DURABLE}))
            if durable is not None:
                yield Effect(DURABLE_IN_THREAD, durable.name, label, span, durable.label)
            starts = self._nearest(self.resolver.key(value), frozenset({STARTS_WORKFLOW, CALLS_WORKFLOW}))
            if starts is not None:
                yield Effect(WORKFLOW_IN_THREAD, starts.name, label, span, starts.label)

    def _nearest(self, start: FunctionKey, kinds: frozenset[str]) -> Effect | None:
        """The first effect of one of ``kinds`` that running ``start`` leads to, breadth first."""
        queue = [start]
        seen = {start}
        for key in queue:
            facts = self.facts(key)
            for effect in facts.effects:
                if effect.kind in kinds:
                    return effect
            for edge in facts.edges:
                if edge.callee not in seen:
                    seen.add(edge.callee)
                    queue.append(edge.callee)
        return None

    # ------------------------------------------------------------------ writes

    def _effect_of_write(self, module: Module, function: Function, write: Write) -> Effect | None:
        label = _text(write.target, "an object")
        if write.kind == "name":
            return self._outer_write(module, function, write.target, write.scope, label, write.span, write.guard)
        root = _root(write.target)
        if write.kind == "attribute":
            for value in self.resolve(module, write.target, write):
                if isinstance(value, ClassValue):
                    label = label if root else self.resolver.klass(value).name
                    return Effect(GLOBAL_WRITE, label, label, write.span, write.guard)
        if root is None:
            return None
        if root == function.receiver:
            kind = GLOBAL_WRITE if self._is_class_level(module, function) else SELF_WRITE
            return Effect(kind, label, label, write.span, write.guard)
        return self._outer_write(module, function, root, write.scope, label, write.span, write.guard)

    def _outer_write(
        self, module: Module, function: Function, name: str, scope: int, label: str, span: Span, guard: str
    ) -> Effect | None:
        """A change through ``name`` as an effect, if the name belongs to the module or to an outer function."""
        owner = self.resolver.binding_scope(module, scope, name)
        if owner is None:
            return None
        if owner.kind == "module":
            bindings = owner.bindings[name]
            if all(binding.kind in ("import", "def") for binding in bindings) and not self._is_state(module, name):
                return None
            return Effect(GLOBAL_WRITE, name, label, span, guard)
        if owner.kind == "function" and owner.function != function.id:
            if name == module.functions[owner.function].receiver:
                return Effect(SELF_WRITE, name, label, span, guard)
            return Effect(CLOSURE_WRITE, name, label, span, f"{owner.function}:{guard}")
        return None

    def _is_state(self, module: Module, name: str) -> bool:
        """Whether an imported name is an object or module of the project (and not a function or an outside thing)."""
        values = self.resolver.resolve(module, name, Place(MODULE))
        return any(
            isinstance(value, ModuleValue)
            or _is_container(value)
            or (isinstance(value, Instance) and isinstance(value.type, ClassValue))
            for value in values
        )

    def _mutation(self, module: Module, call: Call) -> Iterator[Effect]:
        """``LEDGER.append(x)``: a method that changes a container of the module or of an outer function."""
        target, method = _receiver_and_method(call.func)
        root = _root(target)
        if method not in types.MUTATORS or root is None or not self._holds_container(module, target, call):
            return
        function = module.functions[module.scopes[call.scope].function]
        label = _text(target, root)
        guard = "missing" if method == "setdefault" else call.guard
        if root == function.receiver:
            kind = GLOBAL_WRITE if self._is_class_level(module, function) else SELF_WRITE
            yield Effect(kind, root, label, call.span, guard)
            return
        effect = self._outer_write(module, function, root, call.scope, label, call.span, guard)
        if effect is not None:
            yield effect

    def _holds_container(self, module: Module, target: Ref, call: Call) -> bool:
        """Whether ``target`` is a container, or an item of one."""
        while isinstance(target, tuple) and target[0] == "item":
            target = target[1]
        return any(_is_container(value) for value in self.resolve(module, target, call))

    def _is_class_level(self, module: Module, function: Function) -> bool:
        return "classmethod" in self.resolver.decorator_names(module, function)

    # ------------------------------------------------------------------ through calls

    def reach(self, key: FunctionKey) -> dict[str, Reach]:
        """The effects of running a function, its callees' included, by kind, each by the shortest way."""
        if key not in self._reach:
            self._settle(key)
        return self._reach[key]

    def _settle(self, start: FunctionKey) -> None:
        """Find the reach of ``start`` and of all that it runs: a shortest-path search from the effects back to it."""
        callers: dict[FunctionKey, list[tuple[FunctionKey, Edge]]] = {}
        fresh: list[FunctionKey] = [start]
        seen = {start}
        # Nearest first, then in the order of discovery: the number is unique, so nothing behind it is compared.
        heap: list[tuple[int, int, str, FunctionKey, Reach]] = []
        for key in fresh:
            for effect in self.effects(key):
                if effect.kind not in _LOCAL_KINDS:
                    heap.append((0, len(heap), effect.kind, key, Reach(0, effect, key, None)))
            for edge in self.facts(key).edges:
                callers.setdefault(edge.callee, []).append((key, edge))
                if edge.callee in self._reach:
                    for kind, reach in self._reach[edge.callee].items():
                        if self.passes(kind, key, edge):
                            step = Reach(reach.distance + 1, reach.effect, reach.origin, edge)
                            heap.append((step.distance, len(heap), kind, key, step))
                elif edge.callee not in seen:
                    seen.add(edge.callee)
                    fresh.append(edge.callee)
        for key in fresh:
            self._reach[key] = {}
        number = len(heap)
        heapq.heapify(heap)
        while heap:
            distance, _, kind, key, reach = heapq.heappop(heap)
            if kind in self._reach[key]:
                continue
            self._reach[key][kind] = reach
            for caller, edge in callers.get(key, ()):
                if kind not in self._reach[caller] and self.passes(kind, caller, edge):
                    number += 1
                    step = Reach(distance + 1, reach.effect, reach.origin, edge)
                    heapq.heappush(heap, (step.distance, number, kind, caller, step))

    def passes(self, kind: str, caller: FunctionKey, edge: Edge) -> bool:
        """Whether an effect of what ``edge`` leads to is one of ``caller`` too."""
        if kind in self.facts(caller).guarded:
            return False
        if kind in edge.spared and self._only_computes(edge.callee):
            return False
        return kind not in _LOOP_KINDS or (not edge.aside and runs_when_called(self.resolver, edge.callee))

    def way(self, key: FunctionKey, kind: str) -> Iterator[tuple[FunctionKey, Reach]]:
        """The functions on the way from ``key`` to the origin of its effect of ``kind``, both included."""
        while True:
            reach = self.reach(key)[kind]
            yield key, reach
            if reach.edge is None:
                return
            key = reach.edge.callee


def _effects_of_api(name: str, label: str, span: Span) -> Iterator[Effect]:
    """What a call of the dbos API does, by the tables of :mod:`dbos_lint.catalog.api`."""
    if name in api.STARTS:
        yield Effect(STARTS_WORKFLOW, name, label, span)
    if name in api.RECV:
        yield Effect(RECEIVES, name, label, span)
    if name in api.WORKFLOW_ONLY:
        yield Effect(WORKFLOW_ONLY, name, label, span)
    if name in api.RAISES_OUTSIDE:
        yield Effect(RAISES_OUTSIDE, name, label, span)
    if name in api.RAISES_IN_LOOP:
        yield Effect(RAISES_IN_LOOP, name, label, span)
    if name in api.SESSIONS:
        yield Effect(USES_SESSION, name, label, span)
    if name in api.DURABLE:
        yield Effect(DURABLE, name, label, span)
    if name in api.LIFECYCLE:
        yield Effect(LIFECYCLE, name, label, span)
    if name in (f"{api.HANDLE}.get_result", f"{api.CLIENT_HANDLE}.get_result"):
        yield Effect(BLOCKS_LOOP, name, label, span, HANDLE)


def _arguments(call: Call) -> Arguments:
    first: object = Ellipsis
    if call.args and isinstance(call.args[0], tuple) and call.args[0][0] == "const":
        first = call.args[0][1]
    keywords = frozenset(name for name, _ in call.keywords)
    return Arguments(len(call.args), first, keywords, None in keywords)


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


def _terminal(ref: Ref) -> str:
    """The last name of ``a.b.c``, of a call's result's attribute, of a bare name."""
    text = ref if isinstance(ref, str) else ref[-1] if isinstance(ref, tuple) and ref[0] == "attr" else ""
    return str(text).rpartition(".")[2]


def _is_spared(kind: str, name: str, call: Call) -> bool:
    """Whether this very call does not do what calls of ``name`` do."""
    if kind == RAISES_IN_LOOP and name in api.GENERATORS:
        # It raises when it is iterated over, and that may be elsewhere.
        return not call.flags & ITERATED
    return kind == RAISES_OUTSIDE and name in api.SLEEP and call.args[:1] == (("const", 0),)


def _has_effect(name: str) -> bool:
    """Whether a source of values also changes something, so that dropping its value does not make it harmless."""
    return name.rpartition(".")[2] in ("shuffle", "putenv", "unsetenv", "tzset", "sethostname")


def _tells_more(instance: Instance, param: Param) -> bool:
    """Whether calls on the object may be effects that the parameter alone does not show."""
    if isinstance(instance.type, ClassValue):
        return True
    name: str | None = instance.type.name if param.annotation is None else None
    while name is not None:
        if has_effects(name):
            return True
        name = types.BASES.get(name)
    return False


def known_as(external: External) -> str:
    """The name of ``external`` in the lists, which name methods of base classes only."""
    name, base = external.name, external.base
    while base in types.BASES:
        parent = types.BASES[base]
        name, base = f"{parent}.{name.removeprefix(base + '.')}", parent
    return name


def _note(found: dict[str, str], name: str, how: str, outer: str = "run") -> None:
    """Note that parameter ``name`` is run as ``how`` by a function that runs as ``outer``; plainly, before all else."""
    how = how if outer == "run" else outer
    if how == "run" or name not in found:
        found[name] = how


def _given(call: Call, place: int | str) -> Ref:
    if isinstance(place, int):
        return call.args[place] if place < len(call.args) else None
    return dict(call.keywords).get(place)


def _may_be_callable(ref: Ref) -> bool:
    return isinstance(ref, str) or (isinstance(ref, tuple) and ref[0] in ("lambda", "attr", "call", "or"))


def _is_inside(module: Module, inner: Function, outer: Function) -> bool:
    while inner.id != MODULE:
        if inner.id == outer.id:
            return True
        inner = module.functions[inner.parent]
    return False


def _is_repeated(module: Module, call: Call) -> bool:
    """Whether the call stands in a loop or a comprehension."""
    return module.scopes[call.scope].kind == "comprehension" or module.within(call.block, "loop")


def _receiver_and_method(func: Ref) -> tuple[Ref, str]:
    """``a.b.append`` as ``a.b`` and ``append``."""
    if isinstance(func, str):
        target, _, method = func.rpartition(".")
        return target or None, method
    if isinstance(func, tuple) and func[0] == "attr":
        names, _, method = func[2].rpartition(".")
        return (("attr", func[1], names) if names else func[1]), method
    return None, ""


def _root(ref: Ref) -> str | None:
    """The name through which ``ref`` reaches into an object, if that is by attributes and items alone."""
    while isinstance(ref, tuple) and ref[0] in ("attr", "item"):
        ref = ref[1]
    return ref.partition(".")[0] if isinstance(ref, str) else None


def _is_container(value: Value) -> bool:
    if isinstance(value, Container):
        return value.kind not in ("tuple", "generator", "str")
    return isinstance(value, Instance) and isinstance(value.type, External) and value.type.name in types.CONTAINERS


def _text(ref: Ref, name: str) -> str:
    """How the text names a callee, or its qualified name where that is not plain."""
    if isinstance(ref, str):
        return ref
    if isinstance(ref, tuple) and ref[0] == "item":
        return f"{_text(ref[1], name)}[...]"
    if isinstance(ref, tuple) and ref[0] == "attr":
        inner = ref[1]
        if isinstance(inner, tuple) and inner[0] == "item":
            return f"{_text(inner, name)}.{ref[2]}"
        base = _text(inner[1], "") if isinstance(inner, tuple) and inner[0] == "call" else ""
        return f"{base}().{ref[2]}" if base else name or ref[2]
    return name or "call"
