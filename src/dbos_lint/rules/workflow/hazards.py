"""Durable calls that come in another order on recovery, that race, or that a handler keeps from being stopped."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from dbos_lint.catalog import api
from dbos_lint.diagnostic import Rule
from dbos_lint.fix import Fix
from dbos_lint.rules.declared.workflow import (
    DURABLE_CALL_IN_FINALLY,
    FIRST_COMPLETED_WAIT,
    INTERLEAVED_COROUTINES,
    ITERATING_DONE_SET,
    REPLAY_ERROR_SWALLOWED,
    SWALLOWED_CANCELLATION,
    TIMEOUT_AROUND_DURABLE_CALL,
    UNAWAITED_TASK,
    UNORDERED_ITERATION_IN_WORKFLOW,
)
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics import hazards
from dbos_lint.semantics.contexts import Reached
from dbos_lint.semantics.orders import Unordered

if TYPE_CHECKING:
    from dbos_lint.rules.workflow.ordering import Ordering

_BY_POSITION = "recovery gives recorded results back by position"
# Kind of effect and its detail: the rule, what happens, and what comes of it.
_HAZARDS: dict[tuple[str, str], tuple[Rule, str, str]] = {
    (hazards.UNORDERED, Unordered.SET.name): (
        UNORDERED_ITERATION_IN_WORKFLOW,
        "decides the order of durable calls",
        f"a set has another order in each process, and {_BY_POSITION}, to the wrong element; iterate over sorted(...)",
    ),
    (hazards.UNORDERED, Unordered.LISTING.name): (
        UNORDERED_ITERATION_IN_WORKFLOW,
        "decides the order of durable calls",
        f"files are listed in no certain order, and {_BY_POSITION}; list them in a step, or iterate over sorted(...)",
    ),
    (hazards.UNORDERED, Unordered.TASKS.name): (
        ITERATING_DONE_SET,
        "decides the order of durable calls",
        f"a set of tasks has another order in each process, and {_BY_POSITION}, to the wrong task; iterate over the "
        "list of tasks, or sort the set by a name",
    ),
    (hazards.WAITS_FOR_SET, ""): (
        ITERATING_DONE_SET,
        "is waited for by DBOS.asyncio_wait",
        "it records which tasks are done by their position, and a set has another order in each process, so that after "
        "recovery other tasks count as done; give it a list",
    ),
    (hazards.INTERLEAVED, hazards.TOGETHER): (
        INTERLEAVED_COROUTINES,
        "runs coroutines side by side that make several durable calls each",
        f"their later calls come in another order each time, and {_BY_POSITION}; make each a child workflow, or gather "
        "one durable call each",
    ),
    (hazards.INTERLEAVED, hazards.BESIDE): (
        INTERLEAVED_COROUTINES,
        "starts a task of several durable calls beside others",
        f"they come in another order each time, and {_BY_POSITION}; await the task first, or make it a child workflow",
    ),
    (hazards.INTERLEAVED, hazards.IN_THREADS): (
        INTERLEAVED_COROUTINES,
        "runs steps in several threads at once",
        f"each draws its position when its thread comes to run, and {_BY_POSITION}; await one asyncio.to_thread after "
        "the other, or make the steps asynchronous",
    ),
    (hazards.TIMED, ""): (
        TIMEOUT_AROUND_DURABLE_CALL,
        "limits the time of durable calls",
        "that the time was up is not recorded, and recovery takes the other path; use the timeout_seconds of the step, "
        "DBOS.asyncio_wait(timeout=...), the timeout of recv, or SetWorkflowTimeout",
    ),
    (hazards.FORGOTTEN, ""): (
        UNAWAITED_TASK,
        "starts a task of durable calls that nothing awaits",
        "what it does after the workflow's end is neither recorded nor recovered; await it, or start a workflow with "
        "DBOS.start_workflow_async",
    ),
    (hazards.CATCHES_CANCELLATION, ""): (
        SWALLOWED_CANCELLATION,
        "around durable calls catches the cancellation",
        "the code goes on although the workflow is cancelled; catch Exception, or raise again",
    ),
    (hazards.CATCHES_ERRORS, ""): (
        REPLAY_ERROR_SWALLOWED,
        "around durable calls catches DBOSUnexpectedStepError",
        "a replay that does not fit goes on as if the step had failed; name the exceptions that you expect",
    ),
    (hazards.DURABLE_IN_FINALLY, ""): (
        DURABLE_CALL_IN_FINALLY,
        "is called in finally",
        "after a cancellation it raises DBOSWorkflowCancelledError and does nothing; clean up without durable calls, or"
        " after success and after an error",
    ),
}


# How it is mended.
_FIXES: dict[tuple[str, str], Callable[[Ordering, Reached], Fix | None]] = {
    (hazards.RACES, ""): lambda ordering, reached: ordering.recorded_wait(reached),
    (hazards.UNORDERED, Unordered.SET.name): lambda ordering, reached: ordering.sorting(reached),
    (hazards.UNORDERED, Unordered.LISTING.name): lambda ordering, reached: ordering.sorting(reached),
    (hazards.UNORDERED, Unordered.TASKS.name): lambda ordering, reached: ordering.in_order(reached),
    (hazards.WAITS_FOR_SET, ""): lambda ordering, reached: ordering.listed(reached),
}


class Hazards(Visitor):
    """What must not be done around durable calls."""

    @cached_property
    def _ordering(self) -> Ordering:
        from dbos_lint.rules.workflow.ordering import Ordering  # where there is no order, and that can be mended

        return Ordering(self.here)

    def visit_effect(self, reached: Reached) -> None:
        effect = reached.effect
        if reached.context != api.WORKFLOW:
            return
        if effect.kind == hazards.RACES:
            instead = "use DBOS.asyncio_wait" if self.here.has("DBOS.asyncio_wait") else "wait for all, in order"
            advice = f"which call is done first is not recorded, and another one is on recovery; {instead}"
            self._report(FIRST_COMPLETED_WAIT, reached, "races durable calls", advice)
        elif (effect.kind, effect.detail) in _HAZARDS:
            self._report(_HAZARDS[effect.kind, effect.detail][0], reached, *_HAZARDS[effect.kind, effect.detail][1:])

    def _report(self, rule: Rule, reached: Reached, what: str, advice: str) -> None:
        mend = _FIXES.get((reached.effect.kind, reached.effect.detail))
        self.here.report_reached(
            rule,
            reached,
            f"{reached.effect.label} {what} while workflow '{self.here.root(reached)}' runs",
            f": {advice}",
            fix=mend(self._ordering, reached) if mend else None,
        )
