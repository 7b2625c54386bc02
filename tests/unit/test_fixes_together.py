"""Which changes of one file can be made at once."""

from __future__ import annotations

import pytest

from dbos_lint.fix import After, Change, Delete, Expression, Import, Unimport, Wrap
from dbos_lint.fixes.document import Document
from dbos_lint.fixes.together import Together
from dbos_lint.syntax.spans import Span

TEXT = "launch()\n\nq_a = 1\n\nprint(q_a)\n"
LAUNCH, MADE, USED = Span(1, 0, 1, 8), Span(3, 0, 3, 7), Span(5, 6, 5, 9)


def go_together(one: Change, other: Change) -> bool:
    together = Together(Document.of(TEXT.encode()))
    assert together.admits((one,))
    together.add((one,))
    return together.admits((other,))


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        (After(LAUNCH, "a()\n"), After(LAUNCH, "b()\n"), False),
        (After(LAUNCH, "a()\n"), After(LAUNCH, "a()\n"), True),
        (After(LAUNCH, "a()\n", in_turn=True), After(LAUNCH, "b()\n", in_turn=True), True),
        (After(LAUNCH, "a()\n", in_turn=True), After(LAUNCH, "b()\n"), False),
        (Delete(MADE), Delete(Span(5, 0, 5, 10)), True),
        (Delete(MADE), Delete(MADE), True),
        # However few of its characters change, it is another expression.
        (Expression(USED, "N_a"), Wrap(USED, "", ".name"), False),
        (Expression(USED, "N_a"), Expression(USED, "N_b"), False),
        (Import("time", "sleep"), Import("asyncio", "sleep"), False),
        (Import("time", "sleep"), Import("time", "sleep"), True),
        (Import("a.b"), Import("a.c"), True),
        (Import("time"), Unimport("time"), True),
    ],
)
def test_what_goes_together(one: Change, other: Change, wanted: bool) -> None:
    assert go_together(one, other) == go_together(other, one) == wanted
