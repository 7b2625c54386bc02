"""Where messages, events and streams may be used."""

from __future__ import annotations

from dbos_lint.catalog import api
from dbos_lint.rules.declared.comm import (
    WORKFLOW_CALL_OUTSIDE_WORKFLOW,
)
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.contexts import OUTSIDE, Reached
from dbos_lint.semantics.effects import RAISES_OUTSIDE

_CALL_IN_WORKFLOW = "call it in the workflow itself"
_INSTEAD = {
    "sleep": "sleep with time.sleep() or asyncio.sleep() here",
    "recv": "call it in the workflow that the message is sent to",
    "set_event": "call it in the workflow, or send the workflow a message with DBOS.send()",
}


class Places(Visitor):
    """Calls of the API where no workflow runs."""

    def visit_effect(self, reached: Reached) -> None:
        if reached.context == OUTSIDE and reached.effect.kind == RAISES_OUTSIDE:
            self._outside_workflow(reached)

    def _outside_workflow(self, reached: Reached) -> None:
        if reached.effect.name in api.PATCHES:  # DBS904
            return
        if self.here.contexts.runs_durably(reached.function.id):
            return
        self.here.report_reached(
            WORKFLOW_CALL_OUTSIDE_WORKFLOW,
            reached,
            f"{reached.effect.label} is called where no workflow runs",
            f": dbos raises DBOSException; {_INSTEAD.get(_method(reached.effect.name), _CALL_IN_WORKFLOW)}",
        )


def _method(name: str) -> str:
    return name.rpartition(".")[2].removesuffix("_async")
