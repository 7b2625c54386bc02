"""As what each function of a module runs: workflow, step, transaction, outside dbos, in an event loop.

A context starts at a root (a decorated function, a function handed to ``run_step``, a main guard, a route) and flows
down through plain calls. Only the roots of the linted file count, so that its findings depend on nothing but itself
and what it imports.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from dbos_lint.catalog import api
from dbos_lint.semantics.analysis import Analysis
from dbos_lint.semantics.effects import LOOP_KINDS, RAISES_IN_LOOP, RAISES_OUTSIDE, SPARED_KINDS, Effect
from dbos_lint.semantics.ends import Sink
from dbos_lint.semantics.entities import Registration, registrations
from dbos_lint.semantics.entrypoints import is_entrypoint
from dbos_lint.semantics.facts import Edge
from dbos_lint.semantics.flows import Origin
from dbos_lint.semantics.sites import MODULE
from dbos_lint.semantics.summary import Function, Module
from dbos_lint.semantics.values import Entity, FunctionKey, FunctionValue, Partial, Value
from dbos_lint.syntax.spans import Span

if TYPE_CHECKING:
    from dbos_lint.semantics.fates import Fates

OUTSIDE = "outside"
LOOP = "loop"
DURABLE_CONTEXTS = (api.WORKFLOW, api.STEP, api.TRANSACTION)

# What must not be guarded against for the context to count in a function.
_GUARDS = {OUTSIDE: RAISES_OUTSIDE, LOOP: RAISES_IN_LOOP}
# Decorators under which a function is called as if it had none.
_PLAIN = frozenset(
    {"staticmethod", "classmethod", "property", "functools.cached_property", "contextlib.contextmanager"}
)


# Of a longer way, so many functions at its beginning and at its end are told: the ways to all functions of a long line
# are as much as the square of its length.
_SHOWN = 50
LONGEST = 2 * _SHOWN


class Visit:
    """That a function runs in a context: called from ``caller`` at ``span``, or a root when there is no caller.

    ``root`` is where its way begins, ``depth`` calls away, and ``early`` the last function among the first on it.
    """

    __slots__ = ("caller", "depth", "early", "root", "span")

    def __init__(
        self,
        caller: FunctionKey | None,
        span: Span,
        root: FunctionKey,
        depth: int,
        early: FunctionKey,
    ) -> None:
        self.caller = caller
        self.span = span
        self.root = root
        self.depth = depth
        self.early = early


class Reached:
    """An effect that happens in a context.

    ``span`` is where the finding stands, in the linted file; ``chain`` the functions from the root to the origin: of
    very many, some are left out, and ``gaps`` tells before which place in the chain, and how many.
    ``fate`` is what becomes of the value in a workflow, if the effect is one, and ``value`` where it comes from in the
    flows of ``function``, which this file has.
    """

    __slots__ = ("chain", "context", "effect", "fate", "function", "gaps", "origin", "span", "value")

    def __init__(
        self,
        context: str,
        effect: Effect,
        function: FunctionKey,
        origin: FunctionKey,
        span: Span,
        chain: tuple[FunctionKey, ...],
        fate: Sink = Sink.UNKNOWN,
        value: Origin | None = None,
        gaps: tuple[tuple[int, int], ...] = (),
    ) -> None:
        self.context = context
        self.effect = effect
        self.function = function
        self.origin = origin
        self.span = span
        self.chain = chain
        self.fate = fate
        self.value = value
        self.gaps = gaps

    @property
    def length(self) -> int:
        """How many functions there are on the way."""
        return len(self.chain) + sum(number for _, number in self.gaps)


class Contexts:
    """The contexts of the functions of one module."""

    def __init__(self, analysis: Analysis, module: Module) -> None:
        self.analysis = analysis
        self.module = module
        self.registrations: tuple[Registration, ...] = ()
        self.entities: dict[int, Entity] = {}
        self.delegated: dict[int, str] = {}
        self.visits: dict[str, dict[FunctionKey, Visit]] = {}
        self.running: dict[str, frozenset[int]] = {}
        self._valued: dict[str, Collection[FunctionKey]] = {}
        self._find_entities()
        for kind in DURABLE_CONTEXTS:
            self.visits[kind] = self._flow(self._durable_roots(kind), kind)
        self.visits[OUTSIDE] = self._flow(self._outside_roots(), OUTSIDE)
        self.visits[LOOP] = self._loop_visits()
        for context, visits in self.visits.items():
            self.running[context] = frozenset(self._own(visits))

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
        """Code that certainly runs outside workflows: the module's own, what frameworks call, thread targets.

        A thread that a workflow starts is outside too; but that the workflow starts one is what is wrong there.
        """
        in_workflow = self._own(self.visits[api.WORKFLOW])
        yield FunctionKey(self.module.path, MODULE)
        for function in self.module.functions[1:]:
            if function.id in self.entities or function.id in self.delegated:
                continue
            if is_entrypoint(self.analysis.resolver, self.module, function):
                yield FunctionKey(self.module.path, function.id)
        for function in self.module.functions:
            if function.id in in_workflow:
                continue
            for thread in self.analysis.facts(FunctionKey(self.module.path, function.id)).threads:
                target = _callable_of(thread.target)
                if target is not None and target.module == self.module.path:
                    yield FunctionKey(target.module, target.id)

    def _loop_visits(self) -> dict[FunctionKey, Visit]:
        """Async functions, and the synchronous functions that are run by nothing else, as far as this file tells."""
        visits = self._flow(self._loop_roots(), LOOP)
        helpers = self._own(visits) - self._async
        own = (key for key in visits if key.module == self.module.path and key.id in helpers)
        if not any(LOOP_KINDS & self.analysis.reach(key).keys() for key in own):
            return visits
        mixed = helpers & self._own(self._flow(self._loopless_roots(helpers), LOOP))
        kept: dict[FunctionKey, Visit] = {}
        for key, visit in visits.items():  # the callers of each before it
            is_mixed = key.module == self.module.path and key.id in mixed
            if not is_mixed and (visit.caller is None or visit.caller in kept):
                kept[key] = visit
        return kept

    def _own(self, keys: Iterable[FunctionKey]) -> set[int]:
        """Those of ``keys`` that are functions of this module."""
        return {key.id for key in keys if key.module == self.module.path}

    @property
    def _async(self) -> set[int]:
        return {function.id for function in self.module.functions if function.is_async}

    def _loop_roots(self) -> Iterator[FunctionKey]:
        for function in self.module.functions:
            if function.is_async:
                yield FunctionKey(self.module.path, function.id)

    def _loopless_roots(self, helpers: set[int]) -> Iterator[FunctionKey]:
        """Synchronous functions that may run where no event loop does: those that no async function runs, durable ones,
        and those that somebody else calls."""
        from dbos_lint.semantics.escapes import escaping  # for this one kind of rules

        escaped = escaping(self.analysis, self.module)
        for function in self.module.functions:
            if function.is_async:
                continue
            known = function.id in helpers and function.id not in escaped and function.id not in self.entities
            if not known or function.id in self.delegated or self._is_decorated(function):
                yield FunctionKey(self.module.path, function.id)

    def _is_decorated(self, function: Function) -> bool:
        if not function.decorators:
            return False
        names = self.analysis.resolver.decorator_names(self.module, function)
        return len(names) < len(function.decorators) or not names <= _PLAIN

    # ------------------------------------------------------------------ flow

    def _flow(self, roots: Iterator[FunctionKey], context: str, kind: str = "") -> dict[FunctionKey, Visit]:
        """Every function of the project that runs when a root runs, with the shortest way from one."""
        module = self.module
        guard = kind or _GUARDS.get(context, context)
        visits: dict[FunctionKey, Visit] = {}
        queue: list[FunctionKey] = []
        for root in roots:
            if root not in visits:
                visits[root] = Visit(None, module.functions[root[1]].span, root, 0, root)
                queue.append(root)
        for key in queue:
            if key[0] != module.path:
                continue
            visit = visits[key]
            depth = visit.depth + 1
            for edge in self.analysis.facts(key).edges:
                callee = edge.callee
                if callee in visits or not self.analysis.passes(guard, key, edge):
                    continue
                visits[callee] = Visit(key, edge.span, visit.root, depth, callee if depth < _SHOWN else visit.early)
                if callee[0] == module.path:
                    queue.append(callee)
        return visits

    def _counts(self, context: str, kind: str, key: FunctionKey) -> bool:
        """Whether a value of ``kind`` that the function ``key`` reads matters to a root of ``context``: not where its
        results are only logged."""
        if context != api.WORKFLOW or kind not in SPARED_KINDS:
            return True
        if kind not in self._valued:
            self._valued[kind] = self._flow(self._durable_roots(context), context, kind).keys()
        return key in self._valued[kind]

    def runs_as(self, id: int, context: str) -> bool:
        """Whether function ``id`` of this module runs in ``context``."""
        return id in self.running[context]

    def runs_durably(self, id: int) -> bool:
        """Whether function ``id`` of this module runs in a workflow, step or transaction."""
        return any(id in self.running[context] for context in DURABLE_CONTEXTS)

    def root(self, context: str, key: FunctionKey) -> FunctionKey:
        """Where the way of ``context`` down to ``key`` begins."""
        return self.visits[context][key].root

    def chain(self, context: str, key: FunctionKey) -> tuple[FunctionKey, ...]:
        """The functions from a root of ``context`` down to ``key``; of many, the first and the last."""
        visits = self.visits[context]
        visit = visits[key]
        if visit.depth < LONGEST:
            return self._above(visits, key, visit.depth + 1)
        return (*self._above(visits, visit.early, _SHOWN), *self._above(visits, key, _SHOWN))

    @staticmethod
    def _above(visits: dict[FunctionKey, Visit], key: FunctionKey, number: int) -> tuple[FunctionKey, ...]:
        """The last ``number`` functions on the way to ``key``, which is the last of them."""
        keys = [key]
        for _ in range(number - 1):
            caller = visits[keys[-1]].caller
            assert caller is not None
            keys.append(caller)
        return tuple(reversed(keys))

    @cached_property
    def fates(self) -> Fates:
        """What becomes of values in the workflows of this module."""
        from dbos_lint.semantics.fates import Fates  # as with sinks

        callers = {key: visit.caller for key, visit in self.visits[api.WORKFLOW].items()}
        return Fates(self.analysis, self.module.path, callers)

    def reached(self, wanted: Collection[tuple[str, str]] | None = None) -> Iterator[Reached]:
        """Every effect that happens in a context, at its place in this module, in the order of the text; of these only
        the ``wanted`` contexts and kinds. A value in workflow code is told even if it comes to nothing: it depends on
        the kind which of its ends matter."""
        found: list[Reached] = []
        for context, visits in self.visits.items():
            kinds = None if wanted is None else {kind for where, kind in wanted if where == context}
            for key in visits if kinds is None or kinds else ():
                if key[0] == self.module.path:
                    found.extend(self._reached_in(context, key, kinds))
        found.sort(key=lambda reached: (reached.span, reached.context, reached.effect.kind, reached.length))
        yield from found

    def _reached_in(self, context: str, key: FunctionKey, kinds: Collection[str] | None) -> Iterator[Reached]:
        beyond = [edge for edge in self.analysis.facts(key).edges if edge.callee[0] != self.module.path]
        effects = [
            effect
            for effect in self.analysis.effects(key, kinds)
            if (kinds is None or effect.kind in kinds) and self._counts(context, effect.kind, key)
        ]
        if not effects and not beyond:
            return
        chain = self.chain(context, key)
        skipped = self.visits[context][key].depth + 1 - len(chain)
        gaps = ((_SHOWN, skipped),) if skipped else ()
        for effect in effects:
            fate = Sink.UNKNOWN
            if context == api.WORKFLOW and effect.origin is not None:
                fate = self.fates.closed(key, self.analysis.fate(key, effect))
            yield Reached(context, effect, key, key, effect.span, chain, fate, effect.origin, gaps)
        for edge in beyond:
            yield from self._reached_by(context, key, edge, chain, gaps, kinds)

    def _reached_by(
        self,
        context: str,
        key: FunctionKey,
        edge: Edge,
        chain: tuple[FunctionKey, ...],
        gaps: tuple[tuple[int, int], ...],
        kinds: Collection[str] | None,
    ) -> Iterator[Reached]:
        """What happens in another file, by way of ``edge``."""
        for name, reach in self.analysis.reach(edge.callee).items():
            if kinds is not None and reach.effect.kind not in kinds:
                continue
            fate = self.analysis.carried(key, edge, reach)
            if not fate.matters or not self._counts(context, reach.effect.kind, key):
                continue
            # What leads back into this module stands where it is.
            back = reach.origin[0] == self.module.path
            if back and context == LOOP and reach.origin not in self.visits[LOOP]:
                continue
            whole = [*chain, *(step for step, _ in islice(self.analysis.way(edge.callee, name), _SHOWN))]
            skipped = len(chain) + reach.distance - len(whole)
            if whole[-1] != reach.origin:
                whole.append(reach.origin)
            more = ((len(whole) - 1, skipped),) if skipped > 0 else ()
            span = reach.effect.span if back else edge.span
            if context == api.WORKFLOW:
                fate = self.fates.closed(key, fate)
            found = (context, reach.effect, key, reach.origin, span)
            yield Reached(*found, tuple(whole), fate, edge.value, (*gaps, *more))


def _callable_of(value: Value) -> FunctionValue | None:
    while isinstance(value, Partial):
        value = value.callee
    return value if isinstance(value, FunctionValue) else None
