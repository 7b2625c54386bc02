"""What running a function may do: its own effects, and those of what it calls, each with the shortest way there.

A durable call cuts the way: what a step does is the step's business. All of this rests on summaries; no tree is seen.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Hashable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from dbos_lint.catalog import api
from dbos_lint.semantics.calls import Calls
from dbos_lint.semantics.coroutines import runs_when_called
from dbos_lint.semantics.effects import (
    CALLS_WORKFLOW,
    DURABLE,
    DURABLE_IN_THREAD,
    LASTING,
    LOCAL_KINDS,
    LOOP_KINDS,
    RAISES_LOSSY,
    STARTS_WORKFLOW,
    WORKFLOW_IN_THREAD,
    Effect,
)
from dbos_lint.semantics.ends import Sink
from dbos_lint.semantics.facts import Edge, Facts, Observer, ThreadStart
from dbos_lint.semantics.hazards import HAZARDS, Hazards
from dbos_lint.semantics.memos import MEMOS, Memos
from dbos_lint.semantics.names import Names
from dbos_lint.semantics.raising import Raising
from dbos_lint.semantics.resolve import Resolver
from dbos_lint.semantics.values import Entity, External, FunctionKey, FunctionValue, Partial

if TYPE_CHECKING:
    from dbos_lint.semantics.sinks import Sinks
    from dbos_lint.semantics.symbols import Symbols


class Reach:
    """How an effect is reached from a function: ``distance`` calls away, first through ``edge``, and there as ``name``.

    ``fate`` is what becomes of its value in the function and in what that calls, if it is one.
    """

    __slots__ = ("distance", "edge", "effect", "fate", "name", "origin")

    def __init__(
        self,
        distance: int,
        effect: Effect,
        origin: FunctionKey,
        edge: Edge | None,
        fate: Sink = Sink.UNKNOWN,
        name: str = "",
    ) -> None:
        self.distance = distance
        self.effect = effect
        self.origin = origin
        self.edge = edge
        self.fate = fate
        self.name = name


class Analysis:
    """The effects of the functions of one project, through all that they run, remembered."""

    def __init__(self, calls: Calls, observer: Observer, names: Names) -> None:
        self.calls = calls
        self.observer = observer
        # What a function does by itself, and what it runs: asked so often that no other call stands between.
        self.facts: Callable[[FunctionKey], Facts] = observer.facts
        self.names = names
        self._reach: dict[FunctionKey, dict[str, Reach]] = {}
        self._computes: dict[FunctionKey, bool] = {}
        self._leads: dict[Hashable, dict[FunctionKey, bool]] = {}
        self._hazards = Hazards(self)
        self._memos = Memos(self)
        self.raising = Raising(self)

    @property
    def resolver(self) -> Resolver:
        return self.calls.resolver

    @cached_property
    def sinks(self) -> Sinks:
        """Where values end up."""
        from dbos_lint.semantics.sinks import Sinks  # most files ask nothing of that

        return Sinks(self)

    @cached_property
    def symbols(self) -> Symbols:
        """What the text names of dbos."""
        from dbos_lint.semantics.symbols import Symbols  # nothing else here asks for it

        return Symbols(self.calls)

    def effects(self, key: FunctionKey, kinds: Collection[str] | None = None) -> tuple[Effect, ...]:
        """The effects of one function by itself, with what it has threads do, its hazards, what it remembers and
        raises: at least those of ``kinds``, where only they are asked for."""
        facts = self.observer.facts(key)
        threads = [effect for start in facts.threads for effect in self._effects_of_thread(start)]
        hazards = self._hazards.of(key) if kinds is None or not HAZARDS.isdisjoint(kinds) else ()
        memos = self._memos.of(key) if kinds is None or not MEMOS.isdisjoint(kinds) else ()
        raised = self.raising.of(key) if kinds is None or RAISES_LOSSY in kinds else ()
        return (*facts.effects, *threads, *hazards, *memos, *raised)

    def fate(self, key: FunctionKey, effect: Effect) -> Sink:
        """What becomes of the value that an effect of the function is, in it and in what it calls."""
        return Sink.UNKNOWN if effect.origin is None else self.sinks.of(key, effect.origin)

    def _effects_of_thread(self, start: ThreadStart) -> Iterator[Effect]:
        """What a function does that is run in a thread: there dbos does not see it."""
        value, label, span = start
        while isinstance(value, Partial):
            value = value.callee
        if isinstance(value, Entity):
            name = self.calls.resolver.qualified_name(value.function)
            yield Effect(DURABLE_IN_THREAD, name, label, span, name.rpartition(".")[2])
            if value.kind == api.WORKFLOW:
                yield Effect(WORKFLOW_IN_THREAD, name, label, span, name.rpartition(".")[2])
        elif isinstance(value, External) and value.name in api.DURABLE:
            yield Effect(DURABLE_IN_THREAD, value.name, label, span, value.name.removeprefix("dbos."))
            if value.name in api.STARTS:
                yield Effect(WORKFLOW_IN_THREAD, value.name, label, span, value.name.removeprefix("dbos."))
        elif isinstance(value, FunctionValue):
            durable = self._nearest(self.calls.resolver.key(value), frozenset({DURABLE}))
            if durable is not None:
                yield Effect(DURABLE_IN_THREAD, durable.name, label, span, durable.label)
            starts = self._nearest(self.calls.resolver.key(value), frozenset({STARTS_WORKFLOW, CALLS_WORKFLOW}))
            if starts is not None:
                yield Effect(WORKFLOW_IN_THREAD, starts.name, label, span, starts.label)

    def leads_to(self, key: FunctionKey, kinds: frozenset[str]) -> bool:
        """Whether running the function may have an effect of one of ``kinds``: a quick look, without the way there."""
        return self.leads_where(key, kinds, lambda each: self._has(each, kinds))

    def _has(self, key: FunctionKey, kinds: frozenset[str]) -> bool:
        return any(effect.kind in kinds for effect in self.facts(key).effects)

    def leads_where(self, key: FunctionKey, what: Hashable, holds: Callable[[FunctionKey], bool]) -> bool:
        """Whether running the function runs one of which ``what`` holds, as ``holds`` tells; remembered as ``what``."""
        known = self._leads.setdefault(what, {})
        if key in known:
            return known[key]
        callers: dict[FunctionKey, FunctionKey | None] = {key: None}
        queue = [key]
        for each in queue:
            if known.get(each) or holds(each):
                # So do those on the way from ``key``.
                caller: FunctionKey | None = each
                while caller is not None:
                    known[caller] = True
                    caller = callers[caller]
                return True
            for edge in self.facts(each).edges:
                if edge.callee not in callers and known.get(edge.callee) is not False:
                    callers[edge.callee] = each
                    queue.append(edge.callee)
        known.update(dict.fromkeys(queue, False))
        return known[key]

    def _nearest(self, start: FunctionKey, kinds: frozenset[str]) -> Effect | None:
        """The first effect of one of ``kinds`` that running ``start`` leads to, breadth first."""
        queue = [start]
        seen = {start}
        for key in queue:
            facts = self.observer.facts(key)
            for effect in facts.effects:
                if effect.kind in kinds:
                    return effect
            for edge in facts.edges:
                if edge.callee not in seen:
                    seen.add(edge.callee)
                    queue.append(edge.callee)
        return None

    def _only_computes(self, key: FunctionKey) -> bool:
        """Whether nothing outlives a call of the function but what it returns."""
        known = self._computes.get(key)
        if known is None:
            known = self._computes[key] = self._nearest(key, LASTING) is None
        return known

    def reach(self, key: FunctionKey) -> dict[str, Reach]:
        """The effects of running a function, its callees' included, each by the shortest way: by kind, and values by
        their fate too."""
        if key not in self._reach:
            self._settle(key)
        return self._reach[key]

    def _settle(self, start: FunctionKey) -> None:
        """Find the reach of ``start`` and of all that it runs: a shortest-path search from the effects back to it."""
        callers: dict[FunctionKey, list[tuple[FunctionKey, int, Edge]]] = {}
        fresh: list[FunctionKey] = [start]
        seen = {start}
        # Nearest first, then the first call in the caller, whatever was settled before; the number is unique, so
        # nothing behind it is compared.
        heap: list[tuple[int, int, int, str, FunctionKey, Reach]] = []
        for key in fresh:
            for position, effect in enumerate(self.effects(key)):
                fate = self.fate(key, effect)
                if effect.kind not in LOCAL_KINDS and fate.matters:
                    reach = Reach(0, effect, key, None, fate)
                    heap.append((0, position, len(heap), _name(reach), key, reach))
            for position, edge in enumerate(self.observer.facts(key).edges):
                callers.setdefault(edge.callee, []).append((key, position, edge))
                if edge.callee in self._reach:
                    for known in self._reach[edge.callee].values():
                        step = self._step(key, edge, known)
                        if step is not None:
                            heap.append((step.distance, position, len(heap), _name(step), key, step))
                elif edge.callee not in seen:
                    seen.add(edge.callee)
                    fresh.append(edge.callee)
        for key in fresh:
            self._reach[key] = {}
        number = len(heap)
        heapq.heapify(heap)
        while heap:
            _, _, _, name, key, reach = heapq.heappop(heap)
            if name in self._reach[key]:
                continue
            self._reach[key][name] = reach
            for caller, position, edge in callers.get(key, ()):
                step = self._step(caller, edge, reach)
                if step is not None and _name(step) not in self._reach[caller]:
                    number += 1
                    heapq.heappush(heap, (step.distance, position, number, _name(step), caller, step))

    def _step(self, caller: FunctionKey, edge: Edge, reach: Reach) -> Reach | None:
        """How ``caller`` reaches what ``edge`` leads to, if it does."""
        fate = self.carried(caller, edge, reach)
        if not fate.matters:
            return None
        return Reach(reach.distance + 1, reach.effect, reach.origin, edge, fate, _name(reach))

    def carried(self, caller: FunctionKey, edge: Edge, reach: Reach) -> Sink:
        """What becomes in ``caller`` of the value of an effect that ``edge`` leads to; nothing if it stays behind."""
        if not self.passes(reach.effect.kind, caller, edge):
            return Sink(0)
        if reach.effect.kind == RAISES_LOSSY and self.raising.is_caught(caller, edge.span, reach.effect):
            return Sink(0)
        return reach.fate if reach.effect.origin is None else self.sinks.carried(caller, edge, reach.fate)

    def passes(self, kind: str, caller: FunctionKey, edge: Edge) -> bool:
        """Whether an effect of what ``edge`` leads to is one of ``caller`` too."""
        if kind in self.observer.facts(caller).guarded:
            return False
        if kind in edge.spared and self._only_computes(edge.callee):
            return False
        return kind not in LOOP_KINDS or (not edge.aside and runs_when_called(self.calls.resolver, edge.callee))

    def way(self, key: FunctionKey, name: str) -> Iterator[tuple[FunctionKey, Reach]]:
        """The functions on the way from ``key`` to the origin of what it reaches as ``name``, both included."""
        while True:
            reach = self.reach(key)[name]
            yield key, reach
            if reach.edge is None:
                return
            key, name = reach.edge.callee, reach.name


def _name(reach: Reach) -> str:
    if reach.effect.kind == RAISES_LOSSY:
        return f"{RAISES_LOSSY} {reach.effect.name}"
    return reach.effect.kind if reach.effect.origin is None else f"{reach.effect.kind} {int(reach.fate)}"
