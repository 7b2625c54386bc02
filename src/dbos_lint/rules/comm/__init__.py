"""Messages, events and streams."""

from __future__ import annotations

from dbos_lint.rules.comm.addresses import Addresses
from dbos_lint.rules.comm.answers import Answers
from dbos_lint.rules.comm.names import CommNames
from dbos_lint.rules.comm.places import Places
from dbos_lint.rules.comm.streams import Streams
from dbos_lint.rules.visitor import Visitor


class CommVisitor(Visitor):
    """Messages, events and streams."""

    parts = (
        Places,
        CommNames,
        Addresses,
        Answers,
        Streams,
    )
