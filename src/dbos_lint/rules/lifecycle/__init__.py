"""Configuration, launch and registration: what must happen when, and where."""

from __future__ import annotations

from dbos_lint.catalog import api
from dbos_lint.rules.late import late
from dbos_lint.rules.lifecycle.decorators import Decorators
from dbos_lint.rules.lifecycle.order import Order
from dbos_lint.rules.visitor import Here, Visitor


def _has_configuration(here: Here) -> bool:
    return here.typed_dicts.has(api.CONFIG)


class LifecycleVisitor(Visitor):
    """What belongs before, after and around the launch, and around the functions that dbos runs."""

    parts = (
        Order,
        Decorators,
        late("lifecycle.config", "Configurations", calls=(api.DBOS,), concerns=_has_configuration),
        late("lifecycle.passwords", "Passwords", calls=api.TAKES_URL, concerns=_has_configuration),
        late("lifecycle.resets", "Resets", calls=(api.RESET,)),
    )
