"""Patterns of qualified names, as the settings hold them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

_SPECIAL = frozenset("*?[")


@cache
def matching(pattern: str) -> Callable[[str], object]:
    """Tell whether a name matches ``pattern``. Nearly all are a name, or a beginning with ``*`` behind it; only what is
    more needs an expression, of which Python takes a minute to compile some hundred thousands."""
    beginning = pattern.removesuffix("*")
    if not _SPECIAL.isdisjoint(beginning):
        import re
        from fnmatch import translate

        return re.compile(translate(pattern)).match
    return pattern.__eq__ if beginning == pattern else partial(_begins, beginning)


def _begins(beginning: str, name: str) -> bool:
    return name.startswith(beginning)
