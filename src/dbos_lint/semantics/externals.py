"""Things outside the project: under which name the lists know them."""

from __future__ import annotations

from dbos_lint.catalog import types
from dbos_lint.semantics.values import External


def known_as(external: External) -> str:
    """The name of ``external`` in the lists, which name methods of base classes only."""
    name, base = external.name, external.base
    while base in types.BASES:
        parent = types.BASES[base]
        name, base = f"{parent}.{name.removeprefix(base + '.')}", parent
    return name
