"""Every visitor, in the order of the categories."""

from __future__ import annotations

from dbos_lint.rules.advanced import AdvancedVisitor
from dbos_lint.rules.comm import CommVisitor
from dbos_lint.rules.lifecycle import LifecycleVisitor
from dbos_lint.rules.step import StepVisitor
from dbos_lint.rules.visitor import Visitor
from dbos_lint.rules.workflow import WorkflowVisitor

VISITORS: tuple[type[Visitor], ...] = (
    LifecycleVisitor,
    WorkflowVisitor,
    StepVisitor,
    CommVisitor,
    AdvancedVisitor,
)
