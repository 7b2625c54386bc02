"""The calls of a function by where they stand."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from dbos_lint.semantics.sites import Call
from dbos_lint.syntax.spans import Span


class Within:
    """Tells which of ``calls`` stand in a stretch of the text, in their order; a function may have thousands."""

    def __init__(self, calls: Sequence[Call]) -> None:
        self._calls = calls
        self._sorted = sorted(range(len(calls)), key=lambda number: calls[number].span)
        self._starts = [calls[number].span[:2] for number in self._sorted]

    def of(self, outer: Span) -> list[Call]:
        first, last = bisect_left(self._starts, outer[:2]), bisect_right(self._starts, outer[2:])
        found = sorted(number for number in self._sorted[first:last] if self._calls[number].span[2:] <= outer[2:])
        return [self._calls[number] for number in found]
