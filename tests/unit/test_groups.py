"""What leads to each other is grouped, in an order in which the rest can be told."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbos_lint.semantics.groups import groups

Graph = Mapping[int, list[int]]
GRAPHS = st.integers(1, 7).flatmap(
    lambda size: st.fixed_dictionaries(
        {node: st.lists(st.integers(0, size - 1), max_size=3) for node in range(size)},
    )
)


def leads_to(graph: Graph, start: int) -> set[int]:
    """The simplest search there is."""
    found = [start]
    for each in found:
        found += [other for other in graph[each] if other not in found]
    return set(found)


@given(GRAPHS)
def test_members_lead_to_each_other_and_groups_come_after_those_they_lead_to(graph: Graph) -> None:
    told: set[int] = set()
    for group in groups(0, graph.__getitem__, ()):
        assert all(set(group) <= leads_to(graph, member) for member in group)
        assert leads_to(graph, group[0]) <= told | set(group)
        assert told.isdisjoint(group)
        told.update(group)
    assert told == leads_to(graph, 0)


def test_what_is_known_is_passed_over() -> None:
    assert list(groups(0, {0: [1, 2], 2: [1]}.__getitem__, {1})) == [[2], [0]]


@pytest.mark.parametrize("closed", [False, True])
def test_long_ways_need_no_deep_stack(closed: bool) -> None:
    last = 20_000
    found = list(groups(0, lambda each: [each + 1] if each < last else [0] if closed else [], ()))
    assert len(found) == (1 if closed else last + 1)
    assert sum(map(len, found)) == last + 1
