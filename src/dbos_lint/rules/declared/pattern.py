"""Classes, workflow IDs, context blocks and schedules."""

from __future__ import annotations

from dbos_lint.diagnostic import Rule

RULES: tuple[Rule, ...] = ()
