"""Configuration, launch and registration: what must happen when, and where."""

from __future__ import annotations

from dbos_lint.catalog import api, patterns
from dbos_lint.rules.declared.lifecycle import (
    CALL_AFTER_LAUNCH,
    CALL_BEFORE_LAUNCH,
    CONFIG_AT_IMPORT,
    LATE_REGISTRATION,
    LAUNCH_AT_IMPORT,
    LAUNCH_WITHOUT_DESTROY,
    LAUNCH_WITHOUT_INSTANCE,
    MAIN_EXITS,
    SCRIPT_SIDE_EFFECTS_AT_IMPORT,
    SERVE_BEFORE_LAUNCH,
)
from dbos_lint.rules.visitor import Here, Visitor
from dbos_lint.semantics.launch import Launches, Line
from dbos_lint.semantics.lines import BUILD, LAUNCH, NEEDS_LAUNCH, REGISTERS, SERVES, SETS_UP, Event
from dbos_lint.semantics.sites import MODULE
from dbos_lint.semantics.summary import Function
from dbos_lint.semantics.testcode import is_in_test


class Order(Visitor):
    """What belongs before, after and around the launch."""

    @property
    def launches(self) -> Launches:
        return self.here.launches

    def visit_module(self) -> None:
        self._at_import()
        self._without_end()
        for line in self.launches.lines:
            self._launch_without_instance(line)
            self._call_before_launch(line)
            self._call_after_launch(line)
            self._serve_before_launch(line)
            self._late_registration(line)

    # ------------------------------------------------------------------ at import

    def _at_import(self) -> None:
        kinds = {entity.kind for entity in self.here.contexts.entities.values()}
        events = self.launches.at_import()
        sure = [event for event in events if event.sure]
        if kinds:
            self._launch_at_import(sure)
        if api.WORKFLOW in kinds:
            self._side_effects_at_import(sure)
        # A script without durable functions is imported for nothing: it may build and launch in one go.
        if kinds or all(event.kind != LAUNCH for event in events):
            self._config_at_import(sure)

    def _launch_at_import(self, events: list[Event]) -> None:
        for event in events:
            if event.kind == LAUNCH:
                from dbos_lint.rules.lifecycle import placing

                self.here.report_event(
                    LAUNCH_AT_IMPORT,
                    event,
                    "runs when this module is imported",
                    "every process that imports its workflows becomes a worker of the application; launch in a main "
                    "guard, a main function or a lifespan",
                    fix=placing.under_guard(self.here, event),
                )

    def _config_at_import(self, events: list[Event]) -> None:
        builds = [event for event in events if event.kind == BUILD]
        if builds and not self._is_entry_module():
            for event in builds:
                self.here.report_event(
                    CONFIG_AT_IMPORT,
                    event,
                    "runs when this module is imported",
                    "everybody who imports it gets this configuration, and their own is ignored; build the instance "
                    "right before DBOS.launch()",
                )

    def _is_entry_module(self) -> bool:
        """Whether this very module launches what it builds, when it is run or when its application starts."""
        return self.launches.launches_when_run() or self.launches.launches_with_host(everywhere=False)

    def _side_effects_at_import(self, events: list[Event]) -> None:
        for event in events:
            # DBS401 speaks of queues.
            if event.kind == NEEDS_LAUNCH and self._is_work(event) and event not in self.launches.queues_at_import:
                self.here.report_event(
                    SCRIPT_SIDE_EFFECTS_AT_IMPORT,
                    event,
                    "runs when this module is imported",
                    "every process that imports its workflows does it again, or fails where dbos is not launched; "
                    "move it to a function that is called after the launch",
                )

    @staticmethod
    def _is_work(event: Event) -> bool:
        """Whether the event starts work or registers what does: asking for the state of workflows does not."""
        return event.name in api.STARTS | api.REGISTERS or not event.name.startswith("dbos.")

    # ------------------------------------------------------------------ at the end

    def _without_end(self) -> None:
        if LAUNCH_WITHOUT_DESTROY.code in self.here.enabled:
            for event in self.launches.endings.left_running(self.here.module):
                from dbos_lint.rules.lifecycle import placing

                self.here.report(
                    LAUNCH_WITHOUT_DESTROY,
                    event.span,
                    f"{event.label} starts an engine that goes on when this context is left: call DBOS.destroy() there",
                    fix=placing.destroyed(self.here, event),
                )
        if MAIN_EXITS.code in self.here.enabled:
            for event in self.launches.ends_early():
                self.here.report_event(
                    MAIN_EXITS,
                    event,
                    "is followed by the end of the program",
                    "its queues, schedules and background workflows end with it; wait for them, or for a signal",
                )

    # ------------------------------------------------------------------ before and after launch

    def _launch_without_instance(self, line: Line) -> None:
        for event in self.launches.without_instance(line):
            self.here.report_event(
                LAUNCH_WITHOUT_INSTANCE,
                event,
                "is reached without a DBOS instance",
                "it raises DBOSException; build one with DBOS(config=...) first",
            )

    def _call_before_launch(self, line: Line) -> None:
        for event in self.launches.before_launch(line, NEEDS_LAUNCH):
            if event not in self.launches.queues_at_import:
                self.here.report_event(
                    CALL_BEFORE_LAUNCH,
                    event,
                    "stands before DBOS.launch()",
                    "it raises DBOSException, for the launch opens the system database; move it below the launch",
                )

    def _call_after_launch(self, line: Line) -> None:
        for event in self.launches.after_launch(line, SETS_UP):
            if event.name in api.CREATES_DATASOURCE and not self.here.targets_at_least(3, 1):
                continue
            self.here.report_event(
                CALL_AFTER_LAUNCH,
                event,
                "runs after DBOS.launch()",
                "it raises DBOSException; do it once, before the launch",
            )

    def _serve_before_launch(self, line: Line) -> None:
        for event in self.launches.before_launch(line, SERVES):
            if not self.launches.serves_by_name(event) and not self.launches.launches_with_host(everywhere=True):
                self.here.report_event(
                    SERVE_BEFORE_LAUNCH,
                    event,
                    "blocks before DBOS.launch()",
                    "the engine starts when the server has stopped; launch first, or in a lifespan",
                )

    def _late_registration(self, line: Line) -> None:
        for event in self.launches.after_launch(line, REGISTERS):
            is_instance = event.name == patterns.CONFIGURED_INSTANCE
            # A launch at import is the mistake, then; and nobody recovers what a test defines for itself.
            if line.function.id == MODULE and not self.launches.is_run(event):
                continue
            if not is_instance and is_in_test(self.here.resolver, self.here.module, line.function):
                continue
            # What a request or a workflow defines is late, and there many times: DBS225. What it imports breaks a
            # circle, as like as not, and whoever launches has imported it.
            if not is_instance and _runs_often(self.here, line.function):
                continue
            if event.name.endswith(".py") and self.launches.is_loaded_before(event):
                continue
            self.here.report_event(
                LATE_REGISTRATION,
                event,
                "comes after DBOS.launch()",
                "the launch has recovered what it found registered, and leaves the other runs pending; do it before",
            )


def _runs_often(here: Here, function: Function) -> bool:
    from dbos_lint.semantics.repeats import runs_often  # for what is registered after a launch

    return runs_often(here.contexts, function)
