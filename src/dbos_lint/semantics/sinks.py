"""Where values end up: flows inside functions, put together through calls.

A node is an origin in a function; what becomes of it is what becomes of its targets. Of a value that a call is given,
what is called decides: a durable call takes it, a logger swallows it, an outside function gives it back in another
form, and a function of the project has flows of its own. The search goes down only: what becomes of the results of a
function, its callers know.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntFlag
from typing import TYPE_CHECKING, NamedTuple

from dbos_lint.catalog import api, flow, types
from dbos_lint.semantics import flows
from dbos_lint.semantics.calls import Callees
from dbos_lint.semantics.effects import LASTING
from dbos_lint.semantics.externals import known_as
from dbos_lint.semantics.flows import (
    Branch,
    Captured,
    Changed,
    Dropped,
    Entered,
    Flows,
    Given,
    Manager,
    Origin,
    Presence,
    ReadFrom,
    ReadOrigin,
    Region,
    Rounds,
    Target,
)
from dbos_lint.semantics.refs import receiver_and_method, root_of, terminal
from dbos_lint.semantics.summary import LOGS, Call, Function, Module, Span
from dbos_lint.semantics.values import ClassValue, Entity, External, FunctionKey, FunctionValue, Instance

if TYPE_CHECKING:
    from dbos_lint.semantics.analysis import Analysis
    from dbos_lint.semantics.facts import Edge


class Sink(IntFlag):
    """The ends to which a value comes; several at once, and none where it is dropped."""

    STEERS = 1
    """It decides whether, or how often, durable calls run."""
    POLLS = 2
    """It is in the condition of a ``while`` around durable calls."""
    CHECKED = 4
    """Whether there is any value at all matters."""
    DURABLE = 8
    """It is an argument of a durable call: a step, a child workflow, a start, a message ..."""
    SLEEPS = 16
    """It is how long ``DBOS.sleep`` sleeps."""
    WAITS = 32
    """It is a timeout, or a workflow's ID, for which dbos does not ask again once it has recorded the wait."""
    RECORDED = 64
    """It becomes data: an event, a value of a stream, the result or the error of the workflow."""
    LASTS = 128
    """It is kept in what outlives the function: a global, a closure, an argument that is changed."""
    LOGGED = 256
    """It goes to logging, printing, tracing or metrics."""
    UNKNOWN = 512
    """It goes where it cannot be followed."""
    RETURNED = 1024
    """The function gives it back, and what its callers do with it is not known."""
    KEPT = 2048
    """It is kept in ``self``, and what comes of the object is not known."""
    ESCAPES = 4096
    """It decides whether the function raises."""

    @property
    def matters(self) -> bool:
        """Whether a run that has another value may do anything else than log and wait."""
        return bool(self & ~_HARMLESS)

    @property
    def repeats(self) -> bool:
        """Whether recovery may run other code, or repeat an effect with another value; in doubt, it may."""
        return bool(self & ~(_HARMLESS | Sink.RECORDED))


_CONSTRUCTORS = frozenset({"__init__", "__new__", "__post_init__"})
_HARMLESS = Sink.LOGGED | Sink.WAITS
OPEN = Sink.RETURNED | Sink.KEPT | Sink.ESCAPES
"""What the callers of a function decide."""
NONE = Sink(0)

_ENDS: dict[str, Sink] = {
    flows.RETURN: Sink.RETURNED,
    flows.RAISE: Sink.RECORDED,
    flows.ESCAPE: Sink.ESCAPES,
    flows.KEEP: Sink.LASTS,
    flows.KEEP_SELF: Sink.KEPT,
    flows.LOST: Sink.UNKNOWN,
}


class Node(NamedTuple):
    """An origin in a function."""

    key: FunctionKey
    origin: Origin


class Into(NamedTuple):
    """A value goes into ``node``, a parameter of a function that is run: what that function returns of it goes on as
    ``result``, and what it keeps in its ``self`` as ``object``, or to an end. What matters there comes to ``instead``,
    if that is given."""

    node: Node
    result: Node | Sink
    object: Node | Sink
    instead: Sink = Sink(0)


class Equation(NamedTuple):
    """What becomes of a node: some ends at once, and what becomes of others."""

    ends: Sink
    nodes: tuple[Node, ...]
    into: tuple[Into, ...]


@dataclass(slots=True)
class Sinks:
    """The ends of the values of one project's functions, remembered."""

    analysis: Analysis
    _known: dict[Node, Sink] = field(default_factory=dict)
    _equations: dict[Node, Equation] = field(default_factory=dict)
    _numbered: dict[tuple[str, int], dict[int, Call]] = field(default_factory=dict)
    _acting: dict[FunctionKey, tuple[list[Span], list[Span]]] = field(default_factory=dict)

    def of(self, key: FunctionKey, origin: Origin | None) -> Sink:
        """The ends, within the function and what it calls, of what comes from ``origin``."""
        if origin is None:
            return Sink.UNKNOWN
        node = Node(key, origin)
        known = self._known.get(node)
        return self._solve(node) if known is None else known

    def carried(self, key: FunctionKey, edge: Edge, fate: Sink) -> Sink:
        """What becomes in a function of a value that has ``fate`` in what ``edge`` runs."""
        found = fate & ~OPEN
        if fate & Sink.RETURNED:
            found |= self.of(key, edge.value)
        if fate & Sink.KEPT:
            found |= self.kept(key, edge)
        return found | Sink.STEERS if fate & Sink.ESCAPES else found

    def kept(self, key: FunctionKey, edge: Edge) -> Sink:
        """What becomes in a function of what a method that ``edge`` runs keeps in its object."""
        if isinstance(edge.value, Manager):
            return self.of(key, edge.value)
        if not isinstance(edge.value, int):
            return Sink.LASTS
        held = self._held(key, self._call(key, edge.value), self._function(edge.callee))
        return held if isinstance(held, Sink) else self.of(*held)

    def of_targets(self, key: FunctionKey, targets: tuple[Target, ...]) -> Sink:
        """The ends of what goes to ``targets`` in the function."""
        found = NONE
        for target in targets:
            found |= self._value(self._equation_of(key, target), self._node_value)
        return found

    def places(self, key: FunctionKey, origin: Origin) -> Iterator[tuple[Span, Sink]]:
        """The calls and conditions of the function itself to which the value comes, with its ends there."""
        todo = [Node(key, origin)]
        seen = set(todo)
        for node in todo:
            for target in self._targets(node) or ():
                equation = self._equation_of(key, target)
                ends = self._value(Equation(equation.ends, (), equation.into), self._node_value)
                if isinstance(target, Given):
                    yield self._call(key, target.call).span, ends
                elif isinstance(target, Branch):
                    yield Span(*target.test), ends
                onwards = [
                    *equation.nodes,
                    *(each for into in equation.into for each in (into.result, into.object) if isinstance(each, Node)),
                ]
                for each in onwards:
                    if each.key == key and each not in seen:
                        seen.add(each)
                        todo.append(each)

    # ------------------------------------------------------------------ solving

    def _node_value(self, node: Node) -> Sink:
        return self.of(*node)

    def _solve(self, start: Node) -> Sink:
        """Find the ends of ``start``, and of every node on its way, as the least solution of their equations."""
        order = [start]
        fresh = {start}
        for node in order:
            equation = self._equations[node] = self._equation(node)
            for each in _onwards(equation):
                if each not in self._known and each not in fresh:
                    fresh.add(each)
                    order.append(each)
        found = dict.fromkeys(order, NONE)

        def look_up(node: Node) -> Sink:
            return found[node] if node in found else self._known[node]

        changing = True
        while changing:
            changing = False
            for node in reversed(order):
                ends = self._value(self._equations[node], look_up)
                if ends != found[node]:
                    found[node] = ends
                    changing = True
        self._known.update(found)
        return found[start]

    @staticmethod
    def _value(equation: Equation, look_up: object) -> Sink:
        ends = equation.ends
        assert callable(look_up)
        for node in equation.nodes:
            ends |= look_up(node)
        for node, result, held, instead in equation.into:
            inside = look_up(node)
            within = inside & ~OPEN
            ends |= instead if instead and within.matters else within
            if inside & Sink.RETURNED:
                ends |= result if isinstance(result, Sink) else look_up(result)
            if inside & Sink.KEPT:
                ends |= held if isinstance(held, Sink) else look_up(held)
            if inside & Sink.ESCAPES:
                ends |= instead or Sink.STEERS
        return ends

    # ------------------------------------------------------------------ equations

    def _module(self, key: FunctionKey) -> Module:
        return self.analysis.resolver.module(key.module)

    def _function(self, key: FunctionKey) -> Function:
        return self._module(key).functions[key.id]

    def _call(self, key: FunctionKey, number: int) -> Call:
        known = self._numbered.get(key[:2])
        if known is None:
            known = self._numbered[key[:2]] = {call.number: call for call in self._function(key).calls}
        return known[number]

    def _callees(self, key: FunctionKey, call: Call) -> Callees:
        calls = self.analysis.calls
        return calls.callees(self._module(key), call, calls.environment(key))

    def _targets(self, node: Node) -> tuple[Target, ...] | None:
        known: Flows | None = self._function(node.key).flows
        return None if known is None else known.of(node.origin)

    def _equation(self, node: Node) -> Equation:
        targets = self._targets(node)
        if targets is None:
            # Nothing is known of it: a lambda of the module, say.
            return Equation(Sink.UNKNOWN | Sink.RETURNED, (), ())
        parts = [self._equation_of(node.key, target) for target in targets]
        ends = NONE
        for part in parts:
            ends |= part.ends
        return Equation(
            ends,
            tuple({each: None for part in parts for each in part.nodes}),
            tuple({each: None for part in parts for each in part.into}),
        )

    def _equation_of(self, key: FunctionKey, target: Target) -> Equation:
        if isinstance(target, str):
            return Equation(_ENDS[target], (), ())
        if isinstance(target, Given):
            return self._given(key, self._call(key, target.call), target.place)
        if isinstance(target, Branch):
            return self._branch(key, target)
        if isinstance(target, ReadFrom):
            return self._read_from(key, target)
        if isinstance(target, Presence):
            return Equation(NONE, (), (Into(Node(key, target), Sink.RETURNED, Sink.KEPT, Sink.CHECKED),))
        if isinstance(target, Dropped):
            return Equation(self._dropped(key, self._call(key, target.call)), (), ())
        if isinstance(target, Captured):
            return self._captured(key, target)
        return self._entered(key, target)

    def _branch(self, key: FunctionKey, branch: Branch) -> Equation:
        known = self._acting.get(key)
        if known is None:
            calls = self._function(key).calls
            acting = sorted(call.span for call in calls if self.acts(key, call))
            known = self._acting[key] = acting, sorted(call.span for call in calls if call.flags & LOGS)
        acting, logging = known
        if _has_one_in(acting, branch.region):
            return Equation(Sink.POLLS if branch.loop else Sink.STEERS, (), ())
        ends = Sink.LOGGED if _has_one_in(logging, branch.region) else NONE
        return Equation(ends, (Node(key, Rounds(branch.test)),) if branch.loop else (), ())

    def _read_from(self, key: FunctionKey, target: ReadFrom) -> Equation:
        """An attribute depends on its object, but that of a queue is another matter."""
        calls, module = self.analysis.calls, self._module(key)
        read = self._function(key).reads[target.read]
        base, _ = receiver_and_method(read.ref)
        values = calls.resolve(module, base, read, calls.environment(key))
        of_queue = Instance(External(api.QUEUE)) in values
        return Equation(NONE, () if of_queue else (Node(key, ReadOrigin(target.read)),), ())

    def acts(self, key: FunctionKey, call: Call) -> bool:
        """Whether anything that lasts comes of ``call``: a durable call, a change. In doubt, it does."""
        callees = self._callees(key, call)
        if not callees.known:
            return not (call.flags & LOGS or terminal(call.func) in flow.INERT)
        if callees.durable or callees.delegations or callees.threads or not callees.names.isdisjoint(api.DURABLE):
            return True
        if not call.flags & LOGS and not all(map(flow.is_quiet, callees.names)):
            return True
        resolver = self.analysis.resolver
        return any(self.analysis.leads_to(resolver.key(callee), LASTING) for callee in (*callees.runs, *callees.aside))

    def _dropped(self, key: FunctionKey, call: Call) -> Sink:
        """What becomes of what an outside function is given that is called for what it does, not for a result."""
        callees = self._callees(key, call)
        known = self._function(key).flows
        if call.flags & LOGS or terminal(call.func) in flow.INERT | types.MUTATORS:
            return NONE
        if known is not None and Changed(call.number) in known.origins:
            # It may change its object, which is followed.
            return NONE
        outside = [external.name for external in callees.externals if not external.name.startswith("dbos.")]
        inert = flow.SLEEPS | flow.SWALLOWS
        return Sink.UNKNOWN if any(name not in inert and not flow.is_logging(name) for name in outside) else NONE

    def _entered(self, key: FunctionKey, target: Entered) -> Equation:
        calls, module = self.analysis.calls, self._module(key)
        manager = self._function(key).withs[target.manager]
        object_ = Node(key, Manager(target.manager))
        into: list[Into] = []
        for method in calls.manager_methods(module, manager, calls.environment(key)):
            receiver = self.analysis.resolver.function(method).receiver
            if receiver:
                into.append(Into(Node(self.analysis.resolver.key(method), receiver), object_, NONE))
        return Equation(NONE, (), tuple(into))

    def _captured(self, key: FunctionKey, target: Captured) -> Equation:
        """A function that is defined here uses a variable: what it gives back goes where it is called."""
        facts = self.analysis.facts(key)
        if any(delegation.callee.id == target.function for delegation in facts.delegations):
            return Equation(Sink.DURABLE, (), ())
        inner = Node(FunctionKey(key.module, target.function), target.name)
        edges = [edge for edge in facts.edges if edge.callee.module == key.module and edge.callee.id == target.function]
        results = [edge.value for edge in edges]
        if not results or None in results:
            return Equation(NONE, (), (Into(inner, Sink.UNKNOWN, Sink.LASTS),))
        nodes = [Node(key, result) for result in results if result is not None]
        return Equation(NONE, (), tuple([Into(inner, node, Sink.LASTS) for node in nodes]))

    # ------------------------------------------------------------------ arguments

    def _given(self, key: FunctionKey, call: Call, place: int | str) -> Equation:
        callees = self._callees(key, call)
        result = Node(key, call.number)
        if place == flows.CALLEE:
            return Equation(Sink.UNKNOWN, (), ())
        if not callees.known:
            return self._given_to_unknown(call, place, result)
        ends = NONE
        onwards = False
        into: list[Into] = []
        handed = set(callees.runs) | set(callees.aside)
        for value in callees.values:
            if isinstance(value, Entity):
                ends |= NONE if place == flows.RECEIVER else Sink.DURABLE
            elif isinstance(value, External):
                found = NONE if place == flows.RECEIVER else _end_in(known_as(value), value.name, place)
                if call.flags & LOGS or flow.is_logging(value.name):
                    found = Sink.LOGGED
                ends |= found or NONE
                onwards |= not found and not value.name.startswith("dbos.")
                if found is NONE and value.name.startswith("dbos.") and place != flows.RECEIVER:
                    ends, onwards = ends | Sink.UNKNOWN, True
            elif isinstance(value, FunctionValue):
                handed -= {value, *self.analysis.resolver.decorated(value).wrappers}
                onwards |= self.analysis.resolver.function(value).trusted
                into.extend(self._into(key, call, value, place, result))
            elif isinstance(value, ClassValue):
                onwards = True
            else:
                ends |= Sink.UNKNOWN
                onwards = True
        if callees.threads:
            ends |= Sink.UNKNOWN
        for function in handed:
            if self.analysis.resolver.function(function).name in _CONSTRUCTORS and function.receiver is not None:
                into.extend(self._into(key, call, function, place, result))
            elif place != flows.RECEIVER:
                params = self.analysis.resolver.function(function).params
                into.extend([Into(self._param(key, call, function, each.name), result, Sink.LASTS) for each in params])
        for entity in callees.durable:
            if entity not in callees.values:
                ends |= Sink.DURABLE
        return Equation(ends, (result,) if onwards else (), tuple(into))

    def _given_to_unknown(self, call: Call, place: int | str, result: Node) -> Equation:
        name = terminal(call.func).removesuffix("_async")
        if call.flags & LOGS:
            return Equation(Sink.LOGGED, (), ())
        if name in flow.INERT:
            return Equation(NONE, (result,), ())
        if name == "sleep":
            return Equation(Sink.SLEEPS, (), ())
        if name == "SetWorkflowID" or (name in ("recv", "get_event") and place == "timeout_seconds"):
            return Equation(Sink.WAITS, (), ())
        return Equation(Sink.UNKNOWN, (result,), ())

    def _param(self, key: FunctionKey, call: Call, callee: FunctionValue, name: str) -> Node:
        calls = self.analysis.calls
        given = calls.instances_given(self._module(key), call, callee, calls.environment(key))
        return Node(self.analysis.resolver.key(callee, given), name)

    def _into(
        self, key: FunctionKey, call: Call, callee: FunctionValue, place: int | str, result: Node
    ) -> Iterator[Into]:
        """The parameters of ``callee`` into which an argument at ``place`` of ``call`` goes."""
        function = self.analysis.resolver.function(callee)
        held = self._held(key, call, function)
        for name in _params(function, callee.receiver is not None, place):
            yield Into(self._param(key, call, callee, name), result, held)

    def _held(self, key: FunctionKey, call: Call, callee: Function) -> Node | Sink:
        """What a method that ``call`` runs keeps in its ``self`` goes on as."""
        function = self._function(key)
        if callee.name in _CONSTRUCTORS and callee.owner is not None:
            # ``super().__init__()`` works on the object of its caller.
            return Sink.KEPT if terminal(call.func) == callee.name else Node(key, call.number)
        known = function.flows
        if known is not None and Changed(call.number) in known.origins:
            return Node(key, Changed(call.number))
        return Sink.KEPT if function.receiver and root_of(call.func) == function.receiver else Sink.LASTS


def _has_one_in(spans: list[Span], region: Region) -> bool:
    """Whether one of ``spans``, which are sorted, begins in ``region``."""
    first = bisect_left(spans, region[:2])
    return first < len(spans) and spans[first][:2] <= region[2:]


def _onwards(equation: Equation) -> Iterator[Node]:
    yield from equation.nodes
    for into in equation.into:
        for each in into:
            if isinstance(each, Node):
                yield each


def _params(function: Function, bound: bool, place: int | str) -> Iterator[str]:
    """The names of the parameters that an argument at ``place`` of a call of ``function`` fills."""
    params = list(function.params)
    if place == flows.RECEIVER:
        if bound and params:
            yield params[0].name
        return
    if bound:
        params = params[1:]
    if place == flows.UNPACKED:
        yield from [param.name for param in params]
        return
    positional = [param.name for param in params if param.kind == "positional"]
    if isinstance(place, int) and place < len(positional):
        yield positional[place]
    elif isinstance(place, int):
        yield from [param.name for param in params if param.kind == "vararg"]
    elif any(param.name == place and param.kind in ("positional", "keyword") for param in params):
        yield place
    else:
        yield from [param.name for param in params if param.kind == "kwarg"]


def _end_in(known: str, name: str, place: int | str) -> Sink:
    """The end of an argument of an outside function, where it is one."""
    if known in flow.SLEEPS:
        return Sink.SLEEPS
    for names, places, end in _BY_API:
        if name in names:
            return end if place in places else Sink.DURABLE
    return Sink.DURABLE if name in api.DURABLE or name in api.SETS_OPTIONS else NONE


# Calls of the dbos API, the places of the arguments that are no more than a wait or data, and what they are there.
_BY_API: tuple[tuple[frozenset[str], tuple[int | str, ...], Sink], ...] = (
    (api.SLEEP, (0, "seconds"), Sink.SLEEPS),
    (api.RECV, (1, "timeout_seconds"), Sink.WAITS),
    (api.GET_EVENT, (2, "timeout_seconds"), Sink.WAITS),
    (api.SETS_ID, (0, "wfid"), Sink.WAITS),
    (api.RECORDS, (1, "value"), Sink.RECORDED),
)
