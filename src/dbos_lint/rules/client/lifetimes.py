"""How long clients live."""

from __future__ import annotations

import ast
from functools import cached_property

from dbos_lint.rules.declared.client import CLIENT_NOT_DESTROYED
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.clients import Clients
from dbos_lint.semantics.entrypoints import is_command
from dbos_lint.semantics.sites import MODULE, Call
from dbos_lint.semantics.summary import Function
from dbos_lint.semantics.testcode import is_in_test


class Lifetimes(Visitor):
    """Clients that functions make and leave behind."""

    @cached_property
    def _clients(self) -> Clients:
        return Clients(self.here.analysis, self.here.module)

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        if not self._clients.makes(call):
            return
        function = self.here.function(call)
        if function.name == "<lambda>" or self._lives_on(function):
            return
        if self._clients.is_left(function, self.here.body(function), node):
            self.here.report(
                CLIENT_NOT_DESTROYED,
                call.span,
                "this client is never destroyed, and its database connections stay open after "
                f"'{function.name}' has ended: call destroy() in a finally, or share one client",
            )

    def _lives_on(self, function: Function) -> bool:
        """Whether the program ends with the function, or never leaves it."""
        here = self.here
        if function.id == MODULE or function.name == "main" or is_in_test(here.resolver, here.module, function):
            return True
        if any(is_command(decorator.ref) for decorator in function.decorators) or function.id in self._run_as_program:
            return True
        loops = (node for node in here.body(function).inner_statements() if isinstance(node, ast.While))
        return any(isinstance(loop.test, ast.Constant) and bool(loop.test.value) for loop in loops)

    @cached_property
    def _run_as_program(self) -> frozenset[int]:
        """The functions that the main guard runs."""
        module = self.here.module
        calls = (call for call in module.functions[MODULE].calls if module.within(call.block, "main"))
        callees = (callee for call in calls for callee in self.here.callees(call).runs)
        return frozenset(callee.id for callee in callees if callee.module == module.path)
