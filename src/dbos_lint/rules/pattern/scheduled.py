"""Schedules by the decorator of dbos 2."""

from __future__ import annotations

import ast

from dbos_lint.catalog import patterns
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.summary import Function
from dbos_lint.semantics.values import DecoratorValue


class Scheduled(Visitor):
    """Functions that a schedule calls."""

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, function: Function) -> None:
        if not function.decorators or self.here.targets_at_least(3, 0):
            return
        decorated = self.here.resolver.decorated(self.here.value(function))
        for decorator, values in decorated.layers:
            if any(isinstance(value, DecoratorValue) and value.name == patterns.SCHEDULED for value in values):
                from dbos_lint.rules.pattern.schedules import ScheduleEntries  # few functions have one

                ScheduleEntries(self.here).decorating(decorator, function, decorated.entity)
