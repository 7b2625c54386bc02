"""Debouncers: what they are made for."""

from __future__ import annotations

import ast

from dbos_lint.catalog import api, patterns
from dbos_lint.rules.declared.pattern import DEBOUNCER_ON_METHOD
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.declarations import is_transparent
from dbos_lint.semantics.sites import Call
from dbos_lint.semantics.values import Coroutine, Entity, FunctionValue, Partial, Value

_INSTEAD = "give it the function that @DBOS.workflow() decorates"


class Debouncers(Visitor):
    """Calls of ``Debouncer.create``."""

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        if self.here.names_called(call).isdisjoint(patterns.CREATES_DEBOUNCER):
            return
        values = self.here.analysis.calls.argument(self.here.module, call, 0, "workflow")
        wrong = [self._wrong(value) for value in values]
        if wrong and all(wrong):
            self.here.report(DEBOUNCER_ON_METHOD, call.span, f"Debouncer.create is given {wrong[0]}")

    def _wrong(self, value: Value) -> str:
        """What is wrong with a debouncer for ``value``; empty if nothing is, or if that is unknown."""
        resolver = self.here.resolver
        if isinstance(value, Entity):
            if value.kind != api.WORKFLOW:
                return f"a {value.kind}: it raises when it debounces; make it a workflow"
            function = resolver.function(value.function)
            names = resolver.decorator_names(resolver.module(value.function.module), function)
            if function.owner is None or "staticmethod" in names:
                return ""
            return (
                f"the method '{function.qualname}': dbos has no {'class' if 'classmethod' in names else 'instance'} to "
                "call it on later, and refuses it; debounce a workflow function that calls it"
            )
        if isinstance(value, FunctionValue) and not self.here.analysis.calls.is_registered(value):
            function = resolver.function(value)
            if is_transparent(resolver, value):
                kind = "a lambda" if function.name == "<lambda>" else f"the undecorated function '{function.name}'"
                return f"{kind}: dbos has no such workflow and raises; {_INSTEAD}"
        if isinstance(value, Partial):
            return f"a functools.partial, which is no workflow, and raises; {_INSTEAD}"
        if isinstance(value, Coroutine):
            return f"a coroutine, which is no workflow (it is called here), and raises; {_INSTEAD}"
        return ""
