"""The names of queues."""

from __future__ import annotations

import ast

from dbos_lint.catalog import api
from dbos_lint.catalog.names import ASKS, OFFERS, QUEUE, WORKFLOW
from dbos_lint.diagnostic import Level
from dbos_lint.rules.declared.queue import RESERVED_QUEUE_NAME, UNREGISTERED_QUEUE
from dbos_lint.rules.named import Named, in_options, is_test, named, speaks_for_project
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.closest import closest
from dbos_lint.semantics.literals import strings
from dbos_lint.semantics.queues import REGISTERS
from dbos_lint.semantics.sites import Call

_RESERVED = "_dbos_"
_WAITS = "what is enqueued there waits for ever, without an error"
_EFFECTS = {
    "listen_queues": "nothing ever comes from it",
    "apply_schedules": "dbos raises DBOSException",
    "create_schedule": "dbos raises DBOSException",
    "create": "the debouncer raises when it is used",
}


class QueueNames(Visitor):
    """Queues under names that dbos keeps for itself, or that nobody registers."""

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        names = self.here.names_called(call)
        if not names.isdisjoint(REGISTERS - {api.QUEUE}):
            for found in named(self.here, node, call, QUEUE, OFFERS):
                self._reserved(found)
        if UNREGISTERED_QUEUE.code in self.here.enabled:
            asked = list(named(self.here, node, call, QUEUE, ASKS))
            if not any(_by_client(found) and self._is_registered(found) for found in asked):
                for found in asked:
                    self._unregistered(found)

    def _reserved(self, found: Named) -> None:
        if found.name.startswith(_RESERVED):
            self.here.report(
                RESERVED_QUEUE_NAME,
                found.node,
                f"queue name '{found.name}' begins with '{_RESERVED}', as only dbos's own do: dbos raises ValueError; "
                "choose another name",
            )
        elif not found.name:
            self.here.report(
                RESERVED_QUEUE_NAME,
                found.node,
                "the queue's name is empty: dbos accepts it, and what is enqueued under a name that is missing by "
                "mistake runs there; give it a name",
                level=Level.WARNING,
            )

    def _unregistered(self, found: Named) -> None:
        if found.name.startswith(_RESERVED) or self._is_registered(found):
            return
        known = self.here.analysis.names.known(QUEUE, self.here.module)
        if not speaks_for_project(known, self.here):
            return
        near = closest(found.name, known.offered)
        if near is None and (is_test(self.here, self.here.module.path) or not self._is_own(found)):
            return
        hint = f"did you mean '{near}'?" if near else "register it after the launch"
        method = found.api.rpartition(".")[2].removesuffix("_async")
        effect = _EFFECTS.get(method, _WAITS) if not found.api.startswith(api.CLIENT) else _WAITS
        self.here.report(
            UNREGISTERED_QUEUE,
            found.node,
            f"no part of this project registers a queue '{found.name}': {effect}; {hint}",
        )

    def _is_registered(self, found: Named) -> bool:
        return self.here.analysis.names.is_offered(QUEUE, found.name, self.here.module)

    def _is_own(self, found: Named) -> bool:
        """Whether the queue must be one of this project's: a client may well mean another application's."""
        if found.options is None:
            return not _by_client(found)
        if in_options(self.here, found, "workflow_fn") is not None:
            return True
        ref = in_options(self.here, found, "workflow_name")
        workflows = strings(self.here.resolver, found.options.module, ref, found.options.place) or ()
        names = self.here.analysis.names
        return bool(workflows) and all(names.is_offered(WORKFLOW, each, self.here.module) for each in workflows)


def _by_client(found: Named) -> bool:
    """Whether a client asks: of several names that it may mean, some are those of other applications."""
    return found.api.startswith(api.CLIENT) or found.api == "dbos.DebouncerClient"
