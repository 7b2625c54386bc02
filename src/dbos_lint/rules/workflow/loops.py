"""Loops that make a workflow's history grow: endless ones, and those that poll."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeAlias

from dbos_lint.catalog import api
from dbos_lint.catalog.types import MUTATORS
from dbos_lint.rules.declared.workflow import INPUT_IN_LOOP_CURSOR, POLLING_LOOP
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.body import Body
from dbos_lint.semantics.effects import RECEIVES, UNKNOWN_ARGUMENTS, WORKFLOW_ONLY, source_of
from dbos_lint.semantics.sites import Call
from dbos_lint.semantics.summary import Function
from dbos_lint.semantics.values import External
from dbos_lint.syntax.spans import Span
from dbos_lint.syntax.trees import is_constant

_Loop: TypeAlias = ast.For | ast.AsyncFor | ast.While
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_ENDLESS_ITERATORS = frozenset({"itertools.count", "itertools.cycle"})
# Durable calls by which a loop that waits says how far it is.
_REPORTS = frozenset(
    f"{api.DBOS}.{name}{twin}"
    for name in ("set_event", "write_stream", "update_workflow_attributes")
    for twin in ("", "_async")
)
# The kind of what sleeps without dbos.
_SLEEP = "sleep"
_NON_DURABLE_SLEEPS = frozenset({"time.sleep", "asyncio.sleep"})


class Loops(Visitor):
    """Loops in workflow code that somebody, or nobody, has to end."""

    def visit_Loop(self, node: _Loop, function: Function) -> None:
        here = self.here
        if here.enabled.isdisjoint((POLLING_LOOP.code, INPUT_IN_LOOP_CURSOR.code)):
            return
        if not isinstance(node, ast.While) and not isinstance(node.iter, ast.Call):
            return
        if not here.contexts.runs_as(function.id, api.WORKFLOW):
            return
        body = here.body(function)
        durable = list(here.durable_calls(body, node))
        if durable and self._goes_on(node, body) and self._is_endless(node, body):
            here.report(
                INPUT_IN_LOOP_CURSOR,
                _head(node),
                f"an unbounded loop of durable calls in '{function.name}': the workflow's history grows as long as it "
                "runs, and recovery replays all of it; let a schedule start each round, or start a child workflow",
            )
        elif durable and isinstance(node, ast.While):
            asked = self._polls(node, body, durable)
            if asked:
                advice = (
                    "and the answer comes late; wait for a message (DBOS.recv), an event (DBOS.get_event) or a handle"
                )
                if all(map(self._tells_time, asked)):
                    advice = "and it wakes up late; sleep once, for the time that is left"
                what = f"'{function.name}' sleeps and asks again: each round is recorded"
                here.report(POLLING_LOOP, _head(node), f"{what}, {advice}")

    # ------------------------------------------------------------------ endless

    def _goes_on(self, node: _Loop, body: Body) -> bool:
        """Whether the head of the loop never ends it."""
        if isinstance(node, ast.While):
            return isinstance(node.test, ast.Constant) and bool(node.test.value)
        call = body.record(node.iter) if isinstance(node.iter, ast.Call) else None
        return call is not None and not self.here.names_called(call).isdisjoint(_ENDLESS_ITERATORS)

    def _is_endless(self, node: _Loop, body: Body) -> bool:
        """Whether nothing but what a message says ends the loop."""
        messages = self._messages(node, body)
        return all(
            any(messages & _names(test) and not _is_nothing(test) for test in _conditions(leaving, node, body))
            for leaving in _exits(node, body)
        )

    def _messages(self, node: _Loop, body: Body) -> set[str]:
        """The names that hold what the loop receives, or something made of that, and nothing else."""
        found: set[str] = set()
        others: set[str] = set()
        for target, value in _assignments(node, body):
            received = (found - others) & _names(value) or any(self._receives(call) for _, call in body.calls(value))
            (found if received and not _is_nothing(value) else others).update(_names(target))
        return found - others

    def _receives(self, call: Call) -> bool:
        callees = self.here.callees(call)
        return not callees.names.isdisjoint(api.RECV) or any(
            RECEIVES in self.here.analysis.reach(self.here.resolver.key(callee)) for callee in callees.runs
        )

    # ------------------------------------------------------------------ polling

    def _polls(self, node: ast.While, body: Body, durable: list[tuple[ast.Call, Call]]) -> list[Call]:
        """The durable calls, each asked the same thing in each round, whose answer is all that the loop goes on for, if
        it does nothing else but sleep."""
        if not any(self._sleeps(call) and not _in_handler(made, node, body) for made, call in body.calls(*node.body)):
            return []
        conditions = [node.test, *(test for exit in _exits(node, body) for test in _conditions(exit, node, body))]
        changed = _changed(node, body)
        asked: list[Call] = []
        for made, call in durable:
            if self._sleeps(call) or not self.here.names_called(call).isdisjoint(_REPORTS):
                continue
            if self._receives(call) or changed & _names(*made.args, *(word.value for word in made.keywords)):
                return []
            if not _decides(made, node, body, conditions):
                return []
            asked.append(call)
        return asked

    def _tells_time(self, call: Call) -> bool:
        """Whether a durable call does nothing but read the clock."""
        here, callees = self.here, self.here.callees(call)
        steps = [entity.function for entity in callees.durable] + [function for _, function in callees.delegations]
        kinds = {reach.effect.kind for step in steps for reach in here.analysis.reach(here.resolver.key(step)).values()}
        if not callees.names.isdisjoint(api.RUNS_STEP) and len(call.args) > 1:
            for value in here.resolve(call.args[1], call):
                if isinstance(value, External):
                    source = source_of(here.analysis.observer.nondeterminism, value, UNKNOWN_ARGUMENTS)
                    kinds.add(source.kind if source is not None else "")
        return kinds == {"clock"}

    def _sleeps(self, call: Call) -> bool:
        callees = self.here.callees(call)
        if not callees.names.isdisjoint(api.SLEEP | _NON_DURABLE_SLEEPS):
            return True
        for callee in callees.runs:
            reach = self.here.analysis.reach(self.here.resolver.key(callee))
            if _SLEEP in reach or (WORKFLOW_ONLY in reach and reach[WORKFLOW_ONLY].effect.name in api.SLEEP):
                return True
        return False


def _head(node: _Loop) -> Span:
    test = node.test if isinstance(node, ast.While) else node.iter
    return Span(node.lineno, node.col_offset, test.end_lineno or node.lineno, test.end_col_offset or node.col_offset)


def _is_nothing(test: ast.expr) -> bool:
    """Whether ``test`` holds when the wait for a message was in vain: ``message is None``, ``not message``."""
    if isinstance(test, ast.BoolOp):
        return any(map(_is_nothing, test.values))
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return isinstance(test.operand, ast.Name)
    sides = [test.left, *test.comparators] if isinstance(test, ast.Compare) else []
    return any(is_constant(side, None) for side in sides)


def _exits(node: _Loop, body: Body) -> Iterator[ast.stmt]:
    """The statements that leave the loop."""
    for inner in body.walk(*node.body):
        if isinstance(inner, (ast.Return, ast.Raise)):
            yield inner
        elif isinstance(inner, ast.Break):
            loop = next((around for around in body.ancestors(inner) if isinstance(around, _LOOPS)), None)
            if loop is node:
                yield inner


def _conditions(leaving: ast.stmt, node: _Loop, body: Body) -> Iterator[ast.expr]:
    """The tests under which ``leaving`` is reached in a round of the loop."""
    for around in body.ancestors(leaving):
        if around is node:
            return
        if isinstance(around, ast.If):
            yield around.test
        elif isinstance(around, ast.Match):
            yield around.subject


def _assignments(node: _Loop, body: Body) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What the loop binds, and to what."""
    head = node.test if isinstance(node, ast.While) else node.iter
    for inner in body.walk(head, *node.body):
        if isinstance(inner, ast.Assign):
            yield from ((target, inner.value) for target in inner.targets)
        elif isinstance(inner, (ast.AnnAssign, ast.AugAssign, ast.NamedExpr)) and inner.value is not None:
            yield inner.target, inner.value
        elif isinstance(inner, (ast.For, ast.AsyncFor)):
            yield inner.target, inner.iter


def _changed(node: ast.While, body: Body) -> set[str]:
    """The names that are not the same in each round."""
    found = {name for target, _ in _assignments(node, body) for name in _names(target)}
    for made, _ in body.calls(*node.body):
        if isinstance(made.func, ast.Attribute) and made.func.attr in MUTATORS:
            found |= _names(made.func.value)
    return found


def _decides(made: ast.Call, node: ast.While, body: Body, conditions: list[ast.expr]) -> bool:
    """Whether the loop goes on, or ends, by what ``made`` gives."""
    answers: set[str] = set()
    for target, value in _assignments(node, body):
        if any(inner is made for inner in ast.walk(value)) or answers & _names(value):
            answers |= _names(target)
    return any(answers & _names(test) or any(inner is made for inner in ast.walk(test)) for test in conditions)


def _in_handler(made: ast.Call, node: ast.While, body: Body) -> bool:
    for around in body.ancestors(made):
        if around is node:
            return False
        if isinstance(around, ast.ExceptHandler):
            return True
    return False


def _names(*nodes: ast.AST) -> set[str]:
    return {inner.id for node in nodes for inner in ast.walk(node) if isinstance(inner, ast.Name)}
