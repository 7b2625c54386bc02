"""What each function does by itself, and which functions it runs: one observation a function, of its summary alone."""

from __future__ import annotations

from collections import Counter

from dbos_lint.catalog import api, types
from dbos_lint.catalog.nondeterminism import READ_TERMINALS, Nondeterminism
from dbos_lint.records import NamedTuple
from dbos_lint.semantics.calls import Callees, Calls
from dbos_lint.semantics.effects import (
    ENDS_TRANSACTION,
    FOLLOWED_KINDS,
    LOOP_KINDS,
    RAISES_OUTSIDE,
    SPARED_KINDS,
    TAKES_IDENTITY,
    UNRECORDED,
    WAITS_IN_LOOP,
    Effect,
    effects_of_call,
    may_act,
)
from dbos_lint.semantics.flows import Manager, Origin, ReadOrigin
from dbos_lint.semantics.identities import identities
from dbos_lint.semantics.refs import names_called, receiver_and_method, terminal, text_of
from dbos_lint.semantics.sites import DECORATOR, UNTIL_CANCELLED, Call, Read, Ref
from dbos_lint.semantics.summary import Function, Module
from dbos_lint.semantics.values import Environment, External, FunctionKey, FunctionValue, Instance, Value
from dbos_lint.semantics.writes import effect_of_write, mutation
from dbos_lint.syntax.spans import Span

_SESSION = Instance(External(api.SESSION))
# With how many different objects one function is analysed, and all of them together. What passes objects on in ever
# other orders would take as many analyses as there are orders; in programs that people wrote, no function has been seen
# that is given more than two.
MOST_VARIANTS = 1_000
_MOST_IN_ALL = 50_000


class TooVariedError(BaseException):
    """``function`` is given more different objects than are looked at one by one. No fault, so that nothing on the way
    takes it for one: the program is looked at anew, without them."""

    def __init__(self, function: str) -> None:
        super().__init__(function)
        self.function = function


class Edge:
    """A call that runs a function of the project as part of the caller; ``aside``: in a thread, away from the loop.

    ``spared`` are the kinds of effect that do no harm, for nobody waits for what is run. ``value`` is where its results
    come from in the flows of the caller.
    """

    __slots__ = ("aside", "callee", "span", "spared", "value")

    def __init__(
        self,
        callee: FunctionKey,
        span: Span,
        aside: bool = False,
        spared: frozenset[str] = frozenset(),
        value: Origin | None = None,
    ) -> None:
        self.callee = callee
        self.span = span
        self.aside = aside
        self.spared = spared
        self.value = value


class Delegation:
    """A call that has dbos run a function as a step or transaction."""

    __slots__ = ("callee", "kind")

    def __init__(self, kind: str, callee: FunctionValue) -> None:
        self.kind = kind
        self.callee = callee


class ThreadStart(NamedTuple):
    """A call that runs ``target`` in a thread or process; ``label`` is how the text names the call."""

    target: Value
    label: str
    span: Span


# One for all that are empty: Python would make another each time.
_NOTHING: frozenset[str] = frozenset()


class Facts:
    """What is known of one function by itself. ``unresolved`` are the calls that could not be followed.

    What its threads do is not among the ``effects``: :meth:`Analysis.effects` adds it. ``guarded`` are the kinds of
    effect that the function avoids, and that are not counted: it asks whether a workflow, or an event loop, is running.
    """

    __slots__ = ("delegations", "edges", "effects", "guarded", "threads", "unresolved")

    def __init__(
        self,
        effects: tuple[Effect, ...] = (),
        edges: tuple[Edge, ...] = (),
        threads: tuple[ThreadStart, ...] = (),
        delegations: tuple[Delegation, ...] = (),
        unresolved: tuple[Span, ...] = (),
        guarded: frozenset[str] = _NOTHING,
    ) -> None:
        self.effects = effects
        self.edges = edges
        self.threads = threads
        self.delegations = delegations
        self.unresolved = unresolved
        self.guarded = guarded


class Observer:
    """Observes the functions of one project, each once."""

    def __init__(self, calls: Calls, nondeterminism: Nondeterminism) -> None:
        self.calls = calls
        self.nondeterminism = nondeterminism
        self._facts: dict[FunctionKey, Facts] = {}
        self._quiet: dict[Callees, bool] = {}
        self._variants: Counter[tuple[str, int]] = Counter()
        self._varied = 0

    def facts(self, key: FunctionKey) -> Facts:
        """The effects and edges of one function."""
        known = self._facts.get(key)
        if known is None:
            known = self._facts[key] = self._observe(key)
        return known

    def _observe(self, key: FunctionKey) -> Facts:
        module = self.calls.resolver.module(key[0])
        function = module.functions[key[1]]
        if key.given:
            self._count(key, function)
        if function.trusted or self.nondeterminism.is_known(f"{module.name}.{function.qualname}"):
            return Facts()
        env = self.calls.environment(key)
        effects: list[Effect] = []
        edges: list[Edge] = []
        threads: list[ThreadStart] = []
        delegations: list[Delegation] = []
        unresolved: list[Span] = []
        called = self.calls.resolver.once(names_called, module)[function.id]
        mutates = not called.isdisjoint(types.MUTATORS)
        known = self.calls.of(module)
        for call in function.calls:
            callees = known[call.number] if env is None else self.calls.callees(module, call, env)
            target, _ = receiver_and_method(call.func)
            # Of ``self.session.execute()``, a property may be ``session``; what it gives becomes the call's.
            edges += self._properties(module, target, call, call.number, env)
            if not callees.known and not call.flags & DECORATOR:
                unresolved.append(call.span)
            quiet = self._quiet.get(callees) if callees.shared else False
            if quiet or (quiet is None and self._is_quiet(callees)):
                change = mutation(self.calls, module, call) if mutates else None
                if change is not None:
                    effects.append(change)
                continue
            spared = SPARED_KINDS if call.flags & UNTIL_CANCELLED else _NOTHING
            found = self._effects_of_call(module, call, callees, env)
            effects += [each for each in found if each.kind not in spared] if spared else found
            if callees.runs and not call.flags & DECORATOR:
                for callee in callees.runs:
                    given = self.calls.instances_given(module, call, callee, env)
                    edges.append(Edge(self.calls.resolver.key(callee, given), call.span, False, spared, call.number))
            if callees.aside:
                keys = [self.calls.resolver.key(callee) for callee in callees.aside]
                edges.extend([Edge(callee, call.span, True, value=call.number) for callee in keys])
            if callees.threads:
                label = f"{text_of(call.func, '')}()"
                threads.extend([ThreadStart(target, label, call.span) for target in callees.threads])
            if callees.delegations:
                delegations.extend([Delegation(kind, callee) for kind, callee in callees.delegations])
        for index, read in enumerate(function.reads):
            self._observe_read(module, read, ReadOrigin(index), env, effects, edges)
        for index, manager in enumerate(function.withs):
            self._observe_with(module, manager, Manager(index), env, effects, edges)
        for write in function.writes:
            effect = effect_of_write(self.calls, module, function, write)
            if effect is not None:
                effects.append(effect)
        guarded = self._guarded(module, function, called, env)
        counted = [effect for effect in effects if effect.kind not in guarded] if guarded else effects
        return Facts(tuple(counted), tuple(edges), tuple(threads), tuple(delegations), tuple(unresolved), guarded)

    def _is_quiet(self, callees: Callees) -> bool:
        """Whether no call of ``callees``, which are shared, is an effect by itself, whatever it is given."""
        quiet = not self.nondeterminism.by_settings and not any(map(may_act, callees.externals))
        self._quiet[callees] = quiet
        return quiet

    def _count(self, key: FunctionKey, function: Function) -> None:
        """Count what is known, not what is asked: whoever asks first, a program is too varied, or it is not."""
        self._variants[key[:2]] += 1
        self._varied += 1
        if self._variants[key[:2]] > MOST_VARIANTS or self._varied > _MOST_IN_ALL:
            raise TooVariedError(function.qualname)

    def _guarded(
        self, module: Module, function: Function, called: frozenset[str], env: Environment | None
    ) -> frozenset[str]:
        """The kinds of effect that the function avoids where they would be wrong, to judge by what it asks; ``called``
        are the last names of what it calls."""
        found: set[str] = set()
        for read in function.reads:
            if terminal(read.ref) in api.TELLS_WORKFLOW and any(
                isinstance(value, External) and value.name.startswith(f"{api.DBOS}.")
                for value in self.calls.resolve(module, read.ref, read, env)
            ):
                found.add(RAISES_OUTSIDE)
        if not function.is_async and not called.isdisjoint(types.TELLS_LOOP):
            found.update(LOOP_KINDS)
        return frozenset(found) if found else _NOTHING

    def _observe_with(
        self,
        module: Module,
        manager: Read,
        origin: Manager,
        env: Environment | None,
        effects: list[Effect],
        edges: list[Edge],
    ) -> None:
        methods = self.calls.manager_methods(module, manager, env)
        edges.extend([Edge(self.calls.resolver.key(method), manager.span, value=origin) for method in methods])
        if _SESSION in self.calls.managers(module, manager, env):
            label = f"with {text_of(manager.ref, 'session')}"
            effects.append(Effect(ENDS_TRANSACTION, f"{api.SESSION}.close", label, manager.span))

    def _observe_read(
        self,
        module: Module,
        read: Read,
        origin: ReadOrigin,
        env: Environment | None,
        effects: list[Effect],
        edges: list[Edge],
    ) -> None:
        terminal = read.ref.rpartition(".")[2] if isinstance(read.ref, str) else read.ref[-1]
        # Names are written down as read where they may be sources, whatever an import calls them.
        interesting = terminal in READ_TERMINALS or terminal == read.ref or self.nondeterminism.adds
        if interesting:
            for value in self.calls.resolve(module, read.ref, read, env):
                if isinstance(value, External):
                    source = self.nondeterminism.of_read(value.name)
                    if source is not None:
                        label = text_of(read.ref, value.name)
                        followed = origin if source.kind in FOLLOWED_KINDS else None
                        effects.append(
                            Effect(source.kind, value.name, label, read.span, guess=source.guess, origin=followed)
                        )
        if terminal in api.QUEUE_PROPERTIES:
            label = text_of(read.ref, terminal)
            names = [value.name for value in self.calls.resolve(module, read.ref, read, env) if type(value) is External]
            effects.extend(Effect(WAITS_IN_LOOP, name, label, read.span) for name in names if name in api.WAITS_IN_LOOP)
            effects.extend(
                Effect(UNRECORDED, name, label, read.span, origin=origin) for name in names if name in api.UNRECORDED
            )
        edges.extend(self._properties(module, read.ref, read, origin, env))

    def _properties(
        self, module: Module, ref: Ref, place: Read | Call, origin: Origin, env: Environment | None
    ) -> list[Edge]:
        methods = self.calls.properties(module, ref, place, env)
        return [Edge(self.calls.resolver.key(method), place.span, value=origin) for method in methods]

    def _effects_of_call(self, module: Module, call: Call, callees: Callees, env: Environment | None) -> list[Effect]:
        found = effects_of_call(self.calls, self.nondeterminism, module, call, callees)
        change = mutation(self.calls, module, call)
        if change is not None:
            found.append(change)
        if callees.handed or not callees.names.isdisjoint(TAKES_IDENTITY):
            found += identities(self.calls, module, call, callees, env)
        return found
