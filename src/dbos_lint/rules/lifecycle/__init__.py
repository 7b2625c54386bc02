"""Configuration, launch and registration: what must happen when, and where."""

from __future__ import annotations

from dbos_lint.catalog import api
from dbos_lint.rules.late import late
from dbos_lint.rules.lifecycle.config import Configurations
from dbos_lint.rules.lifecycle.decorators import Decorators
from dbos_lint.rules.lifecycle.order import Order
from dbos_lint.rules.lifecycle.passwords import Passwords
from dbos_lint.rules.visitor import Visitor


class LifecycleVisitor(Visitor):
    """What belongs before, after and around the launch, and around the functions that dbos runs."""

    parts = (
        Order,
        Decorators,
        Configurations,
        Passwords,
        late("lifecycle.resets", "Resets", calls=(api.RESET,)),
    )
