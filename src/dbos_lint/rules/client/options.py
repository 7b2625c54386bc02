"""Enqueue options: what is missing in them, and what nobody reads."""

from __future__ import annotations

from dbos_lint.catalog import api
from dbos_lint.catalog.history import Status, closest, history, version
from dbos_lint.rules.declared.client import MISSING_ENQUEUE_OPTION, UNKNOWN_ENQUEUE_OPTION
from dbos_lint.rules.mending import rename_key
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.dicts import Literal
from dbos_lint.semantics.typed_dicts import Entry, Use


class EnqueueOptions(Visitor):
    """What clients, and ``DBOS.enqueue_workflow_with_options``, are told of a workflow."""

    def visit_module(self) -> None:
        dicts = self.here.typed_dicts
        for use in dicts.uses(api.ENQUEUE_OPTIONS):
            for literal in use.literals:
                self._missing(use, literal)
        for entry in dicts.entries(api.ENQUEUE_OPTIONS):
            self._unknown(entry)

    def _missing(self, use: Use, literal: Literal) -> None:
        written = {key for key, _ in literal.items}
        # A debouncer may have a queue of its own.
        needed = {"workflow_name"} if "queue" in dict(use.call.keywords) else {"workflow_name", "queue_name"}
        if needed <= written:
            return
        keys = self.here.typed_dicts.keys(use, literal)
        for key in sorted(needed - keys) if keys is not None else ():
            self.here.report(
                MISSING_ENQUEUE_OPTION,
                literal.span if literal.module == self.here.module.path else use.call.span,
                f'these options have no "{key}", so that enqueueing with them raises KeyError: say '
                + ("which workflow is to run" if key == "workflow_name" else "on which queue it is to wait"),
            )

    def _unknown(self, entry: Entry) -> None:
        keys = history().keys("EnqueueOptions")
        target = version(self.here.settings.dbos_version)
        known = keys.get(entry.key)
        if known is not None and known.status(target) is not Status.REMOVED:
            return
        from dbos_lint.rules.migration.enqueue_options import dropped

        advice = "drop it"
        if known is not None and known.instead:
            advice = known.instead
        elif known is None and (meant := closest(entry.key, keys.values(), target)) is not None:
            advice = f'did you mean "{meant.last}"?'
        self.here.report(
            UNKNOWN_ENQUEUE_OPTION,
            self.here.typed_dicts.spans(entry)[0],
            f'dbos {"no longer has" if known else "has no"} enqueue option "{entry.key}" and ignores it without a '
            f"word: {advice}",
            fix=rename_key(self.here, entry, "EnqueueOptions") if known is None else dropped(self.here, entry),
        )
