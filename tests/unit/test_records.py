"""Named tuples of ours are those of the standard library, made faster."""

from __future__ import annotations

import pickle
import typing

import pytest

from dbos_lint import records

# What nobody asks of ours: annotations, the last since Python 3.14.
_THEIRS_ALONE = {"__orig_bases__", "__slotnames__", "_field_defaults", "__annotate_func__"}


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
    assert Ours.__match_args__ == Theirs.__match_args__
    assert (Ours.__name__, Ours.__qualname__, Ours.__module__) == ("Ours", "Ours", __name__)
    assert Ours.__doc__ == Theirs.__doc__
    assert Ours.__slots__ == Theirs.__slots__ == ()
    assert not hasattr(Ours(1), "__dict__")
    assert {*dir(Ours)} >= {*dir(Theirs)} - _THEIRS_ALONE


def test_what_is_made_of_them_is_alike() -> None:
    ours, theirs = Ours(3, names=("a",)), Theirs(3, names=("a",))
    assert ours == theirs == (3, 0, ("a",))
    assert hash(ours) == hash(theirs)
    assert repr(ours) == repr(theirs).replace("Theirs", "Ours")
    assert (ours.start, ours.moved(2), ours._asdict()) == (theirs.start, theirs.moved(2), theirs._asdict())
    again = pickle.loads(pickle.dumps(ours))
    assert (again, type(again)) == (ours, Ours)


def test_those_with_as_many_fields_keep_their_names() -> None:
    class Span(records.NamedTuple):
        begin: int
        end: int
        of: str = "text"

    span = Span(1, end=2)
    assert repr(span) == "Span(begin=1, end=2, of='text')"
    assert (Ours(row=1, col=2).col, span.end, Ours._fields) == (2, 2, ("row", "col", "names"))


def test_what_they_refuse_is_refused() -> None:
    with pytest.raises(TypeError, match="row"):
        Ours()
    with pytest.raises(TypeError, match="other"):
        Ours(1, other=2)
    with pytest.raises(ValueError, match="other"):
        Ours(1)._replace(other=2)
    with pytest.raises(AttributeError):
        Ours(1).row = 2
    with pytest.raises(AttributeError):
        Ours(1).other = 2
