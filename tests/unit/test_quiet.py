"""What is passed over without a look at the single call must be what no call of it can tell."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dbos_lint.catalog import api, frameworks, patterns, types
from dbos_lint.catalog.nondeterminism import Arguments, Nondeterminism
from dbos_lint.catalog.stored import stored
from dbos_lint.semantics.effects import may_act, source_of
from dbos_lint.semantics.lines import _concerns_engine
from dbos_lint.semantics.values import External

_CALLS = (
    Arguments(0, Ellipsis, frozenset()),
    Arguments(1, "r", frozenset()),
    Arguments(2, "w", frozenset({"name", "tz", "timeout"})),
    Arguments(0, Ellipsis, frozenset(), splat=True),
)


def _externals() -> Iterator[External]:
    """What the catalogue speaks of: as it is, as part of it, through an object, and through one of a class below."""
    for name in (name for row in stored("nondeterminism.json")["flag"] for name in row["names"]):
        owner, _, method = name.rpartition(".")
        yield External(name)
        yield External(f"{name}.part")
        yield External(f"{name}.method", name)
        yield External(name, owner)
        yield from (External(f"{below}.{method}", below) for below, above in types.BASES.items() if above == owner)


@pytest.mark.parametrize("guesses", [False, True])
def test_what_may_be_a_source_is_looked_at(guesses: bool) -> None:
    catalogue = Nondeterminism(guesses=guesses)
    told = {each for each in _externals() for call in _CALLS if source_of(catalogue, each, call) is not None}
    assert len(told) > 1000
    assert {each.name for each in told if not may_act(each)} == set()


@pytest.mark.parametrize(
    "names",
    [
        api.STARTS,
        api.DURABLE,
        api.LIFECYCLE,
        api.RUNS_STEP,
        api.UNRECORDED,
        api.RAISES_OUTSIDE,
        api.WAITS_IN_LOOP,
        patterns.NOT_IN_WORKFLOW,
        patterns.CONFIGURED_CLASSES,
        frameworks.SERVES,
        {"id", "hash"},
    ],
)
def test_what_acts_is_looked_at(names: frozenset[str]) -> None:
    assert {name for name in names if not may_act(External(name))} == set()


@pytest.mark.parametrize(
    "names",
    [
        {api.DBOS, api.LAUNCH, api.DESTROY, api.RESET},
        api.TOO_EARLY,
        api.BEFORE_LAUNCH,
        patterns.CONFIGURED_CLASSES,
        frameworks.SERVES,
        {"unheard_of.run"},
    ],
)
def test_what_may_change_the_engine_is_looked_at(names: frozenset[str]) -> None:
    assert {name for name in names if not _concerns_engine(External(name))} == set()


@pytest.mark.parametrize("name", ["len", "str", "list.append", "json.dumps", "math.sqrt", "dbos.DBOS.workflow_id"])
def test_what_does_nothing_is_passed_over(name: str) -> None:
    assert not _concerns_engine(External(name))
    assert not may_act(External(name))
