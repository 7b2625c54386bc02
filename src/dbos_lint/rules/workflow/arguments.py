"""What started workflows, and steps that are run by ``run_step``, are given."""

from __future__ import annotations

import ast
import os

from dbos_lint.catalog import api
from dbos_lint.rules.declared.workflow import WORKFLOW_ARGUMENT_MISMATCH
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.signatures import Arguments, misfit, parameters
from dbos_lint.semantics.sites import Call
from dbos_lint.semantics.values import Entity, FunctionValue

# Calls that hand their arguments on to a function, with the position of that function.
_TARGETS: dict[str, int] = {
    **{name: place for name, place in api.FUNCTION_ARGUMENT.items() if name in api.STORES_ARGUMENTS},
    **dict.fromkeys(api.RUNS_STEP, 1),
}


class Fit(Visitor):
    """Arguments that the function they are meant for cannot take."""

    calls = _TARGETS.keys()

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        for name in self.here.names_called(call) & _TARGETS.keys():
            position = _TARGETS[name]
            if len(node.args) > position and not any(map(_is_starred, node.args[: position + 1])):
                self._judge(name, position, node, call)

    def _judge(self, name: str, position: int, node: ast.Call, call: Call) -> None:
        targets = self.here.resolve(call.args[position], call)
        target = targets[0] if len(targets) == 1 else None
        if not isinstance(target, (Entity, FunctionValue)):
            return
        params = parameters(self.here.resolver, target)
        wrong = misfit(params, _arguments(node, position + 1)) if params is not None else ""
        if not wrong:
            return
        if name in api.RUNS_STEP:
            then = "the step raises TypeError"
        else:
            then = "dbos does not look at the arguments, and the workflow fails in the background with TypeError"
        self.here.report(
            WORKFLOW_ARGUMENT_MISMATCH,
            call.span,
            f"{name.rpartition('.')[2]} calls {self._named(target)} with arguments that do not fit: {wrong}; {then}",
        )

    def _named(self, target: Entity | FunctionValue) -> str:
        value = target.function if isinstance(target, Entity) else target
        function = self.here.resolver.function(value)
        where = "line " if value.module == self.here.module.path else f"{os.path.basename(value.module)}:"
        name = "the lambda" if function.name == "<lambda>" else f"'{function.name}'"
        return f"{name} ({where}{function.span.row})"


def _arguments(node: ast.Call, start: int) -> Arguments:
    """What ``node`` gives from the argument at ``start`` on."""
    args = node.args[start:]
    return Arguments(
        sum(not _is_starred(arg) for arg in args),
        tuple(keyword.arg for keyword in node.keywords if keyword.arg is not None),
        any(map(_is_starred, args)),
        any(keyword.arg is None for keyword in node.keywords),
    )


def _is_starred(node: ast.expr) -> bool:
    return isinstance(node, ast.Starred)
