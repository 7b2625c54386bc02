"""Topics, and keys of events and streams: whoever sends and whoever waits must call them the same."""

from __future__ import annotations

import ast

from dbos_lint.catalog import api
from dbos_lint.catalog.names import ASKS, EVENT, OFFERS, STREAM, TOPIC
from dbos_lint.diagnostic import Confidence
from dbos_lint.rules.declared.comm import EVENT_NEVER_SET, TOPIC_NEVER_RECEIVED
from dbos_lint.rules.named import Named, is_test, named, speaks_for_project, taking
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.names import Known, Mention, closest
from dbos_lint.semantics.summary import Call

_NEVER = {
    EVENT: "no part of this project sets an event '{}': the call waits for its timeout and gives None",
    STREAM: "no part of this project writes a stream '{}': reading it gives nothing",
}


class CommNames(Visitor):
    """Names that only one side knows."""

    calls = taking(TOPIC, *_NEVER)

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        for found in named(self.here, node, call, TOPIC, ASKS):
            self._never_received(found)
        for found in named(self.here, node, call, TOPIC, OFFERS):
            self._never_sent(found)
        for kind, message in _NEVER.items():
            for found in named(self.here, node, call, kind, ASKS):
                self._never_set(found, kind, message.format(found.name))

    def _known(self, kind: str) -> Known | None:
        """The names of ``kind``, where all of them can be told and both sides are in the project."""
        known = self.here.analysis.names.known(kind, self.here.module)
        return known if not known.open and known.asked and speaks_for_project(known, self.here) else None

    def _never_received(self, found: Named) -> None:
        known = self._known(TOPIC)
        if known is None or found.name in known.offered:
            return
        near = closest(found.name, known.offered)
        if near is None and not self._stays_inside(found):
            return
        self.here.report(
            TOPIC_NEVER_RECEIVED,
            found.node,
            f"no workflow of this project receives the topic '{found.name}': the message is stored and never read; "
            + _advice(near, "receive it with DBOS.recv()"),
        )

    def _never_sent(self, found: Named) -> None:
        known = self._known(TOPIC)
        if known is None or found.name in known.asked:
            return
        near = closest(found.name, known.asked)
        # Others may send it from outside: that they do not is a guess, unless somebody here sends what nobody awaits.
        sure = near is not None or any(
            name not in known.offered and any(map(_is_engine, mentions)) for name, mentions in known.asked.items()
        )
        if near is None and is_test(self.here, self.here.module.path):
            return
        self.here.report(
            TOPIC_NEVER_RECEIVED,
            found.node,
            f"no part of this project sends the topic '{found.name}': DBOS.recv() waits for its timeout and gives "
            f"None; {_advice(near, 'send it with DBOS.send()')}",
            confidence=Confidence.HIGH if sure else Confidence.MEDIUM,
        )

    def _never_set(self, found: Named, kind: str, what: str) -> None:
        known = self._known(kind)
        if known is None or found.name in known.offered:
            return
        near = closest(found.name, known.offered)
        if near is None and not self._stays_inside(found):
            return
        advice = _advice(near, "set it in the workflow" if kind == EVENT else "write it in the workflow")
        self.here.report(EVENT_NEVER_SET, found.node, f"{what}; {advice}")

    def _stays_inside(self, found: Named) -> bool:
        """Whether the other side must be in this project: a client may talk to another application's workflows."""
        return found.api.startswith(f"{api.DBOS}.") and not is_test(self.here, self.here.module.path)


def _is_engine(mention: Mention) -> bool:
    return mention.api.startswith(f"{api.DBOS}.")


def _advice(near: str | None, otherwise: str) -> str:
    return f"did you mean '{near}'?" if near else otherwise
