"""Patches in tests."""

from __future__ import annotations

from dbos_lint.rules.declared.testing import PATCHED_AFTER_REGISTRATION
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.patches import Patches


class Patching(Visitor):
    """Patches that what is tested does not see."""

    def visit_module(self) -> None:
        patches = Patches(self.here.analysis, self.here.module)
        for _, call in self.here.collected.nodes.calls:
            patched = patches.misses(call)
            if patched is not None:
                self.here.report(
                    PATCHED_AFTER_REGISTRATION,
                    call.span,
                    f"the workflows have bound '{patched.name}' under another name when they were imported, and do not "
                    "see this patch: patch it where they look it up",
                )
