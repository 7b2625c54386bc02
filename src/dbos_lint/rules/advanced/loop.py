"""Synchronous calls in an event loop."""

from __future__ import annotations

from dbos_lint.catalog import api, frameworks
from dbos_lint.fix import Applicability, Fix
from dbos_lint.rules.advanced.threads import Threads
from dbos_lint.rules.awaiting import Site
from dbos_lint.rules.declared.advanced import (
    BLOCKING_CALL_IN_EVENT_LOOP,
    DATABASE_CALL_IN_EVENT_LOOP,
    SYNC_CALL_IN_EVENT_LOOP,
)
from dbos_lint.rules.visitor import Here, Visitor
from dbos_lint.semantics.awaits import keeps_state
from dbos_lint.semantics.contexts import LOOP, Reached
from dbos_lint.semantics.decorating import applied
from dbos_lint.semantics.effects import BLOCKS_LOOP, HANDLE, RAISES_IN_LOOP, WAITS_IN_LOOP
from dbos_lint.semantics.lines import terminal
from dbos_lint.semantics.testcode import is_test_file

_ANOTHER_WAY = {
    "dbos.DBOS.read_stream": "iterate with 'async for' over DBOS.read_stream_async()",
    "dbos.StepReservation.run": "await its run_async()",
}
# Asked of a handle that its twin, if it has one, would have to be made for.
_OF_HANDLES = frozenset({f"{api.HANDLE}.get_status"})
# What blocks the event loop: how to do it otherwise. Only what runs a whole workflow matters outside workflows.
_INSTEAD = {
    api.WORKFLOW: "await asyncio.to_thread(), or put it on a queue with await DBOS.enqueue_workflow_async()",
    api.STEP: "await asyncio.to_thread(), which dbos records, or make the step async",
    api.TRANSACTION: "await asyncio.to_thread(), which dbos records, or use an AsyncSQLAlchemyDatasource",
    HANDLE: "use a handle of the _async calls and await its get_result(), or await asyncio.to_thread()",
}


class EventLoop(Visitor):
    """What must not be done while an event loop runs."""

    def __init__(self, here: Here) -> None:
        super().__init__(here)
        self._threads = Threads(here)

    def visit_effect(self, reached: Reached) -> None:
        if reached.context == LOOP:
            if reached.effect.kind == RAISES_IN_LOOP:
                self._raises(reached)
            elif reached.effect.kind == BLOCKS_LOOP:
                self._blocks(reached)
            elif reached.effect.kind == WAITS_IN_LOOP:
                self._waits(reached)

    def _raises(self, reached: Reached) -> None:
        name = reached.effect.name
        if name in api.RAISES_IN_LOOP_SINCE_2_21 and not self.here.targets_at_least(2, 21):
            return
        instead = _ANOTHER_WAY.get(name) or f"await {api.RAISES_IN_LOOP[name]}()"
        if len(reached.chain) > 1:
            instead += " in async code, or run the synchronous code with await asyncio.to_thread()"
        what = f"{reached.effect.label} is called while an event loop runs"
        site = self._site(reached)
        fix = self._threads.fix(site) if name in _OF_HANDLES else self.here.awaiting.twin(site)
        self.here.report_reached(
            SYNC_CALL_IN_EVENT_LOOP, reached, what, f": dbos raises RuntimeError; {instead}", fix=fix
        )

    def _blocks(self, reached: Reached) -> None:
        kind = reached.effect.detail
        in_workflow = self.here.contexts.runs_as(reached.function.id, api.WORKFLOW)
        if kind in (api.STEP, api.TRANSACTION) and not in_workflow:
            return
        what = f"{reached.effect.label} {'waits for a workflow' if kind == HANDLE else f'runs a synchronous {kind}'}"
        self.here.report_reached(
            BLOCKING_CALL_IN_EVENT_LOOP,
            reached,
            f"{what} in the event loop",
            f": nothing else runs there until it ends; {_INSTEAD[kind]}",
            fix=self._threads.fix(self._site(reached)),
        )

    def _waits(self, reached: Reached) -> None:
        name = reached.effect.name
        is_property = name.removeprefix(f"{api.QUEUE}.") in api.QUEUE_PROPERTIES
        if is_property and not self.here.targets_at_least(3, 0):
            return  # Queues of dbos 2 may be plain objects.
        root = self.here.module.functions[reached.chain[0].id]
        names = {terminal(ref, self.here.module.renamed) for ref in applied(self.here.module, root)}
        if names & frameworks.LIFESPAN_DECORATORS or is_test_file(self.here.resolver, self.here.module):
            return  # Nobody else waits for the loop yet, or at all.
        twin = api.WAITS_IN_LOOP[name]
        if len(reached.chain) > 1 or not twin:
            instead = "run it with await asyncio.to_thread()"
        elif name.endswith(".start_workflow"):
            instead = f"await {twin}(), or asyncio.to_thread() for a synchronous workflow"
        else:
            instead = f"await {twin}()"
        what = f"{reached.effect.label} {'asks' if is_property else 'waits for'} the database in the event loop"
        self.here.report_reached(
            DATABASE_CALL_IN_EVENT_LOOP,
            reached,
            what,
            f": nothing else runs there until it answers; {instead}",
            fix=self._quick(reached, twin),
        )

    def _quick(self, reached: Reached, twin: str) -> Fix | None:
        """Mends a call that waits for the database: by its twin, or in a thread where there is none."""
        site = self._site(reached)
        if twin and not reached.effect.name.endswith(".start_workflow"):
            return self.here.awaiting.twin(site)
        safe = reached.effect.name.endswith("_schedule") and site is not None and not keeps_state(site.body)
        applicability = Applicability.SAFE if safe else Applicability.UNSAFE
        return self.here.awaiting.twin(site) or self._threads.fix(site, applicability)

    def _site(self, reached: Reached) -> Site | None:
        """Where the async function itself makes the call."""
        return self.here.awaiting.site(reached.span) if len(reached.chain) == 1 else None
