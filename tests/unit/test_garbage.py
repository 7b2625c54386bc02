"""When the collector of garbage is left alone, and when not."""

from __future__ import annotations

import gc

import pytest

from dbos_lint import serial
from dbos_lint.garbage import left_alone, less_often
from dbos_lint.settings import Settings


def test_nothing_is_collected_meanwhile_even_where_that_ends_badly() -> None:
    assert gc.isenabled()
    with pytest.raises(KeyError), left_alone():
        assert not gc.isenabled()
        raise KeyError
    assert gc.isenabled()


def test_who_has_turned_it_off_finds_it_off() -> None:
    gc.unfreeze()  # what other tests of this process have left
    gc.disable()
    try:
        with left_alone(kept=True):
            pass
        assert not gc.isenabled()
        assert not gc.get_freeze_count()
    finally:
        gc.enable()


def test_what_is_kept_is_not_looked_through_again() -> None:
    gc.unfreeze()
    try:
        with left_alone(kept=True):
            pass
        assert gc.get_freeze_count()
    finally:
        gc.unfreeze()


@pytest.mark.parametrize(("before", "after"), [(700, 100_000), (0, 0), (500_000, 500_000)])
def test_the_collector_comes_less_often_unless_somebody_has_seen_to_that(before: int, after: int) -> None:
    kept = gc.get_threshold()
    try:
        gc.set_threshold(before, *kept[1:])
        less_often()
        assert gc.get_threshold() == (after, *kept[1:])
    finally:
        gc.set_threshold(*kept)


def test_after_many_files_garbage_is_looked_for_among_what_has_come_since(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_through: list[int] = []
    monkeypatch.setattr(serial, "_FILES_BETWEEN_COLLECTIONS", 4)
    monkeypatch.setattr(gc, "collect", lambda: looked_through.append(len(gc.get_objects())))
    gc.unfreeze()
    everything = len(gc.get_objects())
    linter = serial.Linter()
    try:
        for number in range(9):
            linter.source(b"", f"/nowhere/at/all/{number}.py", Settings(root="/nowhere/at/all"))
        assert len(looked_through) == 2
        assert max(looked_through) < everything / 2
    finally:
        gc.unfreeze()
