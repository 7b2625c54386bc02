"""What each function does by itself, and which functions it runs: one observation a function, of its summary alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from dbos_lint.catalog import api, types
from dbos_lint.catalog.nondeterminism import READ_TERMINALS, Nondeterminism
from dbos_lint.semantics.calls import Callees, Calls
from dbos_lint.semantics.effects import (
    ENDS_TRANSACTION,
    HARMLESS,
    LOOP_KINDS,
    RAISES_OUTSIDE,
    WAITS_IN_LOOP,
    Effect,
    changes_something,
    effects_of_call,
)
from dbos_lint.semantics.refs import terminal, text_of
from dbos_lint.semantics.summary import (
    DECORATOR,
    ONLY_LOGGED,
    ONLY_WAITS,
    UNTIL_CANCELLED,
    Call,
    Function,
    Module,
    Read,
    Span,
)
from dbos_lint.semantics.values import Environment, External, FunctionKey, FunctionValue, Instance, Value
from dbos_lint.semantics.writes import effect_of_write, mutation


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


@dataclass(slots=True)
class Observer:
    """Observes the functions of one project, each once."""

    calls: Calls
    nondeterminism: Nondeterminism
    _facts: dict[FunctionKey, Facts] = field(default_factory=dict)

    def facts(self, key: FunctionKey) -> Facts:
        """The effects and edges of one function."""
        known = self._facts.get(key)
        if known is None:
            known = self._facts[key] = self._observe(key)
        return known

    def _observe(self, key: FunctionKey) -> Facts:
        module = self.calls.resolver.module(key[0])
        function = module.functions[key[1]]
        if function.trusted or self.nondeterminism.is_known(f"{module.name}.{function.qualname}"):
            return Facts()
        env = self.calls.environment(key)
        effects: list[Effect] = []
        edges: list[Edge] = []
        threads: list[ThreadStart] = []
        delegations: list[Delegation] = []
        unresolved: list[Span] = []
        spared: list[tuple[Effect, tuple[FunctionKey, ...]]] = []
        for call in function.calls:
            callees = self.calls.callees(module, call, env)
            if not callees.known:
                if not call.flags & DECORATOR:
                    unresolved.append(call.span)
                effects.extend(mutation(self.calls, module, call))
                continue
            harmless = HARMLESS[call.flags & (ONLY_LOGGED | ONLY_WAITS | UNTIL_CANCELLED)]
            for found in self._effects_of_call(module, call, callees):
                if found.kind not in harmless or changes_something(found.name):
                    effects.append(found)
                elif call.through:
                    spared.append((found, self._computing(module, call, env)))
            if callees.runs and not call.flags & DECORATOR:
                for callee in callees.runs:
                    given = self.calls.instances_given(module, call, callee, env)
                    edges.append(Edge(self.calls.resolver.key(callee, given), call.span, spared=harmless))
            if callees.aside:
                edges.extend([Edge(self.calls.resolver.key(callee), call.span, True) for callee in callees.aside])
            if callees.threads:
                label = f"{text_of(call.func, '')}()"
                threads.extend([ThreadStart(target, label, call.span) for target in callees.threads])
            if callees.delegations:
                delegations.extend([Delegation(kind, callee, call.span) for kind, callee in callees.delegations])
        for read in function.reads:
            self._observe_read(module, read, env, effects, edges)
        for manager in function.withs:
            self._observe_with(module, manager, env, effects, edges)
        for write in function.writes:
            effect = effect_of_write(self.calls, module, function, write)
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
            values = self.calls.resolve(module, ref, call, env)
            keys = [self.calls.resolver.key(value) for value in values if isinstance(value, FunctionValue)]
            if not keys or len(keys) < len(values):
                return ()
            found.extend(keys)
        return tuple(found)

    def _guarded(self, module: Module, function: Function, env: Environment | None) -> frozenset[str]:
        """The kinds of effect that the function avoids where they would be wrong, to judge by what it asks."""
        found: set[str] = set()
        for read in function.reads:
            if terminal(read.ref) in api.TELLS_WORKFLOW and any(
                isinstance(value, External) and value.name.startswith(f"{api.DBOS}.")
                for value in self.calls.resolve(module, read.ref, read, env)
            ):
                found.add(RAISES_OUTSIDE)
        for call in () if function.is_async else function.calls:
            if terminal(call.func) in types.TELLS_LOOP:
                found.update(LOOP_KINDS)
        return frozenset(found)

    def _observe_with(
        self, module: Module, manager: Read, env: Environment | None, effects: list[Effect], edges: list[Edge]
    ) -> None:
        methods = self.calls.manager_methods(module, manager, env)
        edges.extend([Edge(self.calls.resolver.key(method), manager.span) for method in methods])
        if Instance(External(api.SESSION)) in self.calls.resolve(module, manager.ref, manager, env):
            label = f"with {text_of(manager.ref, 'session')}"
            effects.append(Effect(ENDS_TRANSACTION, f"{api.SESSION}.close", label, manager.span))

    def _observe_read(
        self, module: Module, read: Read, env: Environment | None, effects: list[Effect], edges: list[Edge]
    ) -> None:
        terminal = read.ref.rpartition(".")[2] if isinstance(read.ref, str) else read.ref[-1]
        interesting = terminal in READ_TERMINALS or bool(self.nondeterminism.extra)
        if interesting and not read.flags & ONLY_LOGGED:
            for value in self.calls.resolve(module, read.ref, read, env):
                if isinstance(value, External):
                    source = self.nondeterminism.of_read(value.name)
                    if source is not None:
                        label = text_of(read.ref, value.name)
                        effects.append(Effect(source.kind, value.name, label, read.span, guess=source.guess))
        if terminal in api.QUEUE_PROPERTIES:
            label = text_of(read.ref, terminal)
            names = [value.name for value in self.calls.resolve(module, read.ref, read, env) if type(value) is External]
            effects.extend(Effect(WAITS_IN_LOOP, name, label, read.span) for name in names if name in api.WAITS_IN_LOOP)
        methods = self.calls.properties(module, read, env)
        edges.extend([Edge(self.calls.resolver.key(method), read.span) for method in methods])

    def _effects_of_call(self, module: Module, call: Call, callees: Callees) -> Iterator[Effect]:
        yield from effects_of_call(self.calls, self.nondeterminism, call, callees)
        yield from mutation(self.calls, module, call)
