"""Shapes laid out: as a plain recursive reading has it, however many functions run each other, and however deep."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbos_lint.semantics.values import FunctionKey
from dbos_lint.shape import compare, layout
from dbos_lint.shape.layout import Layout, Line, Token
from dbos_lint.shape.values import Choice, Deprecated, Durable, Loop, Node, Patched, Place, Runs, Shape
from dbos_lint.syntax.spans import Span

HERE = Place("/srv/a.py", Span(1, 0, 1, 1))
NAMES = "pqr"


def key(number: int) -> FunctionKey:
    return FunctionKey("/srv/a.py", number)


def shapes() -> st.SearchStrategy[dict[FunctionKey, Shape]]:
    leaves = st.one_of(
        st.sampled_from("abc").map(lambda name: Durable(name, HERE)),
        st.integers(0, 4).map(lambda number: Runs(key(number))),
        st.sampled_from(NAMES).map(lambda name: Deprecated(name, HERE)),
    )

    def within(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        shape = st.lists(nodes, max_size=3).map(tuple)
        return st.one_of(
            shape.map(Loop),
            st.lists(shape, min_size=1, max_size=3).map(lambda parts: Choice(tuple(parts))),
            st.builds(Patched, st.sampled_from(NAMES), shape, shape, st.just(HERE)),
        )

    shape = st.lists(st.recursive(leaves, within, max_leaves=6), max_size=4).map(tuple)
    return st.lists(shape, min_size=4, max_size=4).map(lambda found: {key(n): each for n, each in enumerate(found)})


def read(
    known: dict[FunctionKey, Shape],
    shape: Shape,
    taken: Callable[[str], bool],
    marked: Callable[[str], bool],
    inside: tuple[FunctionKey, ...] = (),
) -> list[str]:
    """The texts of a shape, read as it is defined."""
    found: list[str] = []
    for node in shape:
        if isinstance(node, Durable):
            found.append(node.name)
        elif isinstance(node, Runs):
            if node.function not in inside:
                found += read(known, known.get(node.function, ()), taken, marked, (*inside, node.function))
        elif isinstance(node, Loop | Choice):
            parts = (node.body,) if isinstance(node, Loop) else node.branches
            inner = [read(known, part, taken, marked, inside) for part in parts]
            if any(inner):
                found.append("*(" if isinstance(node, Loop) else "(")
                for number, part in enumerate(inner):
                    found += ["|"] * (number > 0) + part
                found.append(")")
        elif isinstance(node, Deprecated):
            found += [f"patch {node.name}"] * marked(node.name)
        else:
            found += [f"patch {node.name}"] * (marked(node.name) and taken(node.name))
            found += read(known, node.new if taken(node.name) else node.old, taken, marked, inside)
    return found


def texts(line: Line) -> list[str]:
    return [token.text for token in line.tokens]


@given(shapes(), st.sets(st.sampled_from(NAMES)), st.sets(st.sampled_from(NAMES)))
def test_a_line_says_what_the_shape_does(known: dict[FunctionKey, Shape], taken: set[str], marked: set[str]) -> None:
    line = Layout(known).line(key(0), taken.__contains__, marked.__contains__)
    assert texts(line) == read(known, known[key(0)], taken.__contains__, marked.__contains__)
    assert not line.cut


def test_helpers_that_all_run_each_other_end() -> None:
    everyone = tuple(Runs(key(number)) for number in range(40))
    silent = Layout({key(number): everyone for number in range(40)})
    assert silent.line(key(0), bool, bool) == ([], False)
    loud = Layout({key(number): (Loop((Durable("a", HERE), *everyone)),) for number in range(40)})
    assert loud.line(key(0), bool, bool).cut


def test_a_line_that_takes_too_many_steps_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "_STEPS", 10)
    known = {key(0): tuple(Durable(str(number), HERE) for number in range(20))}
    assert Layout(known).line(key(0), bool, bool).cut
    assert texts(Layout(known).line(key(0), bool, bool)) == [str(number) for number in range(10)]


def test_helpers_of_helpers_may_be_many() -> None:
    known: dict[FunctionKey, Shape] = {key(number): (Runs(key(number + 1)),) for number in range(5_000)}
    known[key(5_000)] = (Patched("p", (), (), HERE), Deprecated("q", HERE))
    assert Layout(known).patches(key(0)) == (frozenset("p"), frozenset("q"))
    assert Layout(known).line(key(0), bool, bool).tokens == []  # deeper than people call helpers


def test_of_what_is_cut_as_much_is_compared_as_is_known_of_both() -> None:
    long = [Token(str(number), HERE, True) for number in range(100)]
    assert compare._comparable(Line(long, True), Line(long[:30], False)) == (long[:30], long[:30])
    assert compare._comparable(Line(long, False), Line(long[:30], False)) == (long, long[:30])


@given(st.text("abc", max_size=9), st.text("abc", max_size=9))
def test_stretches_lead_from_one_to_the_other(one: str, other: str) -> None:
    made, at = "", 0
    for start, end, begin, stop in compare._stretches(one, other):
        made += one[at:start] + other[begin:stop]
        at = end
    assert made + one[at:] == other


def test_what_lines_begin_and_end_with_is_not_compared_with_all_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "_MOST_PAIRS", 0)
    monkeypatch.setattr(compare, "_WINDOW", 5)
    alike = ["step"] * 100
    assert list(compare._stretches(alike, alike)) == []
    assert list(compare._stretches([*alike, "a", *alike], [*alike, "b", *alike])) == [(100, 101, 100, 101)]
    # More than can be compared: so much of it as there is a window for, from the first difference on.
    one, other = [*alike, "a", *alike, "b", *alike], [*alike, *alike, "c", *alike]
    found = list(compare._stretches(one, other))
    assert found[0][0] == found[0][2] == 100
    assert all(end <= 105 and stop <= 105 for _, end, _, stop in found)
