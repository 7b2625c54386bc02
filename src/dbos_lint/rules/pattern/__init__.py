"""Classes, workflow IDs, context blocks and schedules."""

from __future__ import annotations

from dbos_lint.rules.visitor import Visitor


class PatternVisitor(Visitor):
    """Classes, workflow IDs, context blocks and schedules."""

    parts = ()
