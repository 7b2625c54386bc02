"""What the functions of a file are called by others: their numbers change with all that is written above them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from dbos_lint.semantics.resolve import Resolver
from dbos_lint.semantics.summary import Module

_AGAIN = "#"


def handles(resolver: Resolver, module: Module) -> Sequence[str]:
    """The handles of the functions of ``module``, by their numbers: the qualified name, and for those that are not the
    first to go by it, the how manieth they are."""
    return resolver.once(_handles, module)


def qualname_of(handle: str) -> str:
    """The qualified name of the function with this handle."""
    return handle.partition(_AGAIN)[0]


def _handles(_: Resolver, module: Module) -> tuple[str, ...]:
    seen: Counter[str] = Counter()
    found = []
    for function in module.functions:
        name = function.qualname
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name}{_AGAIN}{seen[name]}")
    return tuple(found)
