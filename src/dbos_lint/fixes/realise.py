"""From changes to edits: the way in to all families of changes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import pairwise
from operator import itemgetter
from typing import Any

from dbos_lint.fix import (
    After,
    Arguments,
    AsyncFor,
    Before,
    Change,
    Create,
    Decorators,
    Delete,
    Enter,
    Expression,
    Import,
    Keys,
    Listed,
    MakeAsync,
    Replace,
    Swap,
    Through,
    Under,
    Unimport,
    Wrap,
)
from dbos_lint.fixes import arguments, brackets, decorators, expressions, imports, statements
from dbos_lint.fixes.document import Document
from dbos_lint.fixes.edits import Edit, Void, ordered, overlap
from dbos_lint.fixes.fragments import Fragments, parsed

__all__ = ["Void", "edits"]

_ALONE: dict[type[Any], Callable[[Fragments, Any], tuple[Edit, ...]]] = {
    Replace: expressions.replace,
    Expression: expressions.expression,
    Wrap: expressions.wrap,
    Swap: expressions.swap,
    Through: expressions.through,
    Listed: brackets.listed,
    AsyncFor: expressions.async_for,
    Arguments: arguments.arguments,
    Keys: arguments.keys,
    Decorators: decorators.decorators,
    MakeAsync: statements.make_async,
    Before: statements.before,
    After: statements.after,
    Under: statements.under,
    Enter: statements.enter,
}


def edits(document: Document, changes: Iterable[Change]) -> tuple[Edit, ...]:
    """What ``changes`` do to the text, in order. Raises Void when one of them cannot be carried out exactly, or when
    they are in each other's way."""
    try:
        return _edits(document, changes)
    except (RecursionError, MemoryError):
        raise Void("the statement nests too deeply") from None


def _edits(document: Document, changes: Iterable[Change]) -> tuple[Edit, ...]:
    changes = tuple(dict.fromkeys(changes))
    fragments = document.once(Fragments, partial(Fragments, document))
    found: list[tuple[tuple[int, int, bool], Edit]] = []
    each_made: dict[Change, tuple[Edit, ...]] = {}
    for change in changes:
        if isinstance(change, (Import, Unimport, Delete)):
            continue
        carry_out = _ALONE.get(type(change))
        if carry_out is None:
            raise Void("it is not a change of a file")
        made = document.once(change, partial(carry_out, fragments, change))
        found += ((_turn(document, change, index), edit) for index, edit in enumerate(made))
        each_made[change] = made
    _check_moved(document, changes)
    _check_apart(document, changes, each_made)
    deleted = [change for change in changes if isinstance(change, Delete)]
    added = [change for change in changes if isinstance(change, (Before, After))]
    gone = tuple(_joined(statements.delete(document, deleted, added)))
    wanted = [change for change in changes if isinstance(change, (Import, Unimport))]
    others = ordered([*(edit for turn, edit in found if turn[0] != _UNDER), *gone])
    imported = list(imports.imports(document, wanted, others))
    if leaving := [each for each in imported if isinstance(each, statements.Statement)]:
        gone = tuple(_joined(statements.delete(document, deleted, added, leaving)))
    lines = _joined([*gone, *(each for each in imported if isinstance(each, Edit))])
    found += (((_LINES, 0, False), edit) for edit in lines)
    found.sort(key=itemgetter(0))
    _check(fragments, [edit for turn, edit in found if turn[0] not in (_BEHIND, _AHEAD, _UNDER)])
    return ordered(edit for _, edit in found)


# What is written first where several texts are put at one place: what ends there, whole lines, what begins there.
_CLOSING, _BEHIND, _LINES, _AHEAD, _UNDER, _ABOVE, _OPENING = range(7)


def _turn(document: Document, change: Any, index: int) -> tuple[int, int, bool]:
    """When the edit ``index`` of ``change`` has its turn: the outer ones are opened first, the inner ones closed."""
    if isinstance(change, (Under, Enter)):
        return _UNDER, 0, False
    start, end = document.place(change.span)
    size = end - start
    if isinstance(change, Wrap) and index:
        return _CLOSING, size, False
    if isinstance(change, After):
        return _BEHIND, size, False
    if isinstance(change, Before):
        return _AHEAD, -size, False
    return (_ABOVE if isinstance(change, Decorators) else _OPENING), -size, not isinstance(change, Wrap)


def _joined(found: Iterable[Edit]) -> Iterator[Edit]:
    """The edits, as one where two take away statements with the same blank lines between them."""
    last: Edit | None = None
    for edit in sorted(found, key=lambda edit: (edit.start, edit.end)):
        if last is not None and not edit.text and not last.text and edit.start < last.end:
            last = Edit(last.start, max(last.end, edit.end), "")
            continue
        if last is not None:
            yield last
        last = edit
    if last is not None:
        yield last


def _check_moved(document: Document, changes: Iterable[Change]) -> None:
    """Raises Void where a statement is put among others that get a head: nobody knows whether it is one of them."""
    changes = tuple(changes)
    moved = [each for each in changes if isinstance(each, (Under, Enter))]
    regions = [(document.place(each.first)[0], document.place(each.last)[1]) for each in moved]
    places = [document.place(each.span)[0] for each in changes if isinstance(each, (Before, After, Delete, Decorators))]
    if any(start <= place < end for start, end in regions for place in places):
        raise Void("a statement is moved and changed at once")
    if any(end > start for (_, end), (start, _) in pairwise(sorted(regions))):
        raise Void("a statement is moved twice")


def _check_apart(document: Document, changes: Iterable[Change], made: Mapping[Change, Iterable[Edit]]) -> None:
    """Raises Void where one change is about what another one takes away or turns into something else."""
    apart = (Import, Unimport, Under, Enter, Create)
    places = sorted(
        ((document.place(each.span), each) for each in changes if not isinstance(each, apart)), key=itemgetter(0)
    )
    starts = [start for (start, _), _ in places]
    taken = [
        *((place, each) for place, each in places if isinstance(each, Delete)),
        *(((edit.start, edit.end), owner) for owner, some in made.items() for edit in some if not edit.inserts),
    ]
    for (first, last), owner in taken:
        for (start, end), change in places[bisect_left(starts, first) : bisect_left(starts, last)]:
            if change is owner or not start < end <= last or isinstance(change, Delete):
                continue
            if not (isinstance(change, (Before, After)) and (start, end) == (first, last)):
                raise Void("what is to be changed is taken away at once")
    known: dict[object, Change] = {}
    for place, change in places:
        if isinstance(change, (Wrap, Arguments, Keys, Listed, Expression, Through)):
            other = known.setdefault((place, isinstance(change, Wrap)), change)
            if other is not change and overlap(made[other], made[change]):
                raise Void("one place is changed in two ways")


def _check(fragments: Fragments, found: Iterable[Edit]) -> None:
    """Raises Void where changes that are right each by itself are wrong together."""
    together: dict[int, list[Edit]] = {}
    for edit in found:
        fragment = fragments.around(edit.start, edit.end)
        if fragment is not None:
            together.setdefault(fragment.start, []).append(edit)
    for start, some in together.items():
        fragment = fragments.around(start, start)
        if len(some) > 1 and fragment is not None and parsed(fragment.text(ordered(some))) is None:
            raise Void("the changes do not go together")
