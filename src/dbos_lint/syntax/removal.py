"""Codes taken out of the comment that names them: what a line's text becomes."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Collection, Sequence
from functools import lru_cache

from dbos_lint.fix import Replace
from dbos_lint.syntax.comments import CODE, NOQA, NOQA_FILE, OURS
from dbos_lint.syntax.spans import Span
from dbos_lint.syntax.suppressions import NamedCode

_BLANKS = " \t"
# Where another comment begins on the same line; ``see #12`` is none.
_NEXT = re.compile(r"(?<=\s)#(?!\d)")


def without(lines: Sequence[str], named: Collection[NamedCode]) -> Replace | None:
    """What takes ``named``, codes that one comment names, out of the text; None where what is left is not certain.

    A comment that names nothing else goes as a whole, with its reason, and so does the line that holds nothing else.
    """
    row = min(each.start.row for each in named)
    columns = {each.start.column - 1 for each in named}
    line = lines[row - 1]
    match = _directive(line, min(columns))
    if match is None:
        return None
    kept = _kept(line, match, columns)
    if kept:
        return _replace(line, row, *match.span("codes"), kept)
    return _whole(lines, row, match)


def _directive(line: str, column: int) -> re.Match[str] | None:
    """The part of a comment that names the code at ``column``."""
    for starts, matches in _directives(line):
        index = bisect(starts, column) - 1
        if index >= 0 and column < matches[index].end():
            return matches[index]
    return None


@lru_cache(maxsize=1)  # a line is asked about for each of its codes
def _directives(line: str) -> list[tuple[list[int], list[re.Match[str]]]]:
    """The parts of comments that name codes, by form, each with where they begin."""
    found = [list(pattern.finditer(line)) for pattern in (OURS, NOQA, NOQA_FILE)]
    return [([match.start() for match in matches], matches) for matches in found]


def _kept(line: str, match: re.Match[str], columns: Collection[int]) -> str:
    """The list of codes without those at ``columns``; empty if there are no others."""
    start, end = match.span("codes")
    if start < 0:
        return ""
    codes = [code.span() for code in CODE.finditer(line, start, end)]
    kept = ""
    before = codes[0][0]
    for first, last in codes:
        if first not in columns:
            kept += line[before:first] * bool(kept) + line[first:last]
        before = last
    return line[start : codes[0][0]] + kept + line[before:end] if kept else ""


def _whole(lines: Sequence[str], row: int, match: re.Match[str]) -> Replace | None:
    """What takes the whole comment away, and leaves other comments behind it."""
    line = lines[row - 1]
    end = match.start() + len(match.group().rstrip(f"{_BLANKS},"))
    following = _NEXT.search(line, end)
    said = line[end : following.start() if following else len(line)]
    if match.re is not OURS and (said.strip() or len(NOQA.findall(line)) > 1):
        # Text that may be about something else, or a second ``noqa``, which counts only if there is no first.
        return None
    if following:
        return _replace(line, row, match.start(), following.start(), "")
    before = line[: match.start()].rstrip(_BLANKS)
    if not before and row < len(lines):
        return Replace(Span(row, 0, row + 1, 0), "")
    return _replace(line, row, len(before), len(line), "")


def _replace(line: str, row: int, start: int, end: int, text: str) -> Replace:
    """Columns in characters to columns in bytes."""
    return Replace(Span(row, len(line[:start].encode()), row, len(line[:end].encode())), text)
