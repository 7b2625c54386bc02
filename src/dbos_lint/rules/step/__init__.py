"""Steps and transactions: what they may do, and how they are declared."""

from __future__ import annotations

from dbos_lint.catalog import api
from dbos_lint.rules.late import late
from dbos_lint.rules.step.arguments import Arguments
from dbos_lint.rules.step.declarations import Declarations
from dbos_lint.rules.step.effects import Effects
from dbos_lint.rules.step.handlers import Handlers
from dbos_lint.rules.step.options import StepOptions
from dbos_lint.rules.step.results import Results
from dbos_lint.rules.step.retries import Retries
from dbos_lint.rules.visitor import Visitor, happening
from dbos_lint.semantics.contexts import DURABLE_CONTEXTS
from dbos_lint.semantics.effects import CALLS_STEP, ENDS_TRANSACTION, RAISES_LOSSY

# What a transaction must not do while it holds its connection.
_ERRANDS = ("network", "cloud", "llm", "payment", "email", "messaging", "filesystem", "subprocess")


class StepVisitor(Visitor):
    """What concerns steps and transactions."""

    parts = (
        Effects,
        late(
            "step.compositions",
            "Compositions",
            effects=happening((CALLS_STEP,), api.STEP) | happening((*_ERRANDS, ENDS_TRANSACTION), api.TRANSACTION),
        ),
        Arguments,
        StepOptions,
        Retries,
        Declarations,
        Handlers,
        Results,
        late("step.raises", "Raises", effects=happening((RAISES_LOSSY,), *DURABLE_CONTEXTS)),
    )
