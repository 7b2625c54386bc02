"""The API of dbos through its releases: the queries, the data, and what the rules say of it."""

from __future__ import annotations

import pytest

from dbos_lint.catalog.history import History, Kind, Status, closest, history, label, version
from dbos_lint.rules.registry import RULES

SMALL = History(
    {
        "releases": ["1.0", "1.9", "1.10", "2.0"],
        "symbols": {
            "DBOS": {"kind": "class"},
            "DBOS(config)": {"kind": "parameter"},
            "DBOS(flask)": {"kind": "parameter", "since": "1.9", "until": "2.0", "deprecated": "1.10", "instead": "no"},
            "DBOS.send": {"kind": "function", "since": "1.10"},
            "DBOS.send(topic)": {"kind": "parameter", "since": "1.10", "at": 2},
            "DBOS.sneak": {"kind": "internal"},
            "Options[key]": {"kind": "key"},
        },
        "modules": {"cli": {}, "context": {"until": "1.9"}},
    }
)


def test_a_symbol_is_there_from_its_first_release_until_it_goes() -> None:
    flask = SMALL.get("DBOS(flask)")
    assert flask is not None
    found = [flask.status(version(text)) for text in ("1.0", "1.9", "1.10", "1.12", "2.0", "3.1")]
    assert found == [
        Status.NOT_YET,
        Status.PRESENT,
        Status.DEPRECATED,
        Status.DEPRECATED,
        Status.REMOVED,
        Status.REMOVED,
    ]
    assert (flask.owner, flask.last) == ("DBOS", "flask")
    assert (flask.last, flask.instead, flask.is_in((1, 11)), flask.is_in((2, 0))) == ("flask", "no", True, False)


def test_what_belongs_to_a_symbol() -> None:
    assert list(SMALL.members("")) == ["DBOS"]
    assert list(SMALL.members("DBOS")) == ["send", "sneak"]
    assert list(SMALL.parameters("DBOS")) == ["config", "flask"]
    assert [each.position for each in SMALL.parameters("DBOS.send").values()] == [2]
    assert list(SMALL.keys("Options")) == ["key"]
    assert (SMALL.get("DBOS.receive"), SMALL.parameters("DBOS.receive"), SMALL.keys("DBOS")) == (None, {}, {})


def test_modules() -> None:
    context = SMALL.module("context")
    assert context is not None
    assert (context.kind, context.status((1, 0)), context.status((1, 9))) == (
        Kind.MODULE,
        Status.PRESENT,
        Status.REMOVED,
    )
    assert SMALL.module("nowhere") is None


@pytest.mark.parametrize(
    ("name", "target", "expected"),
    [("sent", "2.0", "DBOS.send"), ("sent", "1.0", None), ("sneaks", "2.0", None), ("xyzzy", "2.0", None)],
)
def test_the_closest_name_is_one_that_the_target_has(name: str, target: str, expected: str | None) -> None:
    found = closest(name, SMALL.members("DBOS").values(), version(target))
    assert (found.name if found else None) == expected


def test_the_data_holds_together() -> None:
    symbols = list(history().symbols())
    releases = set(history().releases)
    assert len(symbols) > 1500
    assert list(history().releases) == sorted(releases)
    for symbol in symbols:
        assert {symbol.since, symbol.until or symbol.since, symbol.deprecated or symbol.since} <= releases, symbol
        assert symbol.until is None or symbol.since < symbol.until, symbol
        assert symbol.deprecated is None or symbol.since <= symbol.deprecated, symbol
        assert symbol.until is None or symbol.deprecated is None or symbol.deprecated < symbol.until, symbol


@pytest.mark.parametrize(
    ("name", "since", "deprecated", "until"),
    [
        ("DBOS.transaction", "0.3", None, "3.0"),
        ("DBOS.restart_workflow", "0.20", None, "2.0"),
        ("DBOS.register_queue(concurrency)", "2.20", "2.31", None),
        ("DBOSClient(database_url)", "0.25", "1.13", "3.0"),
        ("DBOSConfig[enable_patching]", "2.7", "3.4", None),
        ("EnqueueOptions[max_recovery_attempts]", "2.0", None, "3.1"),
        ("DBOS.parent_workflow_id", "0.3", "1.9", "2.0"),
        ("StepReservation.run", "3.4", None, None),
        ("error.DBOSWorkflowIDInUseError", "3.1", None, None),
        ("Queue()", "0.7", None, "3.0"),
        ("Queue", "0.7", None, None),
    ],
)
def test_what_is_known_of_some_symbols(name: str, since: str, deprecated: str | None, until: str | None) -> None:
    symbol = history().get(name)
    assert symbol is not None
    found = [label(each) if each else None for each in (symbol.since, symbol.deprecated, symbol.until)]
    assert found == [since, deprecated, until]


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_the_bounds_of_a_rule_are_releases(rule: object) -> None:
    from dbos_lint.diagnostic import Rule

    assert isinstance(rule, Rule)
    since, until = (version(text) if text is not None else None for text in (rule.since, rule.until))
    assert {each for each in (since, until) if each is not None} <= set(history().releases)
    assert since is None or until is None or since < until
