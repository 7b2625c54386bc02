"""How workflows are declared, and under which names."""

from __future__ import annotations

import ast
from bisect import bisect_right

from dbos_lint.catalog import api
from dbos_lint.rules.declared.workflow import (
    DUPLICATE_WORKFLOW_NAME,
    GENERATOR_WORKFLOW,
)
from dbos_lint.rules.visitor import Here, Visitor
from dbos_lint.semantics.entities import Registration, registered_name
from dbos_lint.semantics.summary import Function


class Declarations(Visitor):
    """Workflows that cannot run, or that replace one another."""

    def __init__(self, here: Here) -> None:
        super().__init__(here)
        self._destroyed: dict[int, list[int]] = {}  # the rows where a function ends the engine

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, function: Function) -> None:
        entity = self.here.entity(function)
        if entity is None or entity.kind != api.WORKFLOW:
            return
        if function.is_generator:
            self.here.report(
                GENERATOR_WORKFLOW,
                function.span,
                f"workflow '{function.name}' is a generator: dbos cannot record what it yields (TypeError: cannot "
                "pickle 'generator' object); return a list, or write to a stream",
            )

    def visit_module(self) -> None:
        self._duplicate_names()

    def _duplicate_names(self) -> None:
        """Two workflows of this module under one registered name: the second replaces the first."""
        here = self.here
        seen: dict[str, Registration] = {}
        for registration in here.contexts.registrations:
            function = here.module.functions[registration.function]
            if registration.entity.kind != api.WORKFLOW or function.name == "<lambda>":
                continue
            name = registered_name(here.resolver, registration.entity)
            if name is None:
                continue
            first = seen.setdefault(name, registration)
            if first is not registration and not self._exclusive(first, registration):
                if self._forgotten_between(first, registration):
                    seen[name] = registration
                    continue
                here.report(
                    DUPLICATE_WORKFLOW_NAME,
                    registration.span,
                    f"workflow '{name}' is registered a second time (first in line {first.span.row}): queues and "
                    "recovery run this one for both; give each its own name",
                )

    def _exclusive(self, first: Registration, second: Registration) -> bool:
        """Whether the two functions stand in different branches, so that only one of them is made."""
        functions = self.here.module.functions
        return not self.here.module.encloses(functions[first.function].block, functions[second.function].block)

    def _forgotten_between(self, first: Registration, second: Registration) -> bool:
        """Whether dbos is destroyed between the two, and its registry with it."""
        functions = self.here.module.functions
        around = functions[functions[second.function].parent]
        if around.id not in self._destroyed:
            found = (call.span.row for call in around.calls if api.DESTROY in self.here.names_called(call))
            self._destroyed[around.id] = sorted(found)
        rows = self._destroyed[around.id]
        next_row = bisect_right(rows, first.span.row)
        return next_row < len(rows) and rows[next_row] < second.span.row
