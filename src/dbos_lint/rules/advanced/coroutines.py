"""Coroutines that never run."""

from __future__ import annotations

import ast

from dbos_lint.catalog import api
from dbos_lint.rules.declared.advanced import (
    MISSING_AWAIT,
)
from dbos_lint.rules.visitor import Here, Visitor
from dbos_lint.semantics.coroutines import makes_coroutine
from dbos_lint.semantics.flow import Flow
from dbos_lint.semantics.summary import DISCARDED, IN_EXPRESSION, ITERATED, KEPT, Call, Function
from dbos_lint.semantics.values import Coroutine, Entity, External, Value


class Coroutines(Visitor):
    """Calls of coroutines that nothing awaits."""

    def __init__(self, here: Here) -> None:
        super().__init__(here)
        self._kept: dict[int, list[tuple[ast.Call, str]]] = {}

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
