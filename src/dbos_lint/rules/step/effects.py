"""What steps and transactions must not do."""

from __future__ import annotations

from dbos_lint.catalog import api
from dbos_lint.diagnostic import Level, Rule
from dbos_lint.rules.declared.step import (
    GLOBAL_WRITE_IN_STEP,
    RECV_IN_STEP,
    SESSION_OUTSIDE_TRANSACTION,
    START_WORKFLOW_IN_STEP,
    WORKFLOW_ONLY_CALL_IN_STEP,
)
from dbos_lint.rules.readers import is_read
from dbos_lint.rules.step.declaring import declared
from dbos_lint.rules.visitor import Visitor, happening
from dbos_lint.semantics.contexts import DURABLE_CONTEXTS, LOOP, OUTSIDE, Reached
from dbos_lint.semantics.effects import (
    CALLS_WORKFLOW,
    CLOSURE_WRITE,
    GLOBAL_WRITE,
    RECEIVES,
    SELF_WRITE,
    STARTS_WORKFLOW,
    USES_SESSION,
    WORKFLOW_ONLY,
)
from dbos_lint.semantics.selves import FILLING, keeps_self
from dbos_lint.semantics.testcode import holds_tests
from dbos_lint.semantics.values import FunctionKey

# Kind of effect: the rule, what happens, and what to do about it.
_EFFECTS: dict[str, tuple[Rule, str, str]] = {
    STARTS_WORKFLOW: (
        START_WORKFLOW_IN_STEP,
        "starts a workflow",
        "dbos refuses it with an AssertionError that has no text; start it in workflow code",
    ),
    CALLS_WORKFLOW: (
        START_WORKFLOW_IN_STEP,
        "calls a workflow",
        "dbos refuses it with an AssertionError that has no text; call it in workflow code",
    ),
    RECEIVES: (
        RECV_IN_STEP,
        "waits for a message",
        "dbos raises DBOSException; receive in workflow code, and give the step the message",
    ),
}
_WRITES = frozenset({GLOBAL_WRITE, CLOSURE_WRITE, SELF_WRITE})
_LOST = "a finished step is not run again on recovery, so the change is lost; return the value instead"
_MISSED = (
    "a finished step is not run again on recovery, so who reads it afterwards finds the old value; return the value "
    "and pass it on"
)


class Effects(Visitor):
    """What steps and transactions must not do."""

    effects = happening((USES_SESSION,), *DURABLE_CONTEXTS, OUTSIDE, LOOP) | happening(
        (*_EFFECTS, WORKFLOW_ONLY, *_WRITES), api.STEP, api.TRANSACTION
    )

    def visit_effect(self, reached: Reached) -> None:
        kind = reached.effect.kind
        if kind == USES_SESSION:
            self._session(reached)
        elif reached.context in (api.STEP, api.TRANSACTION):
            if kind in _EFFECTS:
                rule, what, advice = _EFFECTS[kind]
                self._report(rule, reached, what, advice)
            elif kind == WORKFLOW_ONLY:
                self._workflow_only(reached)
            elif kind in _WRITES:
                self._write(reached)

    def _workflow_only(self, reached: Reached) -> None:
        name = reached.effect.name
        if name.endswith(("sleep", "sleep_async")):
            advice = "it raises AssertionError; use time.sleep, or asyncio.sleep in async code"
        else:
            advice = "it raises DBOSException; do it in workflow code, and give the step the outcome"
        self._report(WORKFLOW_ONLY_CALL_IN_STEP, reached, "is called", advice)

    def _write(self, reached: Reached) -> None:
        effect = reached.effect
        guard = effect.detail
        if effect.kind == CLOSURE_WRITE:
            owner, _, guard = effect.detail.partition(":")
            if self._runs_in_step(int(owner)):
                return
        if guard in FILLING or (effect.kind == SELF_WRITE and not self._on_self(reached)):
            return
        read = is_read(self.here, reached)
        if read is False and holds_tests(self.here.module):
            return
        self._report(
            GLOBAL_WRITE_IN_STEP, reached, "is changed", _MISSED if read else _LOST, Level.ERROR if read else None
        )

    def _on_self(self, reached: Reached) -> bool:
        return keeps_self(self.here.contexts, reached.context, reached.chain)

    def _runs_in_step(self, function: int) -> bool:
        contexts = self.here.contexts
        return contexts.runs_as(function, api.STEP) or contexts.runs_as(function, api.TRANSACTION)

    def _session(self, reached: Reached) -> None:
        """The session of a datasource, where no transaction of that kind of datasource is open."""
        klass = reached.effect.name.rpartition(".")[0]
        if reached.context == LOOP or self._may_be_open(klass, reached.chain[0], reached.context):
            return
        self._report(
            SESSION_OUTSIDE_TRANSACTION,
            reached,
            "is called",
            "it raises AssertionError anywhere but in a transaction of that datasource; do this in a function under "
            "its @transaction, or given to its run_tx_step",
        )

    def _may_be_open(self, klass: str, root: FunctionKey, context: str) -> bool:
        """Whether ``root`` may run in a transaction of a datasource of ``klass``."""
        here = self.here
        found = declared(here, here.module.functions[root.id])
        names = [declaration.name for declaration in found if declaration.kind == api.TRANSACTION]
        if names:
            classes = {name.rpartition(".")[0] for name in names}
            return klass in classes or not classes <= api.DATASOURCES.keys()
        return context == api.TRANSACTION or any(
            registration.function == root.id and registration.entity.kind == api.TRANSACTION
            for registration in here.contexts.registrations
        )

    def _report(self, rule: Rule, reached: Reached, what: str, advice: str, level: Level | None = None) -> None:
        root = self.here.root(reached).rpartition("<locals>.")[2]
        who = "code outside of transactions" if reached.context == OUTSIDE else f"{reached.context} '{root}'"
        what = f"{reached.effect.label} {what} while {who} runs"
        self.here.report_reached(rule, reached, what, f": {advice}", level=level)
