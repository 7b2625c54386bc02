"""Named tuples of ours are those of the standard library, made faster."""

from __future__ import annotations

import pickle
import typing

import pytest

from dbos_lint import records


class Theirs(typing.NamedTuple):
    """A place."""

    row: int
    col: int = 0
    names: tuple[str, ...] = ()

    @property
    def start(self) -> tuple[int, int]:
        """Where it begins."""
        return self.row, self.col

    def moved(self, rows: int) -> Theirs:
        return self._replace(row=self.row + rows)


class Ours(records.NamedTuple):
    """A place."""

    row: int
    col: int = 0
    names: tuple[str, ...] = ()

    @property
    def start(self) -> tuple[int, int]:
        """Where it begins."""
        return self.row, self.col

    def moved(self, rows: int) -> Ours:
        return self._replace(row=self.row + rows)


def test_they_are_what_the_standard_library_makes() -> None:
    assert Ours._fields == Theirs._fields
    assert Ours._field_defaults == Theirs._field_defaults
    assert Ours.__mro__[1:] == Theirs.__mro__[1:] == (tuple, object)
    assert (Ours.__name__, Ours.__qualname__, Ours.__module__) == ("Ours", "Ours", __name__)
    assert Ours.__doc__ == Theirs.__doc__
    assert Ours.__slots__ == Theirs.__slots__ == ()
    assert {*Ours.__dict__} - {"__slotnames__"} >= {*Theirs.__dict__} - {"__orig_bases__", "__slotnames__"}


def test_what_is_made_of_them_is_alike() -> None:
    ours, theirs = Ours(3, names=("a",)), Theirs(3, names=("a",))
    assert ours == theirs == (3, 0, ("a",))
    assert hash(ours) == hash(theirs)
    assert repr(ours) == repr(theirs).replace("Theirs", "Ours")
    assert (ours.start, ours.moved(2), ours._asdict()) == (theirs.start, theirs.moved(2), theirs._asdict())
    again = pickle.loads(pickle.dumps(ours))
    assert (again, type(again)) == (ours, Ours)


def test_what_they_refuse_is_refused() -> None:
    with pytest.raises(TypeError, match="row"):
        Ours()
    with pytest.raises(AttributeError):
        Ours(1).row = 2
    with pytest.raises(AttributeError):
        Ours(1).other = 2
