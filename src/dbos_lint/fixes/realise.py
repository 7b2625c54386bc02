"""From changes to edits: the way in to all families of changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from dbos_lint.fix import (
    After,
    Arguments,
    AsyncFor,
    Before,
    Change,
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
from dbos_lint.fixes.edits import Edit, Void, ordered
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
    changes = tuple(changes)
    fragments = document.once(Fragments, partial(Fragments, document))
    moved: list[Edit] = []
    openings: list[tuple[int, Edit]] = []
    closings: list[tuple[int, Edit]] = []
    for change in changes:
        if isinstance(change, (Import, Unimport, Delete)):
            continue
        carry_out = _ALONE.get(type(change))
        if carry_out is None:
            raise Void("it is not a change of a file")
        made = document.once(change, partial(carry_out, fragments, change))
        if isinstance(change, (Under, Enter)):
            moved += made
            continue
        size = _size(document, change)
        for index, edit in enumerate(made):
            (closings if index and isinstance(change, Wrap) else openings).append((size, edit))
    _check_moved(document, changes)
    # Where two expressions begin at one place, the outer one is written first; where they end, the inner one.
    found = [edit for _, edit in sorted(closings, key=lambda pair: pair[0])]
    found += [edit for _, edit in sorted(openings, key=lambda pair: -pair[0])]
    deleted = [change for change in changes if isinstance(change, Delete)]
    added = [change for change in changes if isinstance(change, (Before, After))]
    gone = tuple(_joined(statements.delete(document, deleted, added)))
    wanted = [change for change in changes if isinstance(change, (Import, Unimport))]
    imported = tuple(imports.imports(document, wanted, ordered([*found, *gone])))
    done = ordered([*found, *_joined([*gone, *imported])])
    _check(fragments, done)
    return ordered([*moved, *done])


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


def _size(document: Document, change: Any) -> int:
    start, end = document.place(change.span)
    return end - start


def _check(fragments: Fragments, found: tuple[Edit, ...]) -> None:
    """Raises Void where changes that are right each by itself are wrong together."""
    together: dict[int, list[Edit]] = {}
    for edit in found:
        fragment = fragments.around(edit.start, edit.end)
        if fragment is not None and fragment.start < edit.start:
            together.setdefault(fragment.start, []).append(edit)
    for start, some in together.items():
        fragment = fragments.around(start, start)
        if len(some) > 1 and fragment is not None and parsed(fragment.text(some)) is None:
            raise Void("the changes do not go together")
