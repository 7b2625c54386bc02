"""Workflows that are enqueued by name."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from dbos_lint.catalog.names import ASKS, QUEUE, WORKFLOW
from dbos_lint.rules.declared.client import CLASS_NAME_MISSING, UNKNOWN_WORKFLOW_NAME
from dbos_lint.rules.named import Named, in_options, is_test, named, speaks_for_project
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.closest import closest
from dbos_lint.semantics.handles import qualname_of
from dbos_lint.semantics.literals import strings
from dbos_lint.semantics.sites import Call
from dbos_lint.semantics.told import DECORATED, Known, Told

_CODES = frozenset({UNKNOWN_WORKFLOW_NAME.code, CLASS_NAME_MISSING.code})
_CLIENT = "dbos.DBOSClient"
_CLASS, _INSTANCE = "class_name", "instance_name"


class WorkflowNames(Visitor):
    """Names under which no workflow is registered, or that do not say enough."""

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        if self.here.enabled.isdisjoint(_CODES):
            return
        for found in named(self.here, node, call, WORKFLOW, ASKS):
            own = self.here.analysis.names.own(WORKFLOW, self.here.module).offered.get(found.name)
            if own is not None and not all(self._missing(found, own)):
                continue
            known = self.here.analysis.names.known(WORKFLOW, self.here.module)
            mentions = known.offered.get(found.name)
            if mentions is None:
                self._unknown(found, known)
            else:
                self._without_class(found, mentions)

    # ------------------------------------------------------------------ names

    def _unknown(self, found: Named, known: Known) -> None:
        # What dbos makes of steps and transactions that are started has such names.
        if (
            found.name.startswith("<")
            or not speaks_for_project(known, self.here)
            or self._is_defined(found.name, known)
            or self._may_be_of_another(found)
        ):
            return
        near = self._meant(found.name, known)
        if near is None and (is_test(self.here, self.here.module.path) or not self._queue_is_own(found)):
            return
        hint = f"did you mean '{near}'?" if near else "enqueue it under the name that @DBOS.workflow() gives it"
        self.here.report(
            UNKNOWN_WORKFLOW_NAME,
            found.node,
            f"no workflow of this project is registered as '{found.name}': dbos accepts it, and no process can run "
            f"it; {hint}",
        )

    def _meant(self, name: str, known: Known) -> str | None:
        """The registered name that was meant: of a function under another one, with or without its class, misspelt."""
        last = name.rpartition(".")[2]
        for other, mentions in sorted(known.offered.items()):
            if last in (other.rpartition(".")[2], *(told.workflow.function for told in mentions if told.workflow)):
                return other
        return closest(name, known.offered)

    def _is_defined(self, name: str, known: Known) -> bool:
        """Whether the project has a decorated function of that name, which something unknown may register."""
        registered = {
            (told.workflow.home or told.path, told.workflow.handle)
            for found in known.offered.values()
            for told in found
            if told.workflow
        }
        return any(
            qualname_of(handle) == name and (path, handle) not in registered
            for path, decorated in self.here.analysis.names.answers(WORKFLOW, DECORATED, self.here.module)
            for handle in decorated
        )

    def _may_be_of_another(self, found: Named) -> bool:
        """Whether a client asks, and one of this file is told for which application it speaks."""
        return found.api.startswith(f"{_CLIENT}.") and any(
            keyword == "application_name"
            for _, call in self.here.collected.nodes.calls
            if self.here.names_called(call) == {_CLIENT}
            for keyword, _ in call.keywords
        )

    def _queue_is_own(self, found: Named) -> bool:
        """Whether the workflow waits on a queue of this project, whose workers are its processes."""
        if found.options is None:
            return False
        ref = in_options(self.here, found, "queue_name")
        queues = strings(self.here.resolver, found.options.module, ref, found.options.place) or ()
        known = self.here.analysis.names.known(QUEUE, self.here.module) if queues else None
        return known is not None and all(
            any(not told.in_tests for told in known.offered.get(queue, ())) for queue in queues
        )

    # ------------------------------------------------------------------ methods

    def _missing(self, found: Named, mentions: Iterable[Told]) -> list[list[str]]:
        """The options that are missing for each of the workflows which may be meant."""
        given = {name for name, _ in found.options.items} if found.options is not None else {None}
        # A schedule says otherwise which class it means.
        if found.slot.each or None in given:
            return [[]]
        return [[key for key in self._needed(mention) if key not in given] for mention in mentions]

    def _without_class(self, found: Named, mentions: Sequence[Told]) -> None:
        missing = self._missing(found, mentions)
        if all(missing):
            keys = " and ".join(sorted(missing, key=len)[0])
            self.here.report(
                CLASS_NAME_MISSING,
                found.node,
                f"'{found.name}' is a method, and these options give no {keys}: dbos calls it without the object that "
                "it belongs to, and the workflow ends in an error; add what is missing",
            )

    def _needed(self, told: Told) -> tuple[str, ...]:
        """The options without which dbos cannot tell whose method a workflow is."""
        assert told.workflow is not None
        return (_CLASS, _INSTANCE)[: told.workflow.needs]
