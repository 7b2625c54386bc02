"""When the collector of garbage is left alone, and when not."""

from __future__ import annotations

import gc

import pytest

from dbos_lint.garbage import left_alone


def test_nothing_is_collected_meanwhile_even_where_that_ends_badly() -> None:
    assert gc.isenabled()
    with pytest.raises(KeyError), left_alone():
        assert not gc.isenabled()
        raise KeyError
    assert gc.isenabled()


def test_who_has_turned_it_off_finds_it_off() -> None:
    gc.disable()
    try:
        with left_alone(kept=True):
            pass
        assert not gc.isenabled()
        assert not gc.get_freeze_count()
    finally:
        gc.enable()


def test_what_is_kept_is_not_looked_through_again() -> None:
    try:
        with left_alone(kept=True):
            pass
        assert gc.get_freeze_count()
    finally:
        gc.unfreeze()
