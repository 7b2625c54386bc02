"""How messages say numbers, lists and why something failed."""

from __future__ import annotations

from collections.abc import Sequence


def counted(number: int, noun: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{number} {noun}{'s' * (number != 1)}"


def listed(words: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def cause(error: BaseException) -> str:
    """What is said of a failure: by the system, or, where it knows nothing of it, by what has raised it."""
    return getattr(error, "strerror", None) or str(error)
