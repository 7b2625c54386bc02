"""Which name was meant: a slip of the fingers is certain, a likeness is not."""

from __future__ import annotations

import pytest

from dbos_lint.rules.mending import meant

KNOWN = ("name", "log_level", "recv", "sleep", "sleep_async", "set_event", "get_event", "DBOSRecoveryError")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("nmae", "name"),
        ("loglevel", "log_level"),
        ("log_levle", "log_level"),
        ("slepp", "sleep"),
        ("sleep_asnyc", "sleep_async"),
        ("set_evnt", "set_event"),
        ("slpep_async", "sleep_async"),
    ],
)
def test_a_slip_is_told(name: str, wanted: str) -> None:
    assert meant(name, KNOWN) == wanted


@pytest.mark.parametrize("name", ["det_event", "names", "recieve", "DBOSRetryError", "level", "nm"])
def test_a_likeness_is_not(name: str) -> None:
    assert meant(name, KNOWN) is None


def test_what_is_there_already_was_not_meant() -> None:
    assert meant("nmae", KNOWN, {"name"}) is None
    assert meant("name", ()) is None
