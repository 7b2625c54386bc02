"""The rules: one module and one visitor a category, all driven by one walk."""

from __future__ import annotations

from dbos_lint.rules.advanced import AdvancedVisitor
from dbos_lint.rules.comm import CommVisitor
from dbos_lint.rules.lifecycle import LifecycleVisitor
from dbos_lint.rules.step import StepVisitor
from dbos_lint.rules.visitor import Here, Visitor, walk
from dbos_lint.rules.workflow import WorkflowVisitor
from dbos_lint.semantics.collect import Collected
from dbos_lint.semantics.effects import Analysis

VISITORS: tuple[type[Visitor], ...] = (
    LifecycleVisitor,
    WorkflowVisitor,
    StepVisitor,
    CommVisitor,
    AdvancedVisitor,
)


def check(collected: Collected, analysis: Analysis, enabled: frozenset[str]) -> Here:
    """Let every rule in ``enabled`` look at the file; the findings are in what comes back."""
    here = Here(collected, analysis, enabled)
    walk([visitor(here) for visitor in VISITORS], here)
    analysis.forget_calls(here.module)
    return here
