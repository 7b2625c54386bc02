"""Workflows that come into being more than once."""

from __future__ import annotations

import ast
from functools import cached_property
from typing import TYPE_CHECKING

from dbos_lint.catalog import api
from dbos_lint.rules.declared.workflow import DYNAMIC_WORKFLOW
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.entities import Registration, registered_name
from dbos_lint.semantics.sites import MODULE
from dbos_lint.semantics.summary import Function

if TYPE_CHECKING:
    from dbos_lint.semantics.repeats import Repeats

_LAMBDA = "<lambda>"


class Dynamic(Visitor):
    """Workflows that are registered again and again under one name, or only when dbos has looked for them."""

    @cached_property
    def _repeats(self) -> Repeats:
        from dbos_lint.semantics.repeats import Repeats  # most workflows are registered once, by a decorator

        return Repeats(self.here.contexts)

    def visit_module(self) -> None:
        here = self.here
        lambdas: dict[str, Registration] = {}
        for registration in here.contexts.registrations:
            if registration.entity.kind != api.WORKFLOW:
                continue
            function = here.module.functions[registration.function]
            if self._is_plain(registration, function):
                continue
            why = self._repeats.why(registration, self._node(function))
            if why:
                here.report(
                    DYNAMIC_WORKFLOW,
                    registration.span,
                    f"workflow '{function.name}' is registered {why}: queues and recovery find the last one only, or "
                    "none; define it once, at the top level, and give it what differs as an argument",
                )
            elif function.name == _LAMBDA:
                self._second_lambda(registration, lambdas)

    def _second_lambda(self, registration: Registration, lambdas: dict[str, Registration]) -> None:
        """Lambdas of one scope have one name."""
        name = registered_name(self.here.resolver, registration.entity)
        if name is None or not name.endswith(_LAMBDA):
            return
        first = lambdas.setdefault(name, registration)
        if first is not registration:
            self.here.report(
                DYNAMIC_WORKFLOW,
                registration.span,
                f"a workflow is registered as '{name}' a second time (first in line {first.span.row}): queues and "
                "recovery run this one for both; give each a name=",
            )

    def _is_plain(self, registration: Registration, function: Function) -> bool:
        """Whether a decorator registers the function at the top level, and in no loop."""
        decorated = any(decorator.span == registration.span for decorator in function.decorators)
        return decorated and function.parent == MODULE and not self.here.module.within(function.block, "loop")

    def _node(self, function: Function) -> ast.AST | None:
        """The text of a function of this file."""
        if function.name != _LAMBDA:
            return self.here.body(function).node
        return next(
            (
                arg
                for node, _ in self.here.collected.nodes.calls
                for arg in node.args
                if isinstance(arg, ast.Lambda) and (arg.lineno, arg.col_offset) == function.span[:2]
            ),
            None,
        )
