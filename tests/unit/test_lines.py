"""Places in the text: characters, not bytes, and the statement around a row."""

from __future__ import annotations

import pytest

from dbos_lint.diagnostic import Position
from dbos_lint.syntax.lines import Lines
from dbos_lint.syntax.parse import Source, parse


def lines_of(text: str) -> Lines:
    source = parse(text.encode())
    assert isinstance(source, Source)
    return Lines(source)


@pytest.mark.parametrize("before", ["", "x", "é", "漢字", "🐍", "é" * 600, "🐍a" * 1000, "e\u0301"])
def test_columns_count_characters(before: str) -> None:
    text = f"x = '{before}'; y\n"
    column = len(text[: text.index("y")].encode())
    assert lines_of(text).position(1, column) == Position(1, text.index("y") + 1)


def test_every_place_of_a_long_line_is_the_number_of_characters_before_it() -> None:
    text = "x = '" + "aé漢🐍" * 700 + "'"
    lines = lines_of(text)
    for index in range(0, len(text), 7):
        assert lines.position(1, len(text[:index].encode())).column == index + 1


def test_what_stands_behind_the_end_is_the_end() -> None:
    assert lines_of("é = 1\n").position(1, 400) == Position(1, 6)
    assert lines_of("x = 1\n").position(9, 3) == Position(9, 4)


STATEMENTS = """\
import a

x = f(
    1,

    2,
)


@decorate(
    x,
)
def g(
    y=1,
) -> None:
    '''A

    docstring.'''
    if (
        x
    ):
        h()
    return x

try:
    pass
except (
    A
):
    call(
    )
match x:
    case [
        1
    ]:
        z
"""


@pytest.mark.parametrize(
    ("row", "statement"),
    [
        (1, (1, 1)),
        (3, (3, 7)),
        (5, (3, 7)),
        (7, (3, 7)),
        (10, (10, 12)),
        (11, (10, 12)),
        (13, (13, 15)),
        (17, (16, 18)),
        (19, (19, 20)),
        (22, (22, 22)),
        (23, (23, 23)),
        (26, (26, 26)),
        (30, (30, 31)),
        (36, (36, 36)),
    ],
)
def test_the_innermost_statement_or_the_head_of_one(row: int, statement: tuple[int, int]) -> None:
    assert lines_of(STATEMENTS).statement(row) == statement


def test_a_file_without_statements() -> None:
    assert lines_of("# nothing\n").statement(1) == (1, 1)
