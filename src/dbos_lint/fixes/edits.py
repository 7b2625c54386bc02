"""Edits of a text: what to put where, in characters of the text, with newlines as ``\\n``."""

from __future__ import annotations

from collections.abc import Iterable

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


def applied(text: str, edits: Iterable[Edit]) -> str:
    """``text`` after ``edits``, which are in order and do not overlap."""
    parts: list[str] = []
    at = 0
    for edit in edits:
        parts += (text[at : edit.start], edit.text)
        at = edit.end
    parts.append(text[at:])
    return "".join(parts)
