"""Configuration, launch and registration: what must happen when, and where."""

from __future__ import annotations

from functools import cached_property

from dbos_lint.catalog import api
from dbos_lint.diagnostic import Rule, TraceStep
from dbos_lint.rules.declared.lifecycle import (
    CALL_AFTER_LAUNCH,
    CALL_BEFORE_LAUNCH,
    CONFIG_AT_IMPORT,
    LAUNCH_AT_IMPORT,
    LAUNCH_WITHOUT_INSTANCE,
    SCRIPT_SIDE_EFFECTS_AT_IMPORT,
    SERVE_BEFORE_LAUNCH,
)
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.launch import Launches, Line
from dbos_lint.semantics.lines import BUILD, LAUNCH, NEEDS_LAUNCH, SERVES, Event
from dbos_lint.semantics.summary import Span


class Order(Visitor):
    """What belongs before, after and around the launch."""

    @cached_property
    def launches(self) -> Launches:
        return Launches(self.here.analysis, self.here.contexts)

    def visit_module(self) -> None:
        self._at_import()
        for line in self.launches.lines():
            self._launch_without_instance(line)
            self._call_before_launch(line)
            self._call_after_launch(line)
            self._serve_before_launch(line)

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
                self._report(
                    LAUNCH_AT_IMPORT,
                    event,
                    "runs when this module is imported",
                    "every process that imports its workflows becomes a worker of the application; launch in a main "
                    "guard, a main function or a lifespan",
                )

    def _config_at_import(self, events: list[Event]) -> None:
        builds = [event for event in events if event.kind == BUILD]
        if builds and not self._is_entry_module():
            for event in builds:
                self._report(
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
            if event.kind == NEEDS_LAUNCH and self._is_work(event):
                self._report(
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

    # ------------------------------------------------------------------ before and after launch

    def _launch_without_instance(self, line: Line) -> None:
        for event in self.launches.without_instance(line):
            self._report(
                LAUNCH_WITHOUT_INSTANCE,
                event,
                "is reached without a DBOS instance",
                "it raises DBOSException; build one with DBOS(config=...) first",
            )

    def _call_before_launch(self, line: Line) -> None:
        for event in self.launches.before_launch(line, NEEDS_LAUNCH):
            self._report(
                CALL_BEFORE_LAUNCH,
                event,
                "stands before DBOS.launch()",
                "it raises DBOSException, for the launch opens the system database; move it below the launch",
            )

    def _call_after_launch(self, line: Line) -> None:
        for event in self.launches.after_launch(line):
            self._report(
                CALL_AFTER_LAUNCH,
                event,
                "runs after DBOS.launch()",
                "it raises DBOSException; do it once, before the launch",
            )

    def _serve_before_launch(self, line: Line) -> None:
        for event in self.launches.before_launch(line, SERVES):
            if not self.launches.serves_by_name(event) and not self.launches.launches_with_host(everywhere=True):
                self._report(
                    SERVE_BEFORE_LAUNCH,
                    event,
                    "blocks before DBOS.launch()",
                    "the engine starts when the server has stopped; launch first, or in a lifespan",
                )

    def _report(self, rule: Rule, event: Event, what: str, advice: str) -> None:
        trace = self._trace(event)
        self.here.report(rule, self._place(event), f"{event.label} {what}{self.here.route(trace)}: {advice}", trace)

    def _place(self, event: Event) -> Span:
        """Where the event is written or, if that is in another file, the call in this one that leads there."""
        return next(frame.span for frame in reversed(event.frames) if frame.key.module == self.here.module.path)

    def _trace(self, event: Event) -> tuple[TraceStep, ...]:
        if len(event.frames) == 1:
            return ()
        origin = event.frames[-1]
        steps = [self.here.step(frame.key) for frame in event.frames]
        return (*steps, TraceStep(event.label, origin.key.module, origin.span.row))
