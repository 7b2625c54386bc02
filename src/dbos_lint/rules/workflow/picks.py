"""One element of a set, or of a list in its order: which one it is differs in each process."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from dbos_lint.catalog import api
from dbos_lint.diagnostic import Level
from dbos_lint.rules.declared.workflow import UNORDERED_ITERATION_IN_WORKFLOW
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.body import Body
from dbos_lint.semantics.orders import Orders, Unordered
from dbos_lint.semantics.refs import receiver_and_method, terminal
from dbos_lint.semantics.scoping import place_of
from dbos_lint.semantics.sites import Call, Ref
from dbos_lint.semantics.summary import Function
from dbos_lint.semantics.values import External
from dbos_lint.syntax.trees import unparse

_COLLECTS = frozenset({"list", "tuple"})
_TAKES = frozenset({"pop", "popleft"})
_TAKEN_FROM = frozenset({"set", "frozenset", "list", "collections.deque"})
_PICKS = _COLLECTS | _TAKES | {"next"}


class Picks(Visitor):
    """Workflow code that takes one element out of a set, or of a list that was made of one."""

    def visit_module(self) -> None:
        here = self.here
        if UNORDERED_ITERATION_IN_WORKFLOW.code not in here.enabled:
            return
        for id in sorted(here.contexts.running[api.WORKFLOW]):
            function = here.module.functions[id]
            if function.name == "<lambda>" or not any(map(_may_pick, function.calls)):
                continue
            body = here.body(function)
            if next(here.durable_calls(body), None) is not None:
                for node, taken in self._picked(body):
                    self._judge(function, body, node, taken)

    def _picked(self, body: Body) -> Iterator[tuple[ast.expr, ast.expr]]:
        """The expressions that take one element, each with what it is taken from."""
        orders = Orders(self.here.resolver)
        for node in body.walk():
            if isinstance(node, ast.Call):
                call = body.record(node)
                if call is not None and self._is_pick(call, orders):
                    yield node, node.func.value if isinstance(node.func, ast.Attribute) else node.args[0]
            elif isinstance(node, ast.Subscript) and _is_number(node.slice) and isinstance(node.value, ast.Call):
                call = body.record(node.value)
                if call is not None and self._is_list_of_set(call, orders):
                    yield node, node.value.args[0]

    def _is_pick(self, call: Call, orders: Orders) -> bool:
        name = terminal(call.func)
        if name in _TAKES:
            target, _ = receiver_and_method(call.func)
            taken = any(
                isinstance(value, External) and value.base in _TAKEN_FROM for value in self.here.callees(call).values
            )
            return taken and self._is_unordered(target, call, orders)
        if name == "next" and call.args and "next" in self.here.names_called(call):
            made = call.args[0]
            is_iterator = isinstance(made, tuple) and made[:2] == ("call", "iter")
            return is_iterator and self._is_unordered(made, call, orders)
        return False

    def _is_list_of_set(self, call: Call, orders: Orders) -> bool:
        makes_list = len(call.args) == 1 and not self.here.names_called(call).isdisjoint(_COLLECTS)
        return makes_list and self._is_unordered(call.args[0], call, orders)

    def _is_unordered(self, ref: Ref, call: Call, orders: Orders) -> bool:
        place = place_of(call)
        return orders.of(self.here.module, ref, place) is Unordered.SET

    def _judge(self, function: Function, body: Body, node: ast.expr, taken: ast.expr) -> None:
        here = self.here
        while isinstance(taken, ast.Call) and taken.args:
            taken = taken.args[0]
        sink = here.sinks(node)
        if not sink.matters or _is_the_only_one(body, taken):
            return
        chain = here.contexts.chain(api.WORKFLOW, here.value(function).key)
        trace = tuple(here.step(key) for key in chain)
        here.report(
            UNORDERED_ITERATION_IN_WORKFLOW,
            node,
            f"an element of {unparse(taken)} is taken in the order of a set while workflow '{trace[0].label}' runs: it "
            "is another in each process, and recovery goes on with another; take min(...), or sort what it is taken of",
            trace,
            level=None if sink.repeats else Level.WARNING,
        )


def _may_pick(call: Call) -> bool:
    return terminal(call.func) in _PICKS


def _is_number(node: ast.expr) -> bool:
    node = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(node, ast.Constant) and isinstance(node.value, int)


def _is_the_only_one(body: Body, taken: ast.expr) -> bool:
    """Whether the function asks whether there is just one element."""
    counted = f"len({unparse(taken)})"
    for node in body.walk():
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            told = any(isinstance(side, ast.Constant) and side.value in (1, 2) for side in sides)
        elif isinstance(node, ast.Match):
            sides = [node.subject]
            patterns = (case.pattern for case in node.cases)
            told = any(isinstance(each, ast.MatchValue) and unparse(each.value) in ("1", "2") for each in patterns)
        else:
            continue
        if told and any(unparse(side) == counted for side in sides):
            return True
    return False
