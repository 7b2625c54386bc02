"""Messages, events and streams."""

from __future__ import annotations

from dbos_lint.catalog import messages
from dbos_lint.catalog.names import EVENT, STREAM, TOPIC
from dbos_lint.rules.comm.answers import Answers
from dbos_lint.rules.late import late
from dbos_lint.rules.named import taking
from dbos_lint.rules.visitor import Visitor, happening
from dbos_lint.semantics.contexts import OUTSIDE
from dbos_lint.semantics.effects import RAISES_OUTSIDE


class CommVisitor(Visitor):
    """Messages, events and streams."""

    parts = (
        late("comm.places", "Places", effects=happening((RAISES_OUTSIDE,), OUTSIDE)),
        late("comm.names", "CommNames", calls=taking(TOPIC, EVENT, STREAM)),
        late("comm.addresses", "Addresses", calls=messages.TAKES_ID),
        Answers,
        late("comm.streams", "Streams", calls=messages.READS_STREAM | messages.SENDS),
    )
