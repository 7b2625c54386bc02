"""Tests of programs that use dbos."""

from __future__ import annotations

from dbos_lint.rules.declared.testing import PATCHED_AFTER_REGISTRATION
from dbos_lint.rules.late import late
from dbos_lint.rules.testing.databases import Databases
from dbos_lint.rules.testing.engines import Engines
from dbos_lint.rules.visitor import Visitor


class TestingVisitor(Visitor):
    """Tests of programs that use dbos."""

    parts = (
        Engines,
        Databases,
        late("testing.patching", "Patching", concerns=lambda here: PATCHED_AFTER_REGISTRATION.code in here.enabled),
    )
