"""Where values end up: flows inside functions, put together through calls.

A node is an origin in a function; what becomes of it is what becomes of its targets, as its equation says. The search
goes down only: what becomes of the results of a function, its callers know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from dbos_lint.semantics.ends import NONE, OPEN, Equation, Node, Sink
from dbos_lint.semantics.equations import Equations
from dbos_lint.semantics.flows import Branch, Given, Manager, Origin, Target
from dbos_lint.semantics.values import FunctionKey
from dbos_lint.syntax.spans import Span

if TYPE_CHECKING:
    from dbos_lint.semantics.analysis import Analysis
    from dbos_lint.semantics.facts import Edge


class Sinks:
    """The ends of the values of one project's functions, remembered."""

    __slots__ = ("_known", "analysis", "equations")

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self._known: dict[Node, Sink] = {}
        self.equations = Equations(self.analysis)

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
        held = self.equations.held(key, self.equations.call(key, edge.value), self.equations.function(edge.callee))
        return held if isinstance(held, Sink) else self.of(*held)

    def of_targets(self, key: FunctionKey, targets: tuple[Target, ...]) -> Sink:
        """The ends of what goes to ``targets`` in the function."""
        found = NONE
        for target in targets:
            found |= self._value(self.equations.of_target(key, target), self._node_value)
        return found

    def places(self, key: FunctionKey, origin: Origin) -> Iterator[tuple[Span, Sink]]:
        """The calls and conditions of the function itself to which the value comes, with its ends there."""
        todo = [Node(key, origin)]
        seen = set(todo)
        for node in todo:
            for target in self.equations.targets(node) or ():
                equation = self.equations.of_target(key, target)
                ends = self._value(Equation(equation.ends, (), equation.into), self._node_value)
                if isinstance(target, Given):
                    yield self.equations.call(key, target.call).span, ends
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
        equations: dict[Node, Equation] = {}
        for node in order:
            equation = equations[node] = self.equations.of(node)
            for each in equation.onwards():
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
                ends = self._value(equations[node], look_up)
                if ends != found[node]:
                    found[node] = ends
                    changing = True
        self._known.update(found)
        return found[start]

    @staticmethod
    def _value(equation: Equation, look_up: Callable[[Node], Sink]) -> Sink:
        ends = equation.ends
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
