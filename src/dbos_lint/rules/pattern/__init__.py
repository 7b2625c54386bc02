"""Classes, workflow IDs, context blocks and schedules."""

from __future__ import annotations

from dbos_lint.catalog import api, patterns
from dbos_lint.rules.late import late
from dbos_lint.rules.pattern.arguments import Arguments
from dbos_lint.rules.pattern.blocks import Blocks
from dbos_lint.rules.pattern.classes import ClassShapes
from dbos_lint.rules.pattern.handlers import Handlers
from dbos_lint.rules.pattern.ids import WorkflowIds
from dbos_lint.rules.pattern.scheduled import Scheduled
from dbos_lint.rules.visitor import Visitor, happening
from dbos_lint.semantics.effects import NOT_IN_WORKFLOW
from dbos_lint.semantics.values import ClassValue


class PatternVisitor(Visitor):
    """Classes, workflow IDs, context blocks and schedules."""

    parts = (
        ClassShapes,
        late("pattern.instances", "InstanceNames", called=(ClassValue,)),
        Blocks,
        WorkflowIds,
        Handlers,
        Arguments,
        late(
            "pattern.schedules",
            "ScheduleEntries",
            calls=patterns.CREATES_SCHEDULE.keys() | patterns.APPLIES_SCHEDULES.keys(),
            effects=happening((NOT_IN_WORKFLOW,), api.WORKFLOW),
        ),
        Scheduled,
        late(
            "pattern.startup",
            "Creations",
            calls=patterns.ENGINE_CREATES_SCHEDULE,
            concerns=lambda here: bool(here.launches.lines),
        ),
        late("pattern.debouncers", "Debouncers", calls=patterns.CREATES_DEBOUNCER),
    )
