"""Messages, events and streams."""

from __future__ import annotations

from dbos_lint.diagnostic import Level, Rule, Scope

WORKFLOW_CALL_OUTSIDE_WORKFLOW = Rule(
    "DBS501",
    "workflow-call-outside-workflow",
    Level.ERROR,
    Scope.PROJECT,
    "workflow-only call is made outside workflows",
    "python/tutorials/workflow-communication",
)

RULES: tuple[Rule, ...] = (WORKFLOW_CALL_OUTSIDE_WORKFLOW,)
