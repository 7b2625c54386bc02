"""Engines in tests: how they are launched, reset and destroyed."""

from __future__ import annotations

from dbos_lint.rules.declared.testing import DESTROYED_REGISTRY, RESET_AFTER_LAUNCH, TEST_LAUNCH_WITHOUT_DESTROY
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.entrypoints import is_test
from dbos_lint.semantics.lines import DESTROY, LAUNCH, RESETS, Event
from dbos_lint.semantics.registering import loses_workflows
from dbos_lint.semantics.summary import Function
from dbos_lint.semantics.testcode import runs_once


class Engines(Visitor):
    """What tests do to the engine."""

    def visit_module(self) -> None:
        launches = self.here.launches
        for line in launches.lines:
            for event in launches.after_launch(line, RESETS):
                self.here.report_event(
                    RESET_AFTER_LAUNCH,
                    event,
                    "runs after DBOS.launch()",
                    "it raises AssertionError; reset between DBOS(config=...) and the launch",
                )
            for event in launches.without_effect(line):
                self.here.report_event(
                    RESET_AFTER_LAUNCH,
                    event,
                    "runs while there is no DBOS instance",
                    "it does nothing but log a warning; reset between DBOS(config=...) and the launch",
                )
        tests = [each for each in self.here.module.functions[1:] if is_test(self.here.resolver, self.here.module, each)]
        if tests:
            self._left_running([event for test in tests for event in launches.beginning(test) if event.kind == LAUNCH])
            self._unregistered(tests)

    def _left_running(self, events: list[Event]) -> None:
        if events and not self.here.launches.endings.ends_tests(self.here.module):
            for event in events:
                self.here.report_event(
                    TEST_LAUNCH_WITHOUT_DESTROY,
                    event,
                    "starts an engine that no test code here destroys",
                    "the next test gets this very instance, its own configuration is ignored; call DBOS.destroy() "
                    "when the test has ended",
                )

    def _unregistered(self, tests: list[Function]) -> None:
        found = [
            event
            for test in tests
            if not test.name.startswith("test") and not runs_once(test)
            for event in self.here.launches.events(test)
            if event.kind == DESTROY and "destroy_registry" in event.options
        ]
        if found and loses_workflows(self.here.analysis.calls, self.here.module):
            for event in found:
                self.here.report_event(
                    DESTROYED_REGISTRY,
                    event,
                    "forgets the workflows that were registered when their modules were imported",
                    "the next test finds none of them; drop destroy_registry=True",
                )
