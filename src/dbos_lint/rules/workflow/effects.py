"""What workflow code does that makes a recovered run differ from the recorded one."""

from __future__ import annotations

import ast
from functools import cached_property
from typing import TYPE_CHECKING

from dbos_lint.catalog import api
from dbos_lint.diagnostic import Confidence, Rule
from dbos_lint.fix import Fix
from dbos_lint.rules.declared.workflow import (
    CONSOLE_INPUT_IN_WORKFLOW,
    DATABASE_IN_WORKFLOW,
    FILESYSTEM_IN_WORKFLOW,
    GLOBAL_WRITE_IN_WORKFLOW,
    NETWORK_IN_WORKFLOW,
    NON_DURABLE_SLEEP,
    SUBPROCESS_IN_WORKFLOW,
    THREAD_IN_WORKFLOW,
    THREAD_STARTS_WORKFLOW,
)
from dbos_lint.rules.readers import is_read
from dbos_lint.rules.visitor import Visitor, happening
from dbos_lint.semantics.contexts import Reached
from dbos_lint.semantics.effects import (
    CLOSURE_WRITE,
    DURABLE_IN_THREAD,
    GLOBAL_WRITE,
    WORKFLOW_IN_THREAD,
)
from dbos_lint.semantics.testcode import holds_tests
from dbos_lint.semantics.writes import MADE, OF_RUN
from dbos_lint.syntax.spans import span_of

if TYPE_CHECKING:
    from dbos_lint.rules.workflow.places import Places

_STEP = "do it in a step (DBOS.run_step) and use what the step returns"
_ONCE = "recovery does it again; do it in a step"
# Kind of effect: the rule, what happens, and what to do about it.
_EFFECTS: dict[str, tuple[Rule, str, str]] = {
    "filesystem": (FILESYSTEM_IN_WORKFLOW, "is called", f"files may have changed when it recovers; {_STEP}"),
    **dict.fromkeys(
        ("network", "cloud", "llm", "payment", "email", "messaging"),
        (NETWORK_IN_WORKFLOW, "is called", f"{_ONCE}"),
    ),
    "database": (DATABASE_IN_WORKFLOW, "is called", f"{_ONCE} or a datasource transaction"),
    "subprocess": (SUBPROCESS_IN_WORKFLOW, "is called", f"{_ONCE}"),
    "user-input": (CONSOLE_INPUT_IN_WORKFLOW, "is called", "recovery asks again; wait for the answer with DBOS.recv"),
    "sleep": (
        NON_DURABLE_SLEEP,
        "is called",
        "the wait starts over on recovery; use DBOS.sleep, or await DBOS.sleep_async in async code",
    ),
}


class Effects(Visitor):
    """What workflow code must not do."""

    effects = happening((*_EFFECTS, GLOBAL_WRITE, CLOSURE_WRITE, DURABLE_IN_THREAD), api.WORKFLOW)

    @cached_property
    def _places(self) -> Places:
        from dbos_lint.rules.workflow.places import Places  # for sleeps

        return Places(self.here)

    def visit_effect(self, reached: Reached) -> None:
        kind = reached.effect.kind
        if reached.context == api.WORKFLOW:
            if kind in _EFFECTS:
                self._nondeterminism(reached)
            elif kind in (GLOBAL_WRITE, CLOSURE_WRITE):
                self._write(reached)
            elif kind == DURABLE_IN_THREAD:
                self._thread(reached)

    def _nondeterminism(self, reached: Reached) -> None:
        rule, verb, advice = _EFFECTS[reached.effect.kind]
        fix = self._slept(reached) if rule is NON_DURABLE_SLEEP else None
        if rule is CONSOLE_INPUT_IN_WORKFLOW and not reached.effect.label.endswith(")"):
            if self._is_only_named(reached):
                return
            verb = "is read"
        self._report(rule, reached, f"{reached.effect.label} {verb}", advice, fix)

    def _is_only_named(self, reached: Reached) -> bool:
        """Whether the console gets another name, by which only its attributes are asked: what reads is told there."""
        if reached.origin.module != self.here.module.path:
            return False
        body = self.here.body(self.here.module.functions[reached.origin.id])
        for node in body.walk():
            if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
                if span_of(node.value) != reached.effect.span:
                    continue
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names = [each.id for each in targets if isinstance(each, ast.Name)]
                loads = [each for name in names for each in body.mentions[name] if isinstance(each.ctx, ast.Load)]
                return bool(loads) and all(isinstance(body.parent(each), ast.Attribute) for each in loads)
        return False

    def _slept(self, reached: Reached) -> Fix | None:
        """Sleeps durably, where nothing but workflows comes by."""
        if reached.origin.module != self.here.module.path:
            return None
        site = self.here.awaiting.site(reached.effect.span)
        if site is None or not self._places.take_durable_call(site.node, site.call):
            return None
        return self.here.awaiting.sleep(site)

    def _write(self, reached: Reached) -> None:
        effect = reached.effect
        guard = effect.detail
        if effect.kind == CLOSURE_WRITE:
            owner, _, guard = effect.detail.partition(":")
            if self.here.contexts.runs_as(int(owner), api.WORKFLOW):
                return
        if guard in ("unset", MADE, OF_RUN) or (holds_tests(self.here.module) and is_read(self.here, reached) is False):
            return
        advice = (
            "after a crash the write is lost or happens twice; return the value, or keep it in a database in a step"
        )
        self._report(GLOBAL_WRITE_IN_WORKFLOW, reached, f"{effect.label} is changed", advice)

    def _thread(self, reached: Reached) -> None:
        effect = reached.effect
        self._report(
            THREAD_IN_WORKFLOW,
            reached,
            f"{effect.label} runs {effect.detail} in a thread",
            "dbos's context does not reach it: nothing is recorded, and recovery does it again; call it directly, "
            "or start a child workflow",
        )

    def _report(self, rule: Rule, reached: Reached, what: str, advice: str, fix: Fix | None = None) -> None:
        confidence = Confidence.MEDIUM if reached.effect.guess else Confidence.HIGH
        what = f"{what} while workflow '{self.here.root(reached)}' runs"
        self.here.report_reached(rule, reached, what, f": {advice}", confidence=confidence, fix=fix)

    # ------------------------------------------------------------------ threads

    def visit_module(self) -> None:
        self._threads()

    def _threads(self) -> None:
        """Threads that start workflows, where the code around them is not workflow code (there it is DBS218)."""
        here = self.here
        for function in here.module.functions:
            if here.contexts.runs_as(function.id, api.WORKFLOW):
                continue
            for effect in here.analysis.effects(here.value(function).key, (WORKFLOW_IN_THREAD,)):
                if effect.kind == WORKFLOW_IN_THREAD:
                    here.report(
                        THREAD_STARTS_WORKFLOW,
                        effect.span,
                        f"{effect.label} starts workflow code ({effect.detail}) in a thread: when the process dies "
                        "the thread's own work is lost; use DBOS.start_workflow or a queue",
                    )
