"""Async code, patching and versions."""

from __future__ import annotations

import ast

from dbos_lint.catalog import api
from dbos_lint.diagnostic import Rule
from dbos_lint.rules.declared.advanced import (
    BLOCKING_CALL_IN_EVENT_LOOP,
    MISSING_AWAIT,
    SYNC_CALL_IN_EVENT_LOOP,
)
from dbos_lint.rules.visitor import Here, Visitor
from dbos_lint.semantics.contexts import LOOP, Reached
from dbos_lint.semantics.coroutines import makes_coroutine
from dbos_lint.semantics.effects import BLOCKS_LOOP, HANDLE, RAISES_IN_LOOP
from dbos_lint.semantics.flow import Flow
from dbos_lint.semantics.summary import DISCARDED, IN_EXPRESSION, ITERATED, KEPT, Call, Function
from dbos_lint.semantics.values import Coroutine, Entity, External, Value

_ANOTHER_WAY = {
    "dbos.DBOS.read_stream": "iterate with 'async for' over DBOS.read_stream_async()",
    "dbos.StepReservation.run": "await its run_async()",
}
# What blocks the event loop: how to do it otherwise. Only what runs a whole workflow matters outside workflows.
_INSTEAD = {
    api.WORKFLOW: "await asyncio.to_thread(), or put it on a queue with await DBOS.enqueue_workflow_async()",
    api.STEP: "await asyncio.to_thread(), which dbos records, or make the step async",
    api.TRANSACTION: "await asyncio.to_thread(), which dbos records, or use an AsyncSQLAlchemyDatasource",
    HANDLE: "use a handle of the _async calls and await its get_result(), or await asyncio.to_thread()",
}


class AdvancedVisitor(Visitor):
    """What must not be done while an event loop runs, and coroutines that never run."""

    def __init__(self, here: Here) -> None:
        super().__init__(here)
        self._kept: dict[int, list[tuple[ast.Call, str]]] = {}

    # ------------------------------------------------------------------ in an event loop

    def visit_effect(self, reached: Reached) -> None:
        if reached.context == LOOP:
            if reached.effect.kind == RAISES_IN_LOOP:
                self._raises(reached)
            elif reached.effect.kind == BLOCKS_LOOP:
                self._blocks(reached)

    def _raises(self, reached: Reached) -> None:
        name = reached.effect.name
        instead = _ANOTHER_WAY.get(name) or f"await {api.RAISES_IN_LOOP[name]}()"
        if len(reached.chain) > 1:
            instead += " in async code, or run the synchronous code with await asyncio.to_thread()"
        what = f"{reached.effect.label} is called while an event loop runs"
        self._report(SYNC_CALL_IN_EVENT_LOOP, reached, f"{what}{{}}: dbos raises RuntimeError; {instead}")

    def _blocks(self, reached: Reached) -> None:
        kind = reached.effect.detail
        in_workflow = self.here.contexts.runs_as(reached.function.id, api.WORKFLOW)
        if kind in (api.STEP, api.TRANSACTION) and not in_workflow:
            return
        what = f"{reached.effect.label} {'waits for a workflow' if kind == HANDLE else f'runs a synchronous {kind}'}"
        why = "nothing else runs there until it ends"
        self._report(BLOCKING_CALL_IN_EVENT_LOOP, reached, f"{what} in the event loop{{}}: {why}; {_INSTEAD[kind]}")

    def _report(self, rule: Rule, reached: Reached, message: str) -> None:
        trace = self.here.trace(reached)
        self.here.report(rule, reached.span, message.format(self.here.route(trace)), trace)

    # ------------------------------------------------------------------ coroutines

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        if call.flags & (DISCARDED | IN_EXPRESSION | ITERATED | KEPT):
            name = self._coroutine(call)
            if name is None:
                return
            if call.flags & KEPT:
                self._kept.setdefault(self.here.function(call).id, []).append((node, name))
            else:
                self._never_awaited(node, name)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, function: Function) -> None:
        flow = Flow(node)
        for call, name in self._kept.get(function.id, ()):
            if flow.is_lost(call):
                self._never_awaited(call, name)

    def _coroutine(self, call: Call) -> str | None:
        """What gives the coroutine that ``call`` certainly returns, if it is one of dbos."""
        callees = self.here.callees(call)
        outside = callees.names and any(map(api.gives_coroutine, callees.names))
        if not (outside or callees.durable or callees.runs):
            return None
        values = self.here.resolve(("call", call.func, call.args, call.keywords), call)
        names = {self._maker(value) for value in values}
        return names.pop() if len(names) == 1 else None

    def _maker(self, value: Value) -> str | None:
        if not isinstance(value, Coroutine):
            return None
        if isinstance(value.callee, External):
            return f"{value.callee.name.removeprefix('dbos.')}()"
        if isinstance(value.callee, Entity) and makes_coroutine(self.here.resolver, value.callee.function):
            return f"{value.callee.kind} '{self.here.resolver.function(value.callee.function).name}'"
        return None

    def _never_awaited(self, node: ast.Call, name: str) -> None:
        self.here.report(
            MISSING_AWAIT,
            node,
            f"coroutine of {name} is never awaited: what it should do never happens; put 'await' before the call, "
            "or asyncio.run() around it where no event loop runs",
        )
