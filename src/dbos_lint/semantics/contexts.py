"""As what each function of a module runs: workflow, step, transaction, outside dbos, in an event loop.

A context starts at a root (a decorated function, a function handed to ``run_step``, a main guard, a route) and flows
down through plain calls. Only the roots of the linted file count, so that its findings depend on nothing but itself
and what it imports.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from dbos_lint.catalog import api
from dbos_lint.semantics.effects import Analysis, Effect
from dbos_lint.semantics.entities import Registration, registrations
from dbos_lint.semantics.summary import MODULE, Function, Module, Span
from dbos_lint.semantics.values import Entity, External, FunctionKey, FunctionValue, Partial, Value

OUTSIDE = "outside"
LOOP = "loop"
DURABLE_CONTEXTS = (api.WORKFLOW, api.STEP, api.TRANSACTION)

_ROUTES = frozenset(["get", "post", "put", "delete", "patch", "head", "options", "route", "websocket", "api_route"])


class Visit(NamedTuple):
    """That a function runs in a context: called from ``caller`` at ``span``, or a root when there is no caller."""

    caller: FunctionKey | None
    span: Span


class Reached(NamedTuple):
    """An effect that happens in a context.

    ``span`` is where the finding stands, in the linted file; ``chain`` the functions from the root to the origin.
    """

    context: str
    effect: Effect
    function: FunctionKey
    origin: FunctionKey
    span: Span
    chain: tuple[FunctionKey, ...]


@dataclass(slots=True)
class Contexts:
    """The contexts of the functions of one module."""

    analysis: Analysis
    module: Module
    registrations: tuple[Registration, ...] = ()
    entities: dict[int, Entity] = field(default_factory=dict)
    delegated: dict[int, str] = field(default_factory=dict)
    visits: dict[str, dict[FunctionKey, Visit]] = field(default_factory=dict)
    running: dict[str, frozenset[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._find_entities()
        for kind in DURABLE_CONTEXTS:
            self.visits[kind] = self._flow(self._durable_roots(kind))
        self.visits[OUTSIDE] = self._flow(self._outside_roots())
        self.visits[LOOP] = self._flow(self._loop_roots(), sync_only=True)
        path = self.module.path
        for context, visits in self.visits.items():
            self.running[context] = frozenset(key.id for key in visits if key.module == path)

    # ------------------------------------------------------------------ roots

    def _find_entities(self) -> None:
        self.registrations = registrations(self.analysis.resolver, self.module)
        for registration in self.registrations:
            self.entities.setdefault(registration.function, registration.entity)
        for function in self.module.functions:
            for delegation in self.analysis.facts(FunctionKey(self.module.path, function.id)).delegations:
                if delegation.callee.module == self.module.path:
                    self.delegated.setdefault(delegation.callee.id, delegation.kind)

    def _durable_roots(self, kind: str) -> Iterator[FunctionKey]:
        for id in sorted({*self.entities, *self.delegated}):
            entity = self.entities.get(id)
            if (entity is not None and entity.kind == kind) or self.delegated.get(id) == kind:
                yield FunctionKey(self.module.path, id)

    def _outside_roots(self) -> Iterator[FunctionKey]:
        """Code that certainly runs outside workflows: the module's own, routes, tests, thread targets."""
        yield FunctionKey(self.module.path, MODULE)
        for function in self.module.functions[1:]:
            if function.id in self.entities or function.id in self.delegated:
                continue
            if self._is_test(function) or self._is_route(function):
                yield FunctionKey(self.module.path, function.id)
        for function in self.module.functions:
            for call in function.calls:
                for value in self.analysis.callees(self.module, call).threads if _may_start_thread(call.func) else ():
                    target = _callable_of(value)
                    if target is not None and target.module == self.module.path:
                        yield FunctionKey(target.module, target.id)

    @staticmethod
    def _is_test(function: Function) -> bool:
        return function.name.startswith("test_") and function.parent == MODULE

    def _is_route(self, function: Function) -> bool:
        for _, values in self.analysis.resolver.decorated(FunctionValue(self.module.path, function.id)).layers:
            if any(isinstance(value, External) for value in values):
                return False
        return any(is_route(decorator.ref) for decorator in function.decorators)

    def _loop_roots(self) -> Iterator[FunctionKey]:
        for function in self.module.functions:
            if function.is_async:
                yield FunctionKey(self.module.path, function.id)

    # ------------------------------------------------------------------ flow

    def _flow(self, roots: Iterator[FunctionKey], sync_only: bool = False) -> dict[FunctionKey, Visit]:
        """Every function of the project that runs when a root runs, with the shortest way from one."""
        module = self.module
        visits: dict[FunctionKey, Visit] = {}
        queue: list[FunctionKey] = []
        for root in roots:
            if root not in visits:
                visits[root] = Visit(None, module.functions[root[1]].span)
                queue.append(root)
        for key in queue:
            if key[0] != module.path:
                continue
            for edge in self.analysis.facts(key).edges:
                callee = edge.callee
                if callee in visits:
                    continue
                if sync_only and self.analysis.resolver.module(callee[0]).functions[callee[1]].is_async:
                    continue
                visits[callee] = Visit(key, edge.span)
                if callee[0] == module.path:
                    queue.append(callee)
        return visits

    def runs_as(self, id: int, context: str) -> bool:
        """Whether function ``id`` of this module runs in ``context``."""
        return id in self.running[context]

    def chain(self, context: str, key: FunctionKey) -> tuple[FunctionKey, ...]:
        """The functions from a root of ``context`` down to ``key``."""
        keys = [key]
        visit = self.visits[context][key]
        while visit.caller is not None:
            keys.append(visit.caller)
            visit = self.visits[context][visit.caller]
        return tuple(reversed(keys))

    def reached(self) -> Iterator[Reached]:
        """Every effect that happens in a context, at its place in this module, in the order of the text."""
        found: list[Reached] = []
        for context, visits in self.visits.items():
            for key in visits:
                if key[0] == self.module.path:
                    found.extend(self._reached_in(context, key))
        found.sort(key=lambda reached: (reached.span, reached.context, reached.effect.kind, len(reached.chain)))
        yield from found

    def _reached_in(self, context: str, key: FunctionKey) -> Iterator[Reached]:
        chain = self.chain(context, key)
        facts = self.analysis.facts(key)
        for effect in self.analysis.effects(key):
            yield Reached(context, effect, key, key, effect.span, chain)
        for edge in facts.edges:
            if edge.callee[0] == self.module.path:
                continue
            if context == LOOP and self.analysis.resolver.module(edge.callee[0]).functions[edge.callee[1]].is_async:
                continue
            for kind, reach in self.analysis.reach(edge.callee).items():
                rest = tuple(step for step, _ in self.analysis.way(edge.callee, kind))
                # What leads back into this module stands where it is.
                back = reach.origin[0] == self.module.path
                span = reach.effect.span if back else edge.span
                yield Reached(context, reach.effect, key, reach.origin, span, (*chain, *rest))


def is_route(ref: object) -> bool:
    """Whether a decorator's reference reads like a web framework's: ``app.get("/path")``."""
    if not isinstance(ref, tuple) or ref[0] != "call" or not isinstance(ref[1], str):
        return False
    method = ref[1].rpartition(".")[2]
    path = ref[2][0] if ref[2] else dict(ref[3]).get("path")
    is_path = isinstance(path, tuple) and path[0] == "const" and isinstance(path[1], str) and path[1].startswith("/")
    return method in _ROUTES and "." in ref[1] and is_path


def _may_start_thread(func: object) -> bool:
    text = func if isinstance(func, str) else func[-1] if isinstance(func, tuple) and func[0] == "attr" else ""
    name = str(text).rpartition(".")[2]
    return name in ("Thread", "Timer", "Process", "submit", "map", "run_in_executor", "apply_async", "start_new_thread")


def _callable_of(value: Value) -> FunctionValue | None:
    while isinstance(value, Partial):
        value = value.callee
    return value if isinstance(value, FunctionValue) else None
