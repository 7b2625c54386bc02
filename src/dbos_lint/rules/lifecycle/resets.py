"""Resets of the system database."""

from __future__ import annotations

import ast

from dbos_lint.catalog import api
from dbos_lint.rules.declared.lifecycle import RESET_OUTSIDE_TESTS
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.sites import Call
from dbos_lint.semantics.testcode import asks_for_tests, is_in_test, is_test_file


class Resets(Visitor):
    """What only tests may do."""

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        if self.here.names_called(call) != {api.RESET}:
            return
        resolver, module, function = self.here.resolver, self.here.module, self.here.function(call)
        if is_test_file(resolver, module) or is_in_test(resolver, module, function) or self._is_guarded(node, call):
            return
        self.here.report(
            RESET_OUTSIDE_TESTS,
            call.span,
            "this drops the state of all workflows, running, queued and finished, for all who share the database: "
            "leave it to tests",
        )

    def _is_guarded(self, node: ast.Call, call: Call) -> bool:
        """Whether the call stands under a condition that asks for tests."""
        function = self.here.function(call)
        while function.name == "<lambda>":
            function = self.here.module.functions[function.parent]
        return any(
            isinstance(above, (ast.If, ast.IfExp)) and asks_for_tests(above.test)
            for above in self.here.body(function).ancestors(node)
        )
