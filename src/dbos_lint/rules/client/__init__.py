"""DBOSClient: programs that enqueue and ask from outside."""

from __future__ import annotations

from dbos_lint.rules.client.calls import Calls
from dbos_lint.rules.client.lifetimes import Lifetimes
from dbos_lint.rules.client.names import WorkflowNames
from dbos_lint.rules.client.options import EnqueueOptions
from dbos_lint.rules.client.transactions import InTransactions
from dbos_lint.rules.visitor import Visitor


class ClientVisitor(Visitor):
    """What is done with a DBOSClient."""

    parts = (
        Calls,
        Lifetimes,
        InTransactions,
        EnqueueOptions,
        WorkflowNames,
    )
