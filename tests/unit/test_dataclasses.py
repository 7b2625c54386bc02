"""Our dataclasses against the standard library's: what one does, the other does."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable
from functools import cached_property
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

import pytest

from dbos_lint import dataclasses as ours

T = TypeVar("T")
Library = Any


def kinds(library: Library) -> SimpleNamespace:
    """Classes of every shape that the project has, by the given library."""
    dataclass, field = library.dataclass, library.field

    @dataclass(frozen=True, slots=True)
    class Nothing:
        """Has no fields."""

    @dataclass(frozen=True, slots=True)
    class Point:
        """Where."""

        row: int
        column: int = 1
        unseen: str = field(default="", compare=False, repr=False)

        def moved(self) -> Point:
            return library.replace(self, row=self.row + 1)

    @dataclass(frozen=True, slots=True)
    class Other:
        row: int
        column: int = 1
        unseen: str = field(default="", compare=False, repr=False)

    @dataclass(slots=True)
    class Bag(Generic[T]):
        items: list[T] = field(default_factory=list)
        named: dict[str, T] = field(default_factory=dict)
        count: int = field(init=False)

        def __post_init__(self) -> None:
            self.count = len(self.items)

    @dataclass(slots=True)
    class Sack(Bag[int]):
        label: str = "sack"

    @dataclass(frozen=True)
    class Lazy:
        text: str

        @cached_property
        def words(self) -> list[str]:
            return self.text.split()

        def __repr__(self) -> str:
            return "lazy"

    return SimpleNamespace(Nothing=Nothing, Point=Point, Other=Other, Bag=Bag, Sack=Sack, Lazy=Lazy)


BEHAVIOURS: dict[str, Callable[[SimpleNamespace], object]] = {
    "parameters": lambda it: [(each.name, each.default) for each in inspect.signature(it.Point).parameters.values()],
    "documentation": lambda it: [it.Point.__doc__, it.Nothing.__doc__, it.Point.__qualname__],
    "defaults": lambda it: [it.Point(3).column, it.Point(3, 4).column, it.Point(row=3, column=5).column],
    "equal": lambda it: [it.Point(1) == it.Point(1, 1), it.Point(1) == it.Point(2), it.Nothing() == it.Nothing()],
    "not compared": lambda it: it.Point(1, 1, "a") == it.Point(1, 1, "b"),
    "other classes": lambda it: [it.Point(1) == it.Other(1), it.Point(1) == (1, 1, ""), it.Bag() == it.Sack()],
    "hash": lambda it: len({it.Point(1), it.Point(1, 1, "x"), it.Point(2), it.Nothing(), it.Nothing()}),
    "no hash of what changes": lambda it: it.Bag.__hash__,
    "representation": lambda it: [repr(it.Point(1, 2, "u")), repr(it.Sack([1])), repr(it.Lazy("a"))],
    "factories": lambda it: it.Bag().items is it.Bag().items,
    "after the fields": lambda it: [it.Bag([1, 2]).count, it.Sack([1]).count],
    "inherited": lambda it: [it.Sack([1], {"a": 2}, label="bin").label, it.Bag.__slots__],
    "slots": lambda it: hasattr(it.Point(1), "__dict__"),
    "no slots": lambda it: it.Lazy("a b").words,
    "replaced": lambda it: repr(it.Point(1, 2).moved()),
    "copied": lambda it: [copy.copy(it.Point(1, 2, "u")).unseen, copy.deepcopy(it.Sack([1])) == it.Sack([1])],
    "replaced by the standard library": lambda it: repr(dataclasses.replace(it.Point(1, 2), column=7)),
    "fields for the standard library": lambda it: [each.name for each in dataclasses.fields(it.Point)],
    "a dictionary": lambda it: dataclasses.asdict(it.Point(1, 2, "u")),
}
FAULTS: dict[str, Callable[[SimpleNamespace], object]] = {
    "a field too few": lambda it: it.Point(),
    "a field too many": lambda it: it.Point(1, 2, "u", 4),
    "a field that there is not": lambda it: it.Point(1, depth=2),
    "a field twice": lambda it: it.Point(1, row=2),
    "nothing takes nothing": lambda it: it.Nothing(1),
    "replaced by what there is not": lambda it: dataclasses.replace(it.Point(1), depth=2),
}


@pytest.mark.parametrize("behaviour", BEHAVIOURS.values(), ids=BEHAVIOURS)
def test_they_do_what_the_standard_ones_do(behaviour: Callable[[SimpleNamespace], object]) -> None:
    assert behaviour(kinds(ours)) == behaviour(kinds(dataclasses))


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_they_refuse_what_the_standard_ones_refuse(fault: Callable[[SimpleNamespace], object]) -> None:
    said = []
    for library in (ours, dataclasses):
        with pytest.raises(TypeError) as refused:
            fault(kinds(library))
        said.append(str(refused.value))
    assert said[0] == said[1]


@ours.dataclass(frozen=True, slots=True)
class Parcel:
    label: str
    weights: tuple[int, ...] = ()


def test_they_can_be_pickled() -> None:
    parcel = Parcel("a", (1, 2))

    assert pickle.loads(pickle.dumps(parcel)) == parcel


def test_classes_of_one_shape_share_their_code() -> None:
    before = ours._code.cache_info().currsize  # type: ignore[attr-defined]

    @ours.dataclass(frozen=True, slots=True)
    class Crate:
        name: str
        sizes: tuple[int, ...] = (1,)

    assert ours._code.cache_info().currsize == before  # type: ignore[attr-defined]
    assert Crate("b").sizes == (1,)
