"""What a client is asked to do, and where."""

from __future__ import annotations

import ast

from dbos_lint.catalog import api
from dbos_lint.rules.declared.client import CLIENT_IN_WORKFLOW, CLIENT_ON_CONFLICT
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.contexts import Reached
from dbos_lint.semantics.dicts import dicts
from dbos_lint.semantics.effects import UNRECORDED_BY_CLIENT
from dbos_lint.semantics.enqueues import BY_CLIENT
from dbos_lint.semantics.literals import strings
from dbos_lint.semantics.queues import REGISTERS_BY_CLIENT
from dbos_lint.semantics.scoping import place_of
from dbos_lint.semantics.sites import Call

_LATEST = "update_if_latest_version"


class Calls(Visitor):
    """Calls of a client's methods."""

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        policy = dict(call.keywords).get("on_conflict") if call.keywords else None
        if policy is None or self.here.names_called(call).isdisjoint(REGISTERS_BY_CLIENT):
            return
        place = place_of(call)
        if _LATEST in (strings(self.here.resolver, self.here.module, policy, place) or ()):
            self.here.report(
                CLIENT_ON_CONFLICT,
                call.span,
                f'a client belongs to no version of the application, so that on_conflict="{_LATEST}" raises '
                "DBOSException: write always_update or never_update",
            )

    def visit_effect(self, reached: Reached) -> None:
        if reached.context != api.WORKFLOW or reached.effect.kind != UNRECORDED_BY_CLIENT or self._has_id(reached):
            return
        self.here.report_reached(
            CLIENT_IN_WORKFLOW,
            reached,
            f"{reached.effect.label} uses a client while workflow '{self.here.root(reached)}' runs",
            ": this is not recorded, and recovery does it again; use DBOS itself, or do it in a step",
        )

    def _has_id(self, reached: Reached) -> bool:
        """Whether the call enqueues under an ID of its own, so that to repeat it changes nothing."""
        if reached.effect.name not in BY_CLIENT:
            return False
        module = self.here.resolver.module(reached.origin.module)
        for call in module.functions[reached.origin.id].calls:
            if call.span == reached.effect.span:
                position = 1 if reached.effect.name.endswith("in_transaction") else 0
                ref = dict(call.keywords).get("options", call.args[position] if position < len(call.args) else None)
                literals = dicts(self.here.resolver, module, ref, place_of(call))
                return any(key == "workflow_id" for literal in literals for key, _ in literal.items)
        return False
