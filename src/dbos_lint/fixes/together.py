"""Which changes of one file can be made at once: those of fixes that are not in each other's way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from dbos_lint.fix import After, Change, Delete, Expression, Import, Replace, Unimport
from dbos_lint.fixes.document import Document
from dbos_lint.fixes.edits import Edit, Taken
from dbos_lint.fixes.imports import bound, meaning
from dbos_lint.fixes.realise import edits


class Together:
    """The changes of a file that are to be made."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._taken = Taken()
        self._imported: dict[str, object] = {}

    def admits(self, changes: Iterable[Change]) -> bool:
        """Whether those of one more fix are in the way of none. Raises Void when one cannot be carried out exactly."""
        changes = tuple(changes)
        return self._taken.admits([*self._regions(changes)]) and all(
            self._imported.get(name, means) == means for name, means in _imports(changes)
        )

    def add(self, changes: Iterable[Change]) -> None:
        changes = tuple(changes)
        self._taken.add(self._regions(changes))
        self._imported.update(_imports(changes))

    def _regions(self, changes: Iterable[Change]) -> Iterator[Edit]:
        for change in changes:
            # What brings and takes imports is put together for all fixes of a round.
            if not isinstance(change, (Import, Unimport)):
                yield from self._document.once((_regions, change), partial(_regions, self._document, change))


def _regions(document: Document, change: Change) -> tuple[Edit, ...]:
    """What a change is about: more than the characters that it changes, and less than what others may share."""
    made = edits(document, (change,))
    if isinstance(change, (Expression, Replace)):
        return (Edit(*document.place(change.span), change.text),)
    if isinstance(change, Delete):  # and not the empty lines around it
        return (Edit(*document.place(change.span), ""),)
    if isinstance(change, After) and change.in_turn:  # as all that stand there in turn
        return tuple(each._replace(text="") for each in made)
    return made


def _imports(changes: Iterable[Change]) -> Iterator[tuple[str, object]]:
    return ((bound(each), meaning(each)) for each in changes if isinstance(each, Import))
