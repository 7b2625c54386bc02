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


def test_of_what_is_cut_as_much_is_compared_as_is_known_of_both(monkeypatch: pytest.MonkeyPatch) -> None:
    long = [Token(str(number), HERE, True) for number in range(100)]
    assert compare._comparable(Line(long, True), Line(long[:30], False)) == (long[:30], long[:30])
    assert compare._comparable(Line(long, False), Line(long[:30], False)) == (long, long[:30])
    monkeypatch.setattr(compare, "_MOST_PAIRS", 100)
    monkeypatch.setattr(compare, "_WINDOW", 5)
    other = [*long[:50], Token("x", HERE, True), *long[50:]]
    assert compare._comparable(Line(long, False), Line(other, False)) == (long[50:55], other[50:55])
    assert compare._comparable(Line(long, False), Line(long, False)) == ([], [])
