"""What running a function may do: its own effects, and those of what it calls, each with the shortest way there.

A durable call cuts the way: what a step does is the step's business. All of this rests on summaries; no tree is seen.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

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
    STARTS_WORKFLOW,
    WORKFLOW_IN_THREAD,
    Effect,
)
from dbos_lint.semantics.facts import Edge, Facts, Observer, ThreadStart
from dbos_lint.semantics.hazards import Hazards
from dbos_lint.semantics.memos import Memos
from dbos_lint.semantics.names import Names
from dbos_lint.semantics.resolve import Resolver
from dbos_lint.semantics.values import Entity, External, FunctionKey, FunctionValue, Partial


class Reach(NamedTuple):
    """How an effect is reached from a function: ``distance`` calls away, first through ``edge``."""

    distance: int
    effect: Effect
    origin: FunctionKey
    edge: Edge | None


@dataclass(slots=True)
class Analysis:
    """The effects of the functions of one project, through all that they run, remembered."""

    calls: Calls
    observer: Observer
    names: Names
    _reach: dict[FunctionKey, dict[str, Reach]] = field(default_factory=dict)
    _computes: dict[FunctionKey, bool] = field(default_factory=dict)
    _leads: dict[frozenset[str], dict[FunctionKey, bool]] = field(default_factory=dict)
    _hazards: Hazards = field(init=False)
    _memos: Memos = field(init=False)

    def __post_init__(self) -> None:
        self._hazards = Hazards(self)
        self._memos = Memos(self)

    @property
    def resolver(self) -> Resolver:
        return self.calls.resolver

    def facts(self, key: FunctionKey) -> Facts:
        """What the function does by itself, and what it runs."""
        return self.observer.facts(key)

    def effects(self, key: FunctionKey) -> tuple[Effect, ...]:
        """The effects of one function by itself, with what it has threads do, its hazards and what it remembers."""
        facts = self.observer.facts(key)
        hazards = (*self._hazards.of(key), *self._memos.of(key))
        if not facts.threads and not facts.spared and not hazards:
            return facts.effects
        counted = [effect for effect, through in facts.spared if not all(map(self._only_computes, through))]
        threads = [effect for start in facts.threads for effect in self._effects_of_thread(start)]
        return (*facts.effects, *counted, *threads, *hazards)

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
        known = self._leads.setdefault(kinds, {})
        callers: dict[FunctionKey, FunctionKey | None] = {key: None}
        queue = [] if key in known else [key]
        for each in queue:
            facts = self.facts(each)
            if known.get(each) or any(effect.kind in kinds for effect in facts.effects):
                # So do those on the way from ``key``.
                caller: FunctionKey | None = each
                while caller is not None:
                    known[caller] = True
                    caller = callers[caller]
                return True
            for edge in facts.edges:
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
        """The effects of running a function, its callees' included, by kind, each by the shortest way."""
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
                if effect.kind not in LOCAL_KINDS:
                    heap.append((0, position, len(heap), effect.kind, key, Reach(0, effect, key, None)))
            for position, edge in enumerate(self.observer.facts(key).edges):
                callers.setdefault(edge.callee, []).append((key, position, edge))
                if edge.callee in self._reach:
                    for kind, reach in self._reach[edge.callee].items():
                        if self.passes(kind, key, edge):
                            step = Reach(reach.distance + 1, reach.effect, reach.origin, edge)
                            heap.append((step.distance, position, len(heap), kind, key, step))
                elif edge.callee not in seen:
                    seen.add(edge.callee)
                    fresh.append(edge.callee)
        for key in fresh:
            self._reach[key] = {}
        number = len(heap)
        heapq.heapify(heap)
        while heap:
            distance, _, _, kind, key, reach = heapq.heappop(heap)
            if kind in self._reach[key]:
                continue
            self._reach[key][kind] = reach
            for caller, position, edge in callers.get(key, ()):
                if kind not in self._reach[caller] and self.passes(kind, caller, edge):
                    number += 1
                    step = Reach(distance + 1, reach.effect, reach.origin, edge)
                    heapq.heappush(heap, (step.distance, position, number, kind, caller, step))

    def passes(self, kind: str, caller: FunctionKey, edge: Edge) -> bool:
        """Whether an effect of what ``edge`` leads to is one of ``caller`` too."""
        if kind in self.observer.facts(caller).guarded:
            return False
        if kind in edge.spared and self._only_computes(edge.callee):
            return False
        return kind not in LOOP_KINDS or (not edge.aside and runs_when_called(self.calls.resolver, edge.callee))

    def way(self, key: FunctionKey, kind: str) -> Iterator[tuple[FunctionKey, Reach]]:
        """The functions on the way from ``key`` to the origin of its effect of ``kind``, both included."""
        while True:
            reach = self.reach(key)[kind]
            yield key, reach
            if reach.edge is None:
                return
            key = reach.edge.callee
