"""Synchronous things that are awaited, and a synchronous workflow that is started as if it were not."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dbos_lint.catalog import api
from dbos_lint.fix import Applicability, Fix
from dbos_lint.rules.declared.advanced import ASYNC_HANDLE_UNAWAITED
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.coroutines import makes_coroutine
from dbos_lint.semantics.declarations import given
from dbos_lint.semantics.sites import AWAITED, Call
from dbos_lint.semantics.values import Coroutine, Entity, External, Instance, Value
from dbos_lint.syntax.trees import unparse

if TYPE_CHECKING:
    from dbos_lint.rules.awaiting import Site

_STARTS = f"{api.DBOS}.start_workflow_async"
# What gives something that cannot be awaited; calls that raise in an event loop anyway are DBS901's.
_SYNCHRONOUS = api.WAITS_IN_LOOP.keys() | {f"{api.HANDLE}.get_result", f"{api.CLIENT_HANDLE}.get_result"}


class Handles(Visitor):
    """``await`` of what is synchronous."""

    calls = _SYNCHRONOUS | {_STARTS}
    called = (Entity,)

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        if call.flags & AWAITED:
            values = self.here.callees(call).values
            if values and all(map(self._is_synchronous, values)) and not self._gives_awaitable(call):
                self._awaited(node, call, values[0])
        if self.here.names_called(call) == {_STARTS}:
            self._started(node, call)

    def _is_synchronous(self, value: Value) -> bool:
        if isinstance(value, External):
            return value.name in _SYNCHRONOUS
        return isinstance(value, Entity) and makes_coroutine(self.here.resolver, value.function) is False

    def _gives_awaitable(self, call: Call) -> bool:
        """Whether a synchronous function gives a coroutine that another made."""
        given = self.here.resolve(("call", call.func, call.args, call.keywords), call)
        return any(
            isinstance(value, Coroutine)
            or (isinstance(value, Instance) and isinstance(value.type, External) and _is_awaitable(value.type.name))
            for value in given
        )

    def _awaited(self, node: ast.Call, call: Call, value: Value) -> None:
        what = f"{unparse(node.func)}()"
        if isinstance(value, Entity):
            name = self.here.resolver.function(value.function).name
            why = f"{value.kind} '{name}' runs, and then its result cannot be awaited"
            advice = f"make the {value.kind} async, or await asyncio.to_thread()"
        else:
            why = "it does its work, and then what it gives cannot be awaited"
            twin = api.WAITS_IN_LOOP.get(value.name) if isinstance(value, External) else ""
            advice = f"await {twin}()" if twin else "use a handle of the _async calls, or await asyncio.to_thread()"
        site = self.here.awaiting.site_of(node, call)
        asked = self.here.awaiting.twin(site)
        fix = asked._replace(applicability=Applicability.UNSAFE) if asked is not None else self._on_thread(site)
        self._report(node, f"{what} is awaited, and is synchronous: {why} (TypeError); {advice}", fix)

    def _on_thread(self, site: Site | None) -> Fix | None:
        """Runs it in a thread, unless what it gives is a handle that may be awaited as well."""
        if site is None or (self.here.awaiting.name(site) in api.GIVES_HANDLE and self._is_awaited_too(site)):
            return None
        from dbos_lint.rules.advanced.threads import Threads

        return Threads(self.here).fix(site)

    def _is_awaited_too(self, site: Site) -> bool:
        from dbos_lint.semantics.awaits import handle_uses

        uses = handle_uses(site.body, site.whole)
        return uses is None or any(isinstance(site.body.parent(use), ast.Await) for use in uses)

    def _started(self, node: ast.Call, call: Call) -> None:
        target = self.here.resolve(given(call, 0, ("func",)), call)
        synchronous = [
            value.function
            for value in target
            if isinstance(value, Entity) and makes_coroutine(self.here.resolver, value.function) is False
        ]
        if synchronous and len(synchronous) == len(target):
            name = self.here.resolver.function(synchronous[0]).name
            self._report(
                node,
                f"start_workflow_async() of the synchronous '{name}': its body runs, and then it ends in ERROR, since "
                "its result cannot be awaited; make it async def, or put it on a queue with enqueue_workflow_async()",
            )

    def _report(self, node: ast.Call, message: str, fix: Fix | None = None) -> None:
        self.here.report(ASYNC_HANDLE_UNAWAITED, node, message, fix=fix)


def _is_awaitable(name: str) -> bool:
    return name.rpartition(".")[2] in ("Awaitable", "Coroutine", "Future", "Task")
