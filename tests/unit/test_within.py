"""Calls are found by where they stand."""

from __future__ import annotations

import ast

from hypothesis import given
from hypothesis import strategies as st

from dbos_lint.semantics.collect import collect
from dbos_lint.semantics.within import Within
from dbos_lint.syntax.spans import Span

TEXT = "def f():\n    a(b(c()), d())\n    [e(x) for x in g()]\n    with h():\n        i()\n        j(lambda: k())\n"
FUNCTION = collect(ast.parse(TEXT), "app.py", "app").summary.functions[1]
PLACES = st.tuples(st.integers(1, 7), st.integers(0, 24))


@given(PLACES, PLACES)
def test_those_within_a_stretch_are_found_in_their_order(start: tuple[int, int], end: tuple[int, int]) -> None:
    inside = [each for each in FUNCTION.calls if start <= each.span[:2] and each.span[2:] <= end]
    assert Within(FUNCTION.calls).of(Span(*start, *end)) == inside


def test_all_are_within_the_whole() -> None:
    assert len(FUNCTION.calls) > 7
    assert Within(FUNCTION.calls).of(Span(1, 0, 9, 0)) == list(FUNCTION.calls)
