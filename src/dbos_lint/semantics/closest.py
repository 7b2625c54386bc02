"""Names that are nearly the same."""

from __future__ import annotations

from collections.abc import Iterable


def closest(name: str, others: Iterable[str], cutoff: float = 0.75) -> str | None:
    """The one of ``others`` that ``name`` was most likely meant to be."""
    import difflib

    folded = {_folded(other): other for other in sorted(others, reverse=True) if other != name}
    if _folded(name) in folded:
        return folded[_folded(name)]
    near = difflib.get_close_matches(_folded(name), folded, n=1, cutoff=cutoff)
    return folded[near[0]] if near else None


def _folded(name: str) -> str:
    return name.casefold().replace("-", "_").replace(".", "_").replace(" ", "_")
