"""Names that are nearly the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable

# Each name that is wrong is compared with all others: more are more than anybody has, or reads through.
_MOST = 500


def closest(name: str, others: Collection[str], cutoff: float = 0.75) -> str | None:
    """The one of ``others`` that ``name`` was most likely meant to be; none of too many."""
    if len(others) > _MOST:
        return None
    folded = {_folded(other): other for other in sorted(others, reverse=True) if other != name}
    if _folded(name) in folded:
        return folded[_folded(name)]
    return folded.get(_nearest(_folded(name), folded, cutoff))


def _nearest(name: str, others: Iterable[str], cutoff: float) -> str:
    """What :func:`difflib.get_close_matches` has first, found without comparing in full what is no nearer than that."""
    from difflib import SequenceMatcher

    matcher = SequenceMatcher(b=name)
    best = cutoff, ""
    for other in others:
        matcher.set_seq1(other)
        if matcher.real_quick_ratio() >= best[0] and matcher.quick_ratio() >= best[0]:
            best = max(best, (matcher.ratio(), other))
    return best[1]


def _folded(name: str) -> str:
    return name.casefold().replace("-", "_").replace(".", "_").replace(" ", "_")
