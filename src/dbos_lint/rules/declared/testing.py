"""Test code that uses DBOS."""

from __future__ import annotations

from dbos_lint.diagnostic import Rule

RULES: tuple[Rule, ...] = ()
