"""What steps and transactions give back: dbos stores it."""

from __future__ import annotations

import ast

from dbos_lint.catalog import api
from dbos_lint.rules.declared.step import UNSERIALIZABLE_STEP_RESULT
from dbos_lint.rules.visitor import Here, Visitor
from dbos_lint.semantics.data import returned
from dbos_lint.semantics.pickling import Pickling
from dbos_lint.semantics.scoping import Place
from dbos_lint.semantics.serializers import OTHER
from dbos_lint.semantics.sites import Call
from dbos_lint.semantics.summary import Function
from dbos_lint.semantics.values import External, FunctionValue
from dbos_lint.syntax.spans import Span

_WHY = (
    "pickle refuses it, so nothing is recorded and the workflow fails after the step has run; use it inside the step, "
    "and return data"
)
# A synchronous step that returns one is DBS311's business.
_COROUTINE = "a coroutine"


class Results(Visitor):
    """Results of steps that cannot be stored."""

    calls = api.RUNS_STEP
    called = (FunctionValue,)

    def __init__(self, here: Here) -> None:
        super().__init__(here)
        self._pickling = Pickling(here.resolver)
        self._judged: set[int] = set()

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, function: Function) -> None:
        entity = self.here.entity(function)
        if entity is None or entity.kind == api.WORKFLOW or function.is_generator:
            return
        if not self._returns(function, f"{entity.kind} '{function.name}'") and node.returns is not None:
            refused = self._pickling.of(self.here.module, function.returns, self.here.place(function))
            self._report(node.returns, refused, f"{entity.kind} '{function.name}'")

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        """``DBOS.run_step(None, f)``: what ``f`` returns is stored, too."""
        for _, callee in self.here.callees(call).delegations:
            function = self.here.resolver.function(callee)
            if function.is_generator:
                continue
            if callee.module == self.here.module.path and function.name != "<lambda>":
                # A durable function is judged where it is declared.
                if function.id not in self.here.contexts.entities:
                    self._returns(function, f"'{function.name}', run as a step,")
            else:
                name = "the step" if function.name == "<lambda>" else f"the step '{function.name}'"
                self._report(call.span, self._result_of(callee), name)
        if not self.here.names_called(call).isdisjoint(api.RUNS_STEP):
            for value in self.here.analysis.calls.argument(self.here.module, call, 1, "func"):
                if isinstance(value, External):
                    self._report(call.span, self._pickling.called(value, 0), f"the step '{value.name}'")

    def _result_of(self, callee: FunctionValue) -> str:
        function = self.here.resolver.function(callee)
        if function.decorators:
            return ""
        module = self.here.resolver.module(callee.module)
        place = Place(module.scopes[function.scope].parent)
        return self._pickling.result_of(callee) or self._pickling.of(module, function.returns, place)

    def _returns(self, function: Function, what: str) -> bool:
        """Report what a function of this file returns, and say whether there was something to report."""
        if function.id in self._judged:
            return False
        self._judged.add(function.id)
        found = [
            self._report(
                expression, self._pickling.of(self.here.module, ref, place), what, runs_async=function.is_async
            )
            for expression, ref, place in returned(self.here.body(function), function)
        ]
        return any(found)

    def _report(self, span: ast.expr | Span, refused: str, what: str, *, runs_async: bool = False) -> bool:
        if not refused or (refused == _COROUTINE and not runs_async) or self.here.serializer == OTHER:
            return False
        self.here.report(UNSERIALIZABLE_STEP_RESULT, span, f"{what} returns {refused}: {_WHY}")
        return True
