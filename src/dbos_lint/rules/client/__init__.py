"""DBOSClient: programs that enqueue and ask from outside."""

from __future__ import annotations

from dbos_lint.catalog import api
from dbos_lint.catalog.names import WORKFLOW
from dbos_lint.rules.late import late
from dbos_lint.rules.named import taking
from dbos_lint.rules.visitor import Visitor, happening
from dbos_lint.semantics.effects import UNRECORDED_BY_CLIENT
from dbos_lint.semantics.enqueues import BY_CLIENT
from dbos_lint.semantics.queues import REGISTERS_BY_CLIENT
from dbos_lint.semantics.values import FunctionValue


class ClientVisitor(Visitor):
    """What is done with a DBOSClient."""

    parts = (
        late(
            "client.calls",
            "Calls",
            calls=REGISTERS_BY_CLIENT,
            effects=happening((UNRECORDED_BY_CLIENT,), api.WORKFLOW),
        ),
        late("client.lifetimes", "Lifetimes", calls=(api.CLIENT,), called=(FunctionValue,)),
        late("client.transactions", "InTransactions", calls=BY_CLIENT),
        late("client.options", "EnqueueOptions", concerns=lambda here: here.typed_dicts.has(api.ENQUEUE_OPTIONS)),
        late("client.names", "WorkflowNames", calls=taking(WORKFLOW)),
    )
