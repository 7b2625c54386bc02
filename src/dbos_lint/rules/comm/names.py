"""Topics, and keys of events and streams: whoever sends and whoever waits must call them the same."""

from __future__ import annotations

import ast
from functools import cached_property

from dbos_lint.catalog import api
from dbos_lint.catalog.names import ASKS, EVENT, OFFERS, STREAM, TOPIC
from dbos_lint.diagnostic import Confidence
from dbos_lint.rules.declared.comm import EVENT_NEVER_SET, TOPIC_NEVER_RECEIVED
from dbos_lint.rules.named import Named, is_test, named, speaks_for_project
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.closest import closest
from dbos_lint.semantics.sites import Call
from dbos_lint.semantics.told import Known, Told

_ENGINE = f"{api.DBOS}."
_NEVER = {
    EVENT: "no part of this project sets an event '{}': the call waits for its timeout and gives None",
    STREAM: "no part of this project writes a stream '{}': reading it gives nothing",
}


class CommNames(Visitor):
    """Names that only one side knows."""

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        if TOPIC_NEVER_RECEIVED.code in self.here.enabled:
            for found in named(self.here, node, call, TOPIC, ASKS):
                self._never_received(found)
            for found in named(self.here, node, call, TOPIC, OFFERS):
                self._never_sent(found)
        for kind, message in _NEVER.items() if EVENT_NEVER_SET.code in self.here.enabled else ():
            for found in named(self.here, node, call, kind, ASKS):
                self._never_set(found, kind, message.format(found.name))

    def _own(self, kind: str) -> Known:
        """What this file says of the names of ``kind``."""
        return self.here.analysis.names.own(kind, self.here.module)

    def _known(self, kind: str) -> Known | None:
        """The names of ``kind``, where all that are offered can be told, and both sides are in the project."""
        known = self.here.analysis.names.known(kind, self.here.module)
        return known if known.asked and speaks_for_project(known, self.here) else None

    def _missing(self, found: Named, kind: str) -> tuple[str | None, Confidence] | None:
        """The name that may be meant by one that nobody offers, and how sure it is that nobody does."""
        if found.name in self._own(kind).offered:
            return None
        known = self._known(kind)
        if known is None or found.name in known.offered:
            return None
        near = closest(found.name, known.offered)
        if near is None and not self._stays_inside(found.api):
            return None
        sure = near is not None or _talks_to_itself(known) or not self._runs_as_workflow(found.call)
        return near, Confidence.HIGH if sure else Confidence.MEDIUM

    def _never_received(self, found: Named) -> None:
        missing = self._missing(found, TOPIC)
        if missing is None:
            return
        near, confidence = missing
        self.here.report(
            TOPIC_NEVER_RECEIVED,
            found.node,
            f"no workflow of this project receives the topic '{found.name}': the message is stored and never read; "
            + _advice(near, "receive it with DBOS.recv()"),
            confidence=confidence,
        )

    def _never_sent(self, found: Named) -> None:
        if found.name in self._own(TOPIC).asked:
            return
        known = self._known(TOPIC)
        if known is None or known.open or found.name in known.asked:
            return
        near = closest(found.name, known.asked)
        if near is None and is_test(self.here, self.here.module.path):
            return
        self.here.report(
            TOPIC_NEVER_RECEIVED,
            found.node,
            f"no part of this project sends the topic '{found.name}': DBOS.recv() waits for its timeout and gives "
            f"None; {_advice(near, 'send it with DBOS.send()')}",
            confidence=Confidence.HIGH if near is not None or self._sends_astray else Confidence.MEDIUM,
        )

    @cached_property
    def _sends_astray(self) -> bool:
        """Whether somebody here sends what nobody awaits: else others may send, from outside, what is awaited."""
        known = self._known(TOPIC)
        if known is None:
            return False
        strays = [
            told
            for name, mentions in known.asked.items()
            if name not in known.offered
            for told in mentions
            if told.api.startswith(_ENGINE)
        ]
        if strays and _talks_to_itself(known):
            return True
        return any(not self._is_in_workflow(told) for told in strays)

    def _never_set(self, found: Named, kind: str, what: str) -> None:
        missing = self._missing(found, kind)
        if missing is None:
            return
        near, confidence = missing
        advice = _advice(near, "set it in the workflow" if kind == EVENT else "write it in the workflow")
        self.here.report(
            EVENT_NEVER_SET,
            found.node,
            f"{what}; {advice}",
            confidence=confidence,
        )

    # ------------------------------------------------------------------ where the other side is

    def _stays_inside(self, name: str) -> bool:
        """Whether the other side must be in this project: a client may talk to another application's workflows."""
        return name.startswith(_ENGINE) and not is_test(self.here, self.here.module.path)

    def _runs_as_workflow(self, call: Call) -> bool:
        """Whether a workflow makes the call: it may talk to others, whereas a program asks its own workflows."""
        return self.here.contexts.runs_as(self.here.function(call).id, api.WORKFLOW)

    def _is_in_workflow(self, told: Told) -> bool:
        """Whether what sends a topic is in a workflow; of this file it is known which functions run as part of one."""
        if told.path != self.here.module.path:
            return told.in_workflow
        return (told.side, told.name, told.api) not in self._mentioned_outside

    @cached_property
    def _mentioned_outside(self) -> set[tuple[str, str | None, str]]:
        """The topics that this file mentions where no workflow runs, each with its side and with what mentions it."""
        return {
            (mention.side, mention.name, mention.api)
            for mention in self.here.analysis.names.of(self.here.module, TOPIC)
            if mention.call is not None and not self._runs_as_workflow(mention.call)
        }


def _talks_to_itself(known: Known) -> bool:
    """Whether both sides of some name are in the project, so that its workflows do not only talk to others."""
    return not known.offered.keys().isdisjoint(known.asked)


def _advice(near: str | None, otherwise: str) -> str:
    return f"did you mean '{near}'?" if near else otherwise
