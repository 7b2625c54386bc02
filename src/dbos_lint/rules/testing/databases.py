"""Databases in tests: whose they are."""

from __future__ import annotations

from dbos_lint.rules.declared.testing import TEST_USES_APPLICATION_DATABASE
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.entrypoints import is_test
from dbos_lint.semantics.lines import RESETS


class Databases(Visitor):
    """What tests reset."""

    def visit_module(self) -> None:
        launches, module = self.here.launches, self.here.module
        lines = [
            launches.beginning(function)
            for function in module.functions[1:]
            if is_test(self.here.resolver, module, function)
        ]
        lines = [events for events in lines if any(event.kind == RESETS for event in events)]
        if not lines:
            return
        from dbos_lint.semantics.databases import Resets, puts_environment

        # A test that says where the variables lead has a database of its own.
        if any(puts_environment(self.here.resolver, each) for each in (module, *launches.endings.conftests(module))):
            return
        databases = Resets(self.here.analysis, module)
        application = databases.of_application()
        for events in lines:
            for event in databases.resets(events, application):
                self.here.report_event(
                    TEST_USES_APPLICATION_DATABASE,
                    event,
                    "drops what the application keeps in the same database",
                    "give the tests a database of their own",
                )
