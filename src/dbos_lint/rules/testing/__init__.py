"""Tests of programs that use dbos."""

from __future__ import annotations

from dbos_lint.rules.testing.databases import Databases
from dbos_lint.rules.testing.engines import Engines
from dbos_lint.rules.testing.patching import Patching
from dbos_lint.rules.visitor import Visitor


class TestingVisitor(Visitor):
    """Tests of programs that use dbos."""

    parts = (Engines, Databases, Patching)
