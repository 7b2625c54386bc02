"""Edits of a text: what to put where, in characters of the text, with newlines as ``\\n``."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Collection, Iterable, Iterator
from operator import attrgetter

from dbos_lint.records import NamedTuple


class Void(Exception):  # noqa: N818 - it is an answer, not an error
    """Why a change cannot be carried out exactly."""


class Edit(NamedTuple):
    """Put ``text`` in place of what stands from ``start`` to ``end``."""

    start: int
    end: int
    text: str

    @property
    def inserts(self) -> bool:
        return self.start == self.end


def minimal(text: str, edit: Edit) -> Edit:
    """``edit`` without what it leaves as it is at its beginning and its end."""
    old, new = text[edit.start : edit.end], edit.text
    limit = min(len(old), len(new))
    head = next((index for index in range(limit) if old[index] != new[index]), limit)
    limit -= head
    tail = next((index for index in range(limit) if old[-1 - index] != new[-1 - index]), limit)
    return Edit(edit.start + head, edit.end - tail, new[head : len(new) - tail])


def ordered(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """``edits`` as they follow one another. Insertions at one place become one, in their order; those of the beginning
    of a change come before it. Raises Void where two overlap."""
    found: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if found and edit.start < found[-1].end:
            raise Void("two changes overlap")
        if found and edit.inserts and found[-1].inserts and edit.start == found[-1].start:
            edit = Edit(edit.start, edit.end, found.pop().text + edit.text)
        if edit.text or not edit.inserts:
            found.append(edit)
    return tuple(found)


def overlap(first: Iterable[Edit], second: Iterable[Edit]) -> bool:
    """Whether the edits of two fixes are in each other's way.

    What both do in the same way, such as the import that both need, is done once. Two insertions at one place are in
    each other's way, as are an insertion and a change of what stands next to it: which comes first nobody knows.
    """
    mine, its = set(first), set(second)
    return any(_collide(one, other) for one in mine - its for other in its - mine)


def _collide(one: Edit, other: Edit) -> bool:
    if one.inserts or other.inserts:
        return one.start <= other.end and other.start <= one.end
    return one.start < other.end and other.start < one.end


class Taken:
    """The edits of fixes that are to be done at once, none of which is in the way of another."""

    def __init__(self) -> None:
        self._sorted: list[Edit] = []
        self._known: set[Edit] = set()

    def admits(self, edits: Collection[Edit]) -> bool:
        """Whether those of one more fix are in the way of none."""
        mine = set(edits)
        return not any(
            _collide(edit, other) for edit in mine - self._known for other in self._near(edit) if other not in mine
        )

    def add(self, edits: Iterable[Edit]) -> None:
        for edit in edits:
            if edit not in self._known:
                self._known.add(edit)
                insort(self._sorted, edit)

    def _near(self, edit: Edit) -> Iterator[Edit]:
        """Those that touch ``edit``: since they do not overlap, they end in the order in which they start."""
        for index in range(bisect_right(self._sorted, edit.end, key=attrgetter("start")), 0, -1):
            other = self._sorted[index - 1]
            if other.end < edit.start:
                break
            yield other


def applied(text: str, edits: Iterable[Edit]) -> str:
    """``text`` after ``edits``, which are in order and do not overlap."""
    parts: list[str] = []
    at = 0
    for edit in edits:
        parts += (text[at : edit.start], edit.text)
        at = edit.end
    parts.append(text[at:])
    return "".join(parts)
