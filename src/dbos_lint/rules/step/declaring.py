"""The declarations of the linted file: several parts look at each."""

from __future__ import annotations

from dbos_lint.rules.visitor import Here
from dbos_lint.semantics.declarations import Declaration, by_decorators
from dbos_lint.semantics.summary import Function


def declared(here: Here, function: Function) -> tuple[Declaration, ...]:
    """The declarations among the decorators of ``function``, from the bottom up."""
    known = here.once(_nothing)
    if function.id not in known:
        known[function.id] = tuple(by_decorators(here.analysis, here.module, function))
    return known[function.id]


def _nothing(here: Here) -> dict[int, tuple[Declaration, ...]]:
    """What is known before somebody asks."""
    return {}
