"""Coroutines that never run."""

from __future__ import annotations

import ast

from dbos_lint.catalog import api
from dbos_lint.fix import Fix
from dbos_lint.rules.declared.advanced import ASYNC_HANDLE_UNAWAITED, MISSING_AWAIT
from dbos_lint.rules.visitor import Here, Visitor
from dbos_lint.semantics.body import Body
from dbos_lint.semantics.coroutines import is_only_shown, makes_coroutine, used_as_result
from dbos_lint.semantics.sites import DISCARDED, IN_EXPRESSION, ITERATED, KEPT, Call
from dbos_lint.semantics.summary import Function
from dbos_lint.semantics.values import Coroutine, Entity, External, FunctionValue, Instance, Value
from dbos_lint.syntax.trees import unparse

# Calls that make a text of what they are given.
_SHOW = frozenset({"str", "repr", "print"})
_HANDLES = frozenset({api.ASYNC_HANDLE, api.CLIENT_ASYNC_HANDLE})


class Coroutines(Visitor):
    """Calls of coroutines that nothing awaits, and handles that are still coroutines."""

    def __init__(self, here: Here) -> None:
        super().__init__(here)
        self._kept: dict[int, list[tuple[ast.Call, Call, Coroutine]]] = {}

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        if call.flags & (DISCARDED | IN_EXPRESSION | ITERATED | KEPT):
            made = self._coroutine(call)
            if made is None:
                return
            if call.flags & KEPT:
                self._kept.setdefault(self.here.function(call).id, []).append((node, call, made))
            else:
                self._never_awaited(node, call, made)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, function: Function) -> None:
        kept = self._kept.get(function.id)
        if not kept:
            return
        from dbos_lint.semantics.uses import Uses  # few functions keep coroutines

        uses = Uses(node)
        body = self.here.body(function)
        for call, record, made in kept:
            if uses.is_lost(call) or is_only_shown(body, call, lambda user: self._shows(body.record(user))):
                self._never_awaited(call, record, made)
            else:
                self._used(body, call, record, made)

    def _coroutine(self, call: Call) -> Coroutine | None:
        """The coroutine that ``call`` certainly gives, if it is one of dbos."""
        callees = self.here.callees(call)
        outside = callees.names and any(map(api.gives_coroutine, callees.names))
        inside = (callees.durable or callees.runs) and not all(map(self._returns_nothing, callees.values))
        if not (outside or inside):
            return None
        values = self.here.resolve(("call", call.func, call.args, call.keywords), call)
        made = [value for value in values if isinstance(value, Coroutine) and self._maker(value)]
        return made[0] if made and len(made) == len(values) and len({*map(self._maker, made)}) == 1 else None

    def _returns_nothing(self, value: Value) -> bool:
        """Whether calling ``value`` gives no coroutine, to judge by its text alone."""
        function = value.function if isinstance(value, Entity) else value
        if not isinstance(function, FunctionValue):
            return False
        declared = self.here.resolver.function(function)
        return not (declared.is_async or declared.results or declared.yields)

    def _shows(self, call: Call | None) -> bool:
        names = self.here.names_called(call) if call is not None else frozenset()
        return bool(names) and names <= _SHOW

    def _maker(self, value: Coroutine) -> str:
        if isinstance(value.callee, External):
            return f"{value.callee.name.removeprefix('dbos.')}()"
        if isinstance(value.callee, Entity) and makes_coroutine(self.here.resolver, value.callee.function):
            return f"{value.callee.kind} '{self.here.resolver.function(value.callee.function).name}'"
        return ""

    def _never_awaited(self, node: ast.Call, call: Call, made: Coroutine) -> None:
        of_handle = isinstance(made.callee, External) and made.callee.base in _HANDLES
        is_handle = call.flags & IN_EXPRESSION and any(map(_is_handle, made.results))
        self.here.report(
            ASYNC_HANDLE_UNAWAITED if of_handle or is_handle else MISSING_AWAIT,
            node,
            f"coroutine of {self._maker(made)} is never awaited: what it should do never happens; put 'await' before "
            "the call, or asyncio.run() around it where no event loop runs",
            fix=self._mended(node, call),
        )

    def _used(self, body: Body, call: ast.Call, record: Call, made: Coroutine) -> None:
        """A coroutine in a variable that is used as if it had been awaited."""
        use = used_as_result(body, call)
        if use is not None:
            from dbos_lint.semantics.awaits import is_only_asked

            self.here.report(
                ASYNC_HANDLE_UNAWAITED,
                use,
                f"{unparse(use)} is asked of a coroutine: {self._maker(made)}, line {call.lineno}, is not awaited, "
                "so that nothing has been done, and this raises AttributeError; put 'await' before the call there",
                fix=self._mended(call, record) if is_only_asked(body, call) else None,
            )

    def _mended(self, node: ast.Call, call: Call) -> Fix | None:
        return self.here.awaiting.coroutine(self.here.awaiting.site_of(node, call))


def _is_handle(value: Value) -> bool:
    return isinstance(value, Instance) and isinstance(value.type, External) and value.type.name in _HANDLES
