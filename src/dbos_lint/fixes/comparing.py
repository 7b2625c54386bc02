"""What a change of a text did to its findings: whether the mended ones are gone, and no other has come."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter

from dbos_lint.diagnostic import Diagnostic
from dbos_lint.fixes.edits import Edit


@dataclass(frozen=True, slots=True)
class Stretch:
    """The rows ``first`` to ``last`` of a text, which are changed, and by how many those that follow have moved."""

    first: int
    last: int
    shift: int


def stretches(text: str, edits: Iterable[Edit]) -> tuple[Stretch, ...]:
    """The rows of ``text`` that ``edits`` change, in order; edits on one row are one stretch."""
    found: list[Stretch] = []
    row, at, shift = 1, 0, 0
    for edit in sorted(edits, key=lambda each: (each.start, each.end)):
        row, at = row + text.count("\n", at, edit.start), edit.start
        lines = text.count("\n", edit.start, edit.end)
        last, shift = row + lines, shift + edit.text.count("\n") - lines
        if found and found[-1].last >= row:
            before = found.pop()
            found.append(Stretch(before.first, max(before.last, last), shift))
        else:
            found.append(Stretch(row, last, shift))
    return tuple(found)


def moved(row: int, changed: Sequence[Stretch]) -> int | None:
    """Where ``row`` stands afterwards; ``None`` for a row that was changed itself."""
    index = bisect_right(changed, row, key=attrgetter("first")) - 1
    if index < 0:
        return row
    return None if row <= changed[index].last else row + changed[index].shift


def worse(
    before: Collection[Diagnostic],
    mended: Collection[Diagnostic],
    after: Iterable[Diagnostic],
    changed: Sequence[Stretch],
) -> str | None:
    """Why a change is not to be made, or ``None``.

    A finding that stands on a changed row may be anywhere on it afterwards, so those are only counted. Each of the
    others has one place, and must be there or gone.
    """
    expected: Counter[tuple[str, int, int]] = Counter()
    somewhere: Counter[str] = Counter()
    fixed = set(map(id, mended))
    for found in before:
        row = moved(found.start.row, changed)
        if id(found) in fixed:
            continue
        if row is None:
            somewhere[found.code] += 1
        else:
            expected[found.code, row, found.start.column] += 1
    for found in after:
        key = (found.code, found.start.row, found.start.column)
        if expected[key]:
            expected[key] -= 1
        elif somewhere[found.code]:
            somewhere[found.code] -= 1
        elif found.code in {each.code for each in mended}:
            return "the finding would stay"
        else:
            return f"it would bring {found.code} in row {found.start.row}"
    return None
