"""The decorators of dbos, and foreign ones around them."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from dbos_lint.catalog import api
from dbos_lint.fix import Fix
from dbos_lint.rules.declared.lifecycle import (
    DECORATOR_WITHOUT_CALL,
    OUTER_DECORATOR_SKIPPED,
    ROUTE_UNDER_WORKFLOW,
)
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.layers import Layer, layers
from dbos_lint.semantics.refs import uncalled
from dbos_lint.semantics.scoping import Place
from dbos_lint.semantics.sites import Call, Decorator
from dbos_lint.semantics.summary import Class, Function
from dbos_lint.semantics.values import Constant, External, Values


class Decorators(Visitor):
    """Decorators without parentheses, and decorators in the wrong order."""

    calls = api.KEYWORDS_ONLY | api.DECORATORS.keys()

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, function: Function) -> None:
        if function.decorators:
            layers = self.here.resolver.decorated(self.here.value(function)).layers
            self._without_parentheses(reversed(layers))
            self._between_decorators(function)

    def visit_ClassDef(self, node: ast.ClassDef, klass: Class) -> None:
        resolver, place = self.here.resolver, Place(klass.parent_scope, klass.span.row)
        self._without_parentheses(
            (each, resolver.resolve(self.here.module, each.ref, place)) for each in klass.decorators
        )

    def _without_parentheses(self, decorators: Iterable[tuple[Decorator, Values]]) -> None:
        for decorator, values in decorators:
            named = {value.name for value in values if isinstance(value, External)}
            if named and named <= api.NEEDS_PARENTHESES:
                name = named.pop().removeprefix("dbos.")
                if not self.here.has(name):
                    continue  # with parentheses it would raise as well
                from dbos_lint.rules.lifecycle import reorder

                self.here.report(
                    DECORATOR_WITHOUT_CALL,
                    decorator.span,
                    f"@{name} is applied without parentheses, so that what is below it becomes its argument: "
                    f"write @{name}{'(...)' if name.endswith('roles') else '()'}",
                    fix=reorder.called(name, decorator.span),
                )

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        names = self.here.names_called(call)
        if names == {api.ALERT_HANDLER} and not call.args and not call.keywords:
            from dbos_lint.rules.lifecycle import reorder

            self.here.report(
                DECORATOR_WITHOUT_CALL,
                call.span,
                "DBOS.alert_handler takes the function itself, and this call raises TypeError: write "
                "@DBOS.alert_handler",
                fix=reorder.uncalled(node, call),
            )
        elif len(names) == 1 and self._given_by_position(min(names), node, call):
            from dbos_lint.rules.lifecycle import reorder

            name = min(names).removeprefix("dbos.")
            self.here.report(
                DECORATOR_WITHOUT_CALL,
                call.span,
                f"{name} takes its options as keywords only, and this call raises TypeError: write "
                f"{name}(name=...), and decorate with what it returns",
                fix=reorder.by_keyword(self.here, f"dbos.{name}", node, call),
            )

    def _given_by_position(self, name: str, node: ast.Call, call: Call) -> bool:
        """Whether a decorator of dbos that has keywords only is given something else."""
        if not call.args or any(isinstance(argument, ast.Starred) for argument in node.args):
            return False
        if name in api.KEYWORDS_ONLY:
            return True
        if name in api.DECORATORS and name.endswith("Datasource.transaction"):
            values = self.here.resolve(call.args[0], call)
            return bool(values) and all(isinstance(value, Constant) for value in values)
        return False

    def _between_decorators(self, function: Function) -> None:
        found = layers(self.here.resolver, self.here.module, function)
        durable = [index for index, layer in enumerate(found) if layer.kind]
        workflows = [index for index in durable if found[index].kind == api.WORKFLOW]
        for index, layer in enumerate(found):
            if layer.registers and durable and index < durable[-1]:
                from dbos_lint.rules.lifecycle import reorder

                fix = reorder.registered_above(self.here, function, found)
                self._registered_below(function, layer, found[durable[-1]], fix)
            if layer.changes and workflows and index > workflows[-1]:
                self._skipped_above(function, layer)

    def _registered_below(self, function: Function, layer: Layer, durable: Layer, fix: Fix | None) -> None:
        self.here.report(
            ROUTE_UNDER_WORKFLOW,
            layer.decorator.span,
            f"{_written(layer)} stands below the {durable.kind} decorator and registers the plain function "
            f"'{function.name}': what calls it runs no {durable.kind}; put it on top",
            fix=fix,
        )

    def _skipped_above(self, function: Function, layer: Layer) -> None:
        self.here.report(
            OUTER_DECORATOR_SKIPPED,
            layer.decorator.span,
            f"{_written(layer)} stands above the workflow decorator of '{function.name}': start_workflow, queues and "
            "recovery run the function below and skip it; put it below, or do its work in a step",
        )


def _written(layer: Layer) -> str:
    """How the text names a decorator."""
    ref = uncalled(layer.decorator.ref)
    return f"@{ref}" if isinstance(ref, str) else "this decorator"
