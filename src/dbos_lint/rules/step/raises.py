"""What steps and workflows raise: dbos records it."""

from __future__ import annotations

from dbos_lint.rules.declared.step import UNPICKLABLE_EXCEPTION
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.contexts import DURABLE_CONTEXTS, Reached
from dbos_lint.semantics.effects import RAISES_LOSSY


class Raises(Visitor):
    """Exceptions that do not come back from the record as they were."""

    def visit_effect(self, reached: Reached) -> None:
        effect = reached.effect
        if effect.kind != RAISES_LOSSY or reached.context not in DURABLE_CONTEXTS or self._is_caught(reached):
            return
        root = self.here.root(reached).rpartition("<locals>.")[2]
        self.here.report_reached(
            UNPICKLABLE_EXCEPTION,
            reached,
            f"{effect.label} is raised while {reached.context} '{root}' runs",
            f", and rebuilt wrongly from its record: {effect.detail}; pass all arguments on to super().__init__(), or "
            "define __reduce__",
        )

    def _is_caught(self, reached: Reached) -> bool:
        """Whether one of the functions on the way from the root, in this file, may catch it."""
        if reached.gaps:
            return True
        visits = self.here.contexts.visits[reached.context]
        raising = self.here.analysis.raising
        for key in reached.chain[1:]:
            visit = visits.get(key)
            if visit is None or visit.caller is None:
                return False
            if raising.is_caught(visit.caller, visit.span, reached.effect):
                return True
        return False
