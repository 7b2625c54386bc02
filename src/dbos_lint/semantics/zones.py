"""Whether a time zone exists, as far as this system knows."""

from __future__ import annotations

from functools import cache

# Zones of old and of new: a system that has both has all.
_WITNESSES = ("US/Pacific", "Europe/Kyiv")


def is_unknown(name: str) -> bool:
    """Whether there is no time zone ``name``; never on a system whose time zone data is missing or old."""
    return not _exists(name) and all(_exists(witness) for witness in _WITNESSES)


@cache
def _exists(name: str) -> bool:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return False
    return True
