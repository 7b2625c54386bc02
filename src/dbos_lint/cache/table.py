"""What is known of the files and folders of one project, as lines of a text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from dbos_lint.records import NamedTuple

CLEAN = "-"
"""The outcome of a file in which nothing was found."""
FINDINGS = "+"
"""That of one whose findings are kept elsewhere."""


class Row(NamedTuple):
    """A file or folder: its ``stamp`` and ``state``; the ``sight`` that the search of its bytes had; the numbers of the
    rows that it leads to, as a text; and the ``outcome`` of linting it. What is not known is empty."""

    path: str
    stamp: str = ""
    state: str = ""
    sight: str = ""
    steps: str = ""
    outcome: str = ""


class Table:
    """Rows by path, and the ways among them."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self.rows = list(rows)
        self.number = {row.path: number for number, row in enumerate(self.rows)}

    def get(self, path: str) -> Row | None:
        """The row of ``path``, if there is one."""
        number = self.number.get(path)
        return None if number is None else self.rows[number]

    def steps(self, number: int) -> list[int]:
        """The rows that the row ``number`` leads to."""
        most = len(self.rows)
        return [step for step in map(int, self.rows[number].steps.split()) if 0 <= step < most]

    def reached(self, paths: Iterable[str]) -> dict[int, list[int]]:
        """The rows that can be reached from ``paths``, they included, each with its steps."""
        found: dict[int, list[int]] = {}
        queue = [self.number[path] for path in paths]
        while queue:
            number = queue.pop()
            if number not in found:
                found[number] = self.steps(number)
                queue += found[number]
        return found


def leading_to(goals: Iterable[int], ways: Mapping[int, Collection[int]]) -> set[int]:
    """The rows from which one of ``goals`` can be reached by ``ways``, the goals included."""
    back: dict[int, list[int]] = {}
    for number, steps in ways.items():
        for step in steps:
            back.setdefault(step, []).append(number)
    return closure(goals, back)


def closure(starts: Iterable[int], ways: Mapping[int, Collection[int]]) -> set[int]:
    """The rows that can be reached from ``starts`` by ``ways``, the starts included."""
    found: set[int] = set()
    queue = list(starts)
    while queue:
        number = queue.pop()
        if number not in found:
            found.add(number)
            queue += ways.get(number, ())
    return found


def parse(text: str) -> Table:
    """The table that ``text`` holds; a TypeError where it holds none."""
    return Table(Row(*line.split("\0")) for line in text.split("\n") if line)


def text_of(table: Table) -> str:
    """``table`` as :func:`parse` reads it."""
    return "\n".join(map("\0".join, table.rows))
