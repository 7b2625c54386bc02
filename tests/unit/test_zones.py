"""Whether a time zone exists, on systems that know and on such that do not."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest

from dbos_lint.semantics import zones


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    zones._exists.cache_clear()
    yield
    zones._exists.cache_clear()


@pytest.mark.parametrize("name", ["Europe/Berlin", "UTC", "EST", "US/Pacific", "Europe/Kyiv"])
def test_zones_that_exist(name: str) -> None:
    assert not zones.is_unknown(name)


@pytest.mark.parametrize("name", ["", "Mars/Base", "GMT+2", "CEST", "../etc/passwd", "Europe", "Europe/Berlin\0"])
def test_zones_that_do_not(name: str) -> None:
    assert zones.is_unknown(name)


def test_a_system_without_all_the_data_does_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    def old(name: str) -> ZoneInfo:
        if name != "UTC":
            raise ZoneInfoNotFoundError(name)
        return ZoneInfo(name)

    monkeypatch.setattr(zoneinfo, "ZoneInfo", old)

    assert not zones.is_unknown("Mars/Base")
