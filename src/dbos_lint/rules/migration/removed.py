"""Which function of this room mends the use of a symbol that a release of dbos has taken away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from dbos_lint.catalog.history import Symbol
from dbos_lint.fix import ByHand, Fix
from dbos_lint.rules.migration import (
    applications,
    clients,
    configuration,
    databases,
    queue_options,
    renamed,
    transactions,
)
from dbos_lint.rules.visitor import Here
from dbos_lint.syntax.spans import Span

Answer: TypeAlias = Fix | ByHand | None
"""How to mend a use, why only a person can, or that nobody has looked."""

Family: TypeAlias = Callable[[Here, Symbol, Span], Answer]
"""Mends the use of a symbol at a span of the linted file: where the finding stands."""

_FAMILIES: Mapping[str, Family] = {
    **renamed.FAMILIES,
    **applications.FAMILIES,
    **clients.FAMILIES,
    **configuration.FAMILIES,
    **databases.FAMILIES,
    **transactions.FAMILIES,
    **queue_options.FAMILIES,
}


def fix(here: Here, symbol: Symbol, span: Span) -> Answer:
    """How to mend the use of ``symbol`` that a rule reports at ``span``."""
    family = _FAMILIES.get(symbol.name)
    return family(here, symbol, span) if family is not None else None


def is_known(symbol: str) -> bool:
    """Whether there is something to say of how to mend the use of ``symbol``."""
    return symbol in _FAMILIES
