"""The visitor of every category, in their order."""

from __future__ import annotations

from dbos_lint.rules.advanced import AdvancedVisitor
from dbos_lint.rules.client import ClientVisitor
from dbos_lint.rules.comm import CommVisitor
from dbos_lint.rules.lifecycle import LifecycleVisitor
from dbos_lint.rules.pattern import PatternVisitor
from dbos_lint.rules.queue import QueueVisitor
from dbos_lint.rules.step import StepVisitor
from dbos_lint.rules.testing import TestingVisitor
from dbos_lint.rules.visitor import Visitor
from dbos_lint.rules.workflow import WorkflowVisitor

VISITORS: tuple[type[Visitor], ...] = (
    LifecycleVisitor,
    WorkflowVisitor,
    StepVisitor,
    QueueVisitor,
    CommVisitor,
    PatternVisitor,
    TestingVisitor,
    ClientVisitor,
    AdvancedVisitor,
)
