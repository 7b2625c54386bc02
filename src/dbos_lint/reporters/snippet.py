"""The lines around a finding, with the finding underlined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dbos_lint.diagnostic import Diagnostic
from dbos_lint.reporters.terminal import Palette, harmless, width

_CONTEXT = 2
_LONGEST = 160
_BEFORE = 60
_TAB = "    "


class Snippet:
    """Numbered lines, ready to print, and the underline that goes below the finding's own row."""

    __slots__ = ("row", "rows", "underline")

    def __init__(self, rows: tuple[tuple[int, str], ...], row: int, underline: str) -> None:
        self.rows = rows
        self.row = row
        self.underline = underline

    def render(self, gutter: int, palette: Palette, diagnostic: Diagnostic) -> Iterator[str]:
        edge = palette.gutter(f"{'':{gutter}} |")
        yield edge
        for number, text in self.rows:
            yield f"{palette.gutter(f'{number:>{gutter}} |')} {text}".rstrip()
            if number == self.row:
                start = len(self.underline) - len(self.underline.lstrip())
                yield f"{edge} {self.underline[:start]}{palette.level(self.underline[start:], diagnostic.rule.level)}"
        yield edge


def snippet(diagnostic: Diagnostic, lines: Sequence[str]) -> Snippet | None:
    """The part of ``lines`` to show for ``diagnostic``; ``None`` where they do not hold it."""
    start, end = diagnostic.start, diagnostic.end
    if not (1 <= start.row <= len(lines)) or not any(lines):
        return None
    line = lines[start.row - 1]
    stop = end.column - 1 if end.row == start.row else len(line)
    # Of a line that no screen holds, show what is around the finding, and the same columns of its neighbours.
    offset = max(0, start.column - 1 - _BEFORE) if len(line) > _LONGEST else 0
    before = _visible(line[offset : start.column - 1])
    marked = _visible(line[start.column - 1 : min(stop, offset + _LONGEST)])
    first = max(1, start.row - _CONTEXT)
    last = min(len(lines), start.row + _CONTEXT)
    while first < start.row and not lines[first - 1].strip():
        first += 1
    while last > start.row and not lines[last - 1].strip():
        last -= 1
    rows = tuple((row, _clipped(lines[row - 1], offset)) for row in range(first, last + 1))
    indent = width(before) + (1 if offset else 0)
    return Snippet(rows, start.row, " " * indent + "^" * max(1, width(marked)))


def _clipped(line: str, offset: int) -> str:
    middle = _visible(line[offset : offset + _LONGEST])
    head = "…" if offset else ""
    return f"{head}{middle}{'…' if len(line) > offset + _LONGEST else ''}"


def _visible(text: str) -> str:
    return harmless(text.replace("\t", _TAB))
