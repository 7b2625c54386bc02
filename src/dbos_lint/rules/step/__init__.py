"""Steps and transactions: what they may do, and how they are declared."""

from __future__ import annotations

from dbos_lint.rules.step.arguments import Arguments
from dbos_lint.rules.step.compositions import Compositions
from dbos_lint.rules.step.declarations import Declarations
from dbos_lint.rules.step.effects import Effects
from dbos_lint.rules.step.handlers import Handlers
from dbos_lint.rules.step.options import StepOptions
from dbos_lint.rules.step.raises import Raises
from dbos_lint.rules.step.results import Results
from dbos_lint.rules.step.retries import Retries
from dbos_lint.rules.visitor import Visitor


class StepVisitor(Visitor):
    """What concerns steps and transactions."""

    parts = (Effects, Compositions, Arguments, StepOptions, Retries, Declarations, Handlers, Results, Raises)
