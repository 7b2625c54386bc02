"""Where queues are registered and changed."""

from __future__ import annotations

from dbos_lint.catalog import api
from dbos_lint.rules.declared.queue import QUEUE_CONFIGURED_IN_WORKFLOW, QUEUE_REGISTERED_AT_IMPORT
from dbos_lint.rules.visitor import Visitor, happening
from dbos_lint.semantics.contexts import Reached
from dbos_lint.semantics.effects import CONFIGURES_QUEUE
from dbos_lint.semantics.testcode import is_in_test


class QueuePlaces(Visitor):
    """Queues that are registered too early, or in code that runs again."""

    effects = happening((CONFIGURES_QUEUE,), api.WORKFLOW)

    def visit_module(self) -> None:
        for event in self.here.launches.queues_at_import:
            self.here.report_event(
                QUEUE_REGISTERED_AT_IMPORT,
                event,
                "runs when this module is imported",
                "the engine is not launched by then, and it raises DBOSException; register the queue in a function "
                "that is called after DBOS.launch()",
            )

    def visit_effect(self, reached: Reached) -> None:
        if reached.effect.kind != CONFIGURES_QUEUE or reached.context != api.WORKFLOW:
            return
        module = self.here.resolver.module(reached.function.module)
        if is_in_test(self.here.resolver, module, module.functions[reached.function.id]):
            return
        self.here.report_reached(
            QUEUE_CONFIGURED_IN_WORKFLOW,
            reached,
            f"{reached.effect.label} runs in a workflow",
            " and is not recorded: a recovered workflow does it again, and undoes what has been set meanwhile; do it "
            "in a step, or outside workflows",
        )
