"""Classes, workflow IDs, context blocks and schedules."""

from __future__ import annotations

from dbos_lint.rules.pattern.arguments import Arguments
from dbos_lint.rules.pattern.blocks import Blocks
from dbos_lint.rules.pattern.classes import ClassShapes
from dbos_lint.rules.pattern.debouncers import Debouncers
from dbos_lint.rules.pattern.handlers import Handlers
from dbos_lint.rules.pattern.ids import WorkflowIds
from dbos_lint.rules.pattern.instances import InstanceNames
from dbos_lint.rules.pattern.schedules import ScheduleEntries
from dbos_lint.rules.pattern.startup import Creations
from dbos_lint.rules.visitor import Visitor


class PatternVisitor(Visitor):
    """Classes, workflow IDs, context blocks and schedules."""

    parts = (
        ClassShapes,
        InstanceNames,
        Blocks,
        WorkflowIds,
        Handlers,
        Arguments,
        ScheduleEntries,
        Creations,
        Debouncers,
    )
