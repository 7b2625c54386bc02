"""What steps do to the objects that a workflow gives them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from dbos_lint.catalog import api
from dbos_lint.diagnostic import TraceStep
from dbos_lint.rules.declared.step import STEP_MUTATES_ARGUMENT
from dbos_lint.rules.visitor import Here, Visitor
from dbos_lint.semantics.sites import Call, Param
from dbos_lint.semantics.values import Entity, FunctionKey, FunctionValue
from dbos_lint.semantics.writes import Change, changes_of_parameters, is_container
from dbos_lint.syntax.spans import Span


class Arguments(Visitor):
    """Steps that change what they are given, and workflows that go on with it."""

    calls = api.RUNS_STEP
    called = (Entity,)

    def __init__(self, here: Here) -> None:
        super().__init__(here)
        self._changes: dict[FunctionKey, tuple[Change, ...]] = {}
        self._told: set[Span] = set()

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        step = self._step(call)
        changes = self._changes_of(step) if step is not None and (node.args or node.keywords) else ()
        if step is None or not changes or not self._is_in_workflow(call):
            return
        from dbos_lint.semantics.afterwards import is_used_after  # few steps change what they are given

        body = self.here.body(self.here.function(call))
        for param, argument, ref in self._given(step, node, call):
            mine = [change for change in changes if change.parameter == param.name]
            if not mine or not isinstance(argument, ast.Name) or not is_used_after(body, node, argument.id):
                continue
            is_list = any(map(is_container, self.here.resolve(ref, call)))
            for change in mine:
                if is_list or not change.if_container:
                    self._report(step, change, argument.id, call)

    def _step(self, call: Call) -> FunctionValue | None:
        """The step or transaction that ``call`` runs."""
        callees = self.here.callees(call)
        if callees.durable:
            entity = callees.durable[0]
            return entity.function if len(callees.durable) == 1 and entity.kind != api.WORKFLOW else None
        if not callees.delegations or callees.names.isdisjoint(api.RUNS_STEP):
            return None
        return callees.delegations[0][1] if len(callees.delegations) == 1 else None

    def _changes_of(self, step: FunctionValue) -> tuple[Change, ...]:
        if step.key not in self._changes:
            self._changes[step.key] = tuple(changes_of_parameters(self.here.analysis.calls, step))
        return self._changes[step.key]

    def _is_in_workflow(self, call: Call) -> bool:
        function = self.here.function(call)
        return function.name != "<lambda>" and self.here.contexts.runs_as(function.id, api.WORKFLOW)

    def _given(self, step: FunctionValue, node: ast.Call, call: Call) -> Iterator[tuple[Param, ast.expr, object]]:
        """The parameters of ``step`` for which ``call`` gives something."""
        params = [param for param in self.here.resolver.function(step).params if param.kind != "kwarg"]
        if step.receiver is not None:
            params = params[1:]
        skipped = 0 if self.here.callees(call).durable else 2
        positional = [*zip(node.args, call.args, strict=True)][skipped:]
        if any(isinstance(argument, ast.Starred) for argument in node.args):
            return
        for param, (argument, ref) in zip(params, positional, strict=False):
            yield param, argument, ref
        by_name = {param.name: param for param in params}
        for keyword, (_, ref) in zip(node.keywords, call.keywords, strict=True):
            if keyword.arg in by_name:
                yield by_name[keyword.arg], keyword.value, ref

    def _report(self, step: FunctionValue, change: Change, variable: str, call: Call) -> None:
        here = self.here
        is_here = step.module == here.module.path
        span = change.span if is_here else call.span
        if span in self._told:
            return
        self._told.add(span)
        caller = here.function(call)
        trace = [
            TraceStep(caller.qualname, here.module.path, caller.span.row),
            here.step(step.key),
            TraceStep(change.label, step.module, change.span.row),
        ]
        name = here.resolver.function(step).name
        here.report(
            STEP_MUTATES_ARGUMENT,
            span,
            f"step '{name}' changes {change.label}, and workflow code goes on with {variable}: a finished step is not "
            "run again on recovery, so the change is lost there; return what is new, and let the workflow take it",
            trace,
        )
