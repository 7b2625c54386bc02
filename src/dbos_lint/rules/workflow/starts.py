"""How workflows are started."""

from __future__ import annotations

import ast

from dbos_lint.catalog import api, patterns
from dbos_lint.rules.declared.workflow import (
    NOT_A_WORKFLOW,
)
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.enqueues import A_FUNCTION, instead_of_name
from dbos_lint.semantics.sites import Call, Ref
from dbos_lint.semantics.values import Constant, Coroutine, Entity, FunctionValue, Partial, Value


class Starts(Visitor):
    """Starts of what is no workflow."""

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        """A start of something that is not a workflow."""
        for name in self.here.names_called(call):
            # DBS617 speaks of debouncers.
            if name not in api.FUNCTION_ARGUMENT or name in patterns.CREATES_DEBOUNCER:
                continue
            position = api.FUNCTION_ARGUMENT[name]
            if len(call.args) <= position or any(ref is None for ref in call.args[:position]):
                continue
            # DBS409 speaks of arguments that have changed places.
            if position and instead_of_name(self.here.resolve(call.args[0], call)) == A_FUNCTION:
                continue
            target = call.args[position]
            wrong = [self._wrong_target(value) for value in self.here.resolve(target, call)]
            if self._is_durable_call(target, call):
                wrong = ["the result of a call"]
            if wrong and all(wrong):
                method = name.rpartition(".")[2]
                self.here.report(
                    NOT_A_WORKFLOW,
                    call.span,
                    f"{method} is given {wrong[0]}, not a workflow: dbos has no such function registered; "
                    "give it the function that @DBOS.workflow() decorates, and its arguments after it",
                )

    def _is_durable_call(self, ref: Ref, call: Call) -> bool:
        """Whether ``ref`` is what a durable function returns."""
        if not isinstance(ref, tuple) or ref[0] != "call":
            return False
        callees = self.here.resolve(ref[1], call)
        return bool(callees) and all(isinstance(value, Entity) for value in callees)

    def _wrong_target(self, value: Value) -> str:
        """What ``value`` is, if it cannot be started; empty if it can, or if that is unknown."""
        if isinstance(value, Entity):
            # The transactions of 2.x could be started.
            datasource = value.kind == api.TRANSACTION and self.here.targets_at_least(3, 0)
            return "a datasource transaction" if datasource else ""
        if isinstance(value, Coroutine):
            return "a coroutine (the workflow is called)"
        if isinstance(value, Partial):
            return "a functools.partial"
        if isinstance(value, Constant):
            return f"the constant {value.value!r}" if isinstance(value.value, str) else ""
        if isinstance(value, FunctionValue):
            function = self.here.resolver.function(value)
            if function.name == "<lambda>":
                return "a lambda"
            decorated = self.here.resolver.decorated(value)
            if self.here.analysis.calls.is_registered(value):
                return ""
            plain = all(layer[0].ref in ("staticmethod", "classmethod") for layer in decorated.layers)
            return f"the undecorated function '{function.name}'" if plain else ""
        return ""
