"""Lists in brackets, with commas: what is dropped, and what is added, in the layout that the list has.

An item that stands on a line of its own goes with its line and the comment on it; other comments stay. An item that is
added gets a line of its own where its neighbour has one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dbos_lint.fixes.edits import Edit, Void

_GAP = re.compile(r"#[^\n]*|[\s\\]+|,|.")


@dataclass(frozen=True)
class Items:
    """The items of a list from ``start`` to ``end``, its brackets aside, each with its place in ``text``. Without
    ``brackets``, all of it stands in one line."""

    text: str
    start: int
    end: int
    places: Sequence[tuple[int, int]]
    brackets: bool = True

    def edits(self, drop: frozenset[int], add: Mapping[int, Sequence[str]]) -> Iterator[Edit]:
        """``drop`` items, by number, and ``add`` others before them, by number."""
        kept = [index for index in range(len(self.places)) if index not in drop]
        added = sorted((index, texts) for index, texts in add.items() if texts)
        if not kept and added:
            yield self._instead([text for _, texts in added for text in texts])
            return
        behind = {max((each for each in kept if each < index), default=-1) for index, _ in added}
        for first, last in _runs(sorted(drop)):
            yield from self._drop(first, last, alone=not kept, comma=first - 1 in behind)
        for index, texts in added:
            anchor = max((each for each in kept if each < index), default=-1)
            if anchor >= 0:
                yield from self._behind(anchor, texts, final=anchor == kept[-1])
            else:
                yield self._ahead(kept[0], texts)

    # ------------------------------------------------------------------ what stands between

    def _gap(self, index: int) -> tuple[int, int]:
        """What stands before item ``index``: brackets and commas, spaces and comments."""
        start = self.places[index - 1][1] if index else self.start
        end = self.places[index][0] if index < len(self.places) else self.end
        return start, end

    def _comma(self, index: int) -> int | None:
        """The place of the comma before item ``index``."""
        start, end = self._gap(index)
        for found in _GAP.finditer(self.text, start, end):
            if found[0] == ",":
                return found.start()
            if found[0][0] not in "# \t\n\\\f":
                raise Void("the list has a strange form")
        return None

    def _newline(self, index: int) -> int | None:
        """The place of the first newline before item ``index``."""
        place = self.text.find("\n", *self._gap(index))
        return place if place >= 0 else None

    def _starts_line(self, index: int) -> bool:
        return self.brackets and self._newline(index) is not None

    def _leads(self, index: int) -> bool:
        """Whether the comma before item ``index`` begins a line."""
        comma = self._comma(index)
        return comma is not None and "\n" in self.text[self._gap(index)[0] : comma]

    def _has_comment(self, index: int) -> bool:
        return "#" in self.text[slice(*self._gap(index))]

    # ------------------------------------------------------------------ dropping

    def _drop(self, first: int, last: int, *, alone: bool, comma: bool) -> Iterator[Edit]:
        """Drop the items from ``first`` to ``last``; ``comma`` tells whether the comma before them is still needed."""
        text, start, end = self.text, self.places[first][0], self.places[last][1]
        for index in range(first + 1, last + 1):
            self._comma(index)
        if not self.brackets and "\n" in text[self.start : self.end]:
            raise Void("a line is continued")
        final = last + 1 == len(self.places)
        trailing = self._comma(last + 1)
        before = self._gap(first)[0]
        own_comments = "#" in text[start:end]
        if own_comments and any(self._newline(index) is not None for index in range(first + 1, last + 1)):
            self._check_comments(first, last)
        if alone and not self._has_comment(first) and not self._has_comment(last + 1):
            yield Edit(self.start, self.end, "")
            return
        newline = self._newline(last + 1)
        if self._starts_line(first) and newline is not None and not self._leads(first) and not self._leads(last + 1):
            # Whole lines, with the comment behind them.
            if final and trailing is None and first and not comma:
                place = self._comma(first)
                assert place is not None
                yield Edit(place, place + 1, "")
            yield Edit(text.rindex("\n", before, start), newline, "")
        elif not final:
            following = self.places[last + 1][0]
            if newline is None:
                yield Edit(start, following, "")
            elif first and not self._starts_line(first):
                yield Edit(self.places[first - 1][1], end, "")
            elif "#" in text[newline:following]:
                if self._leads(last + 1):
                    raise Void("a comma begins a line")
                yield Edit(start, newline, "")
            else:
                yield Edit(start, following, "")
        elif not first:
            yield Edit(start, end if trailing is None else trailing + 1, "")
        elif self._has_comment(first):
            place = self._comma(first)
            assert place is not None
            if self._leads(first):
                raise Void("a comma begins a line")
            if not comma and trailing is None:
                yield Edit(place, place + 1, "")
            yield Edit(text.rindex("\n", before, start) if self._starts_line(first) else start, end, "")
            if trailing is not None:
                yield Edit(trailing, trailing + 1, "")
        elif comma and self._starts_line(first):
            place = self._comma(first)
            assert place is not None
            yield Edit(place + 1, end, "")
        else:
            yield Edit(before, end, "")

    def _check_comments(self, first: int, last: int) -> None:
        """Comments between items that are dropped go with the lines on which they stand, not those on other lines."""
        for index in range(first + 1, last + 1):
            gap = self.text[slice(*self._gap(index))]
            if "#" in gap.partition("\n")[2]:
                raise Void("a comment would be lost")

    # ------------------------------------------------------------------ adding

    def _instead(self, texts: Sequence[str]) -> Edit:
        """Put ``texts`` where all the items stood."""
        if not self.places:
            place = self.end
            return Edit(place, place, ", ".join(texts))
        start, end = self.places[0][0], self.places[-1][1]
        if "#" in self.text[start : self.end]:
            raise Void("a comment would be about something else")
        lines = self._starts_line(0) and "\n" in self.text[end : self.end]
        return Edit(start, end, (",\n" + self._indentation(0) if lines else ", ").join(texts))

    def _behind(self, index: int, texts: Sequence[str], *, final: bool) -> Iterator[Edit]:
        end = self.places[index][1]
        if not self._starts_line(index):
            yield Edit(end, end, "".join(f", {text}" for text in texts))
            return
        comma = self._comma(index + 1)
        newline = self._newline(index + 1)
        if self._leads(index + 1):
            raise Void("a comma begins a line")
        lines = [f"\n{self._indentation(index)}{text}" for text in texts]
        if comma is None:
            yield Edit(end, end, ",")
            place = end if newline is None else newline
            yield Edit(place, place, ",".join(lines))
        else:
            place = comma + 1 if newline is None else newline
            trailing = not final or self._comma(len(self.places)) is not None
            yield Edit(place, place, ",".join(lines) + ("," if trailing else ""))

    def _ahead(self, index: int, texts: Sequence[str]) -> Edit:
        start = self.places[index][0]
        between = f",\n{self._indentation(index)}" if self._starts_line(index) else ", "
        return Edit(start, start, "".join(f"{text}{between}" for text in texts))

    def _indentation(self, index: int) -> str:
        start = self.places[index][0]
        indentation = self.text[self.text.rindex("\n", 0, start) + 1 : start]
        if indentation.strip(" \t\f"):
            raise Void("the list has a strange form")
        return indentation


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The stretches of ``numbers`` that follow one another."""
    first: int | None = None
    for index, number in enumerate(numbers):
        if first is None:
            first = number
        if index + 1 == len(numbers) or numbers[index + 1] != number + 1:
            yield first, number
            first = None
