"""Queues: registration, limits and enqueueing."""

from __future__ import annotations

from dbos_lint.diagnostic import Rule

RULES: tuple[Rule, ...] = ()
