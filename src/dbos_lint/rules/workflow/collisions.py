"""Workflow names that two modules of a project register."""

from __future__ import annotations

import os

from dbos_lint.catalog.names import WORKFLOW
from dbos_lint.rules.declared.workflow import WORKFLOW_NAME_COLLISION
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.naming import Mention
from dbos_lint.semantics.rivals import Rival, is_registered


class Collisions(Visitor):
    """Workflows that have the name of one of another module of the same program."""

    def visit_module(self) -> None:
        here = self.here
        if WORKFLOW_NAME_COLLISION.code not in here.enabled:
            return
        names = here.analysis.names
        for mention in names.of(here.module, WORKFLOW):
            other = names.rival(mention) if is_registered(names, mention) else None
            if other is not None:
                self._report(mention, other)

    def _report(self, mention: Mention, other: Rival) -> None:
        if self.here.targets_at_least(3, 0):
            then = "whichever is imported second raises DBOSException"
        else:
            then = "queues and recovery run whichever is imported second for both"
        self.here.report(
            WORKFLOW_NAME_COLLISION,
            mention.span,
            f"workflow '{mention.name}' has the name of one in {os.path.basename(other.path)}:{other.row}: "
            f"{then}; give one of them a name=",
        )
