"""What becomes of what goes to a target, by what is called there.

A durable call takes what it is given, a logger swallows it, an outside function gives it back in another form, and a
function of the project has flows of its own.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dbos_lint.catalog import api, flow, types
from dbos_lint.semantics import flows
from dbos_lint.semantics.calls import Callees
from dbos_lint.semantics.effects import LASTING, REACHES_OUT, UNKNOWN_ARGUMENTS, source_of
from dbos_lint.semantics.ends import NONE, Equation, Into, Node, Sink
from dbos_lint.semantics.externals import known_as
from dbos_lint.semantics.flows import (
    Branch,
    Captured,
    Changed,
    Dropped,
    Entered,
    Given,
    Manager,
    Mixture,
    Origin,
    Presence,
    ReadFrom,
    ReadOrigin,
    Region,
    Rounds,
    Target,
)
from dbos_lint.semantics.refs import receiver_and_method, root_of, terminal
from dbos_lint.semantics.sites import LOGS, Call
from dbos_lint.semantics.summary import Function, Module
from dbos_lint.semantics.values import ClassValue, Entity, External, FunctionKey, FunctionValue, Instance
from dbos_lint.syntax.spans import Span

if TYPE_CHECKING:
    from dbos_lint.semantics.analysis import Analysis

_ACTS = LASTING | REACHES_OUT
_CONSTRUCTORS = frozenset({"__init__", "__new__", "__post_init__"})
_ENDS: dict[str, Sink] = {
    flows.RETURN: Sink.RETURNED,
    flows.RAISE: Sink.RECORDED,
    flows.ESCAPE: Sink.ESCAPES,
    flows.KEEP: Sink.LASTS,
    flows.KEEP_SELF: Sink.KEPT,
    flows.LOST: Sink.UNKNOWN,
}


class Equations:
    """The equations of one project."""

    __slots__ = ("_acting", "_numbered", "_targets", "analysis")

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self._numbered: dict[tuple[str, int], dict[int, Call]] = {}
        self._targets: dict[tuple[str, int], dict[Origin, list[Target]] | None] = {}
        self._acting: dict[FunctionKey, tuple[list[Span], list[Span]]] = {}

    def _module(self, key: FunctionKey) -> Module:
        return self.analysis.resolver.module(key.module)

    def function(self, key: FunctionKey) -> Function:
        return self._module(key).functions[key.id]

    def call(self, key: FunctionKey, number: int) -> Call:
        known = self._numbered.get(key[:2])
        if known is None:
            known = self._numbered[key[:2]] = {call.number: call for call in self.function(key).calls}
        return known[number]

    def _callees(self, key: FunctionKey, call: Call) -> Callees:
        calls = self.analysis.calls
        return calls.callees(self._module(key), call, calls.environment(key))

    def targets(self, node: Node) -> list[Target] | None:
        return (self._flows(node.key) or {}).get(node.origin)

    def _flows(self, key: FunctionKey) -> dict[Origin, list[Target]] | None:
        """The flows of a function: the targets of each origin; None if they are not known."""
        if key[:2] not in self._targets:
            flows = self.function(key).flows
            self._targets[key[:2]] = None if flows is None else flows.by_origin()
        return self._targets[key[:2]]

    def of(self, node: Node) -> Equation:
        targets = self.targets(node)
        if targets is None:
            # Nothing is known of it: a lambda of the module, say.
            return Equation(Sink.UNKNOWN | Sink.RETURNED, (), ())
        parts = [self.of_target(node.key, target) for target in targets]
        ends = NONE
        for part in parts:
            ends |= part.ends
        return Equation(
            ends,
            tuple({each: None for part in parts for each in part.nodes}),
            tuple({each: None for part in parts for each in part.into}),
        )

    def of_target(self, key: FunctionKey, target: Target) -> Equation:
        if isinstance(target, str):
            return Equation(_ENDS[target], (), ())
        if isinstance(target, Given):
            return self._given(key, self.call(key, target.call), target.place)
        if isinstance(target, Branch):
            return self._branch(key, target)
        if isinstance(target, ReadFrom):
            return self._read_from(key, target)
        if isinstance(target, Mixture):
            return Equation(NONE, (Node(key, target),), ())
        if isinstance(target, Presence):
            return Equation(NONE, (), (Into(Node(key, target), Sink.RETURNED, Sink.KEPT, Sink.CHECKED),))
        if isinstance(target, Dropped):
            return Equation(self._dropped(key, self.call(key, target.call)), (), ())
        if isinstance(target, Captured):
            return self._captured(key, target)
        return self._entered(key, target)

    def _branch(self, key: FunctionKey, branch: Branch) -> Equation:
        known = self._acting.get(key)
        if known is None:
            calls = self.function(key).calls
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
        read = self.function(key).reads[target.read]
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
        run = (resolver.key(callee) for callee in (*callees.runs, *callees.aside))
        return any(self.analysis.leads_to(callee, _ACTS) for callee in run)

    def _reaches_out(self, external: External) -> bool:
        """Whether an outside function does something outside the process: sends, writes, asks."""
        source = source_of(self.analysis.observer.nondeterminism, external, UNKNOWN_ARGUMENTS)
        return source is not None and source.kind in REACHES_OUT

    def _dropped(self, key: FunctionKey, call: Call) -> Sink:
        """What becomes of what an outside function is given that is called for what it does, not for a result."""
        callees = self._callees(key, call)
        if call.flags & LOGS or terminal(call.func) in flow.INERT | types.MUTATORS:
            return NONE
        if Changed(call.number) in (self._flows(key) or ()):
            # It may change its object, which is followed.
            return NONE
        outside = [external.name for external in callees.externals if not external.name.startswith("dbos.")]
        inert = flow.SLEEPS | flow.SWALLOWS
        return Sink.UNKNOWN if any(name not in inert and not flow.is_logging(name) for name in outside) else NONE

    def _entered(self, key: FunctionKey, target: Entered) -> Equation:
        calls, module = self.analysis.calls, self._module(key)
        manager = self.function(key).withs[target.manager]
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
                if place == flows.RECEIVER and self._reaches_out(value):
                    # ``invoice.closed_at = now``, and then ``invoice.save()``.
                    found = Sink.UNKNOWN
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
        held = self.held(key, call, function)
        for name in _params(function, callee.receiver is not None, place):
            yield Into(self._param(key, call, callee, name), result, held)

    def held(self, key: FunctionKey, call: Call, callee: Function) -> Node | Sink:
        """What a method that ``call`` runs keeps in its ``self`` goes on as."""
        function = self.function(key)
        if callee.name in _CONSTRUCTORS and callee.owner is not None:
            # ``super().__init__()`` works on the object of its caller.
            return Sink.KEPT if terminal(call.func) == callee.name else Node(key, call.number)
        if Changed(call.number) in (self._flows(key) or ()):
            return Node(key, Changed(call.number))
        return Sink.KEPT if function.receiver and root_of(call.func) == function.receiver else Sink.LASTS


def _has_one_in(spans: list[Span], region: Region) -> bool:
    """Whether one of ``spans``, which are sorted, begins in ``region``."""
    first = bisect_left(spans, region[:2])
    return first < len(spans) and spans[first][:2] <= region[2:]


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
    return Sink.DURABLE if name in api.DURABLE else NONE


# Calls of the dbos API, the places of the arguments that are no more than a wait or data, and what they are there.
_BY_API: tuple[tuple[frozenset[str], tuple[int | str, ...], Sink], ...] = (
    (api.SLEEP, (0, "seconds"), Sink.SLEEPS),
    (api.RECV, (1, "timeout_seconds"), Sink.WAITS),
    (api.GET_EVENT, (2, "timeout_seconds"), Sink.WAITS),
    (api.SETS_ID, (0, "wfid"), Sink.WAITS),
    (api.SETS_TIMEOUT, (0, "workflow_timeout_sec"), Sink.WAITS),
    (api.SETS_OPTIONS, ("delay_seconds", "priority"), Sink.WAITS),
    (api.WAITS, ("timeout",), Sink.WAITS),
    (api.RECORDS, (1, "value"), Sink.RECORDED),
)
