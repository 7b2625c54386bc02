"""The catalogue: what differs between runs, under which conditions, and what the settings add and take away."""

from __future__ import annotations

import pytest

from dbos_lint.catalog.nondeterminism import _CONDITIONS, _LISTED, Arguments, Nondeterminism, Source, is_client
from dbos_lint.catalog.stored import stored

NOTHING = Arguments(0, Ellipsis, frozenset())
HIDDEN = Arguments(0, Ellipsis, frozenset({None}), splat=True)


def called(name: str, base: str = "", arguments: Arguments = NOTHING, **settings: tuple[str, ...]) -> str | None:
    return kind_of(Nondeterminism(**settings).of_call(name, base, arguments))


def kind_of(source: Source | None) -> str | None:
    return None if source is None else source.kind


def given(*values: object, **keywords: object) -> Arguments:
    return Arguments(len(values), values[0] if values else Ellipsis, frozenset(keywords))


@pytest.mark.parametrize(
    ("name", "base", "arguments", "kind"),
    [
        ("time.time", "", NOTHING, "clock"),
        ("time.gmtime", "", NOTHING, "clock"),
        ("time.gmtime", "", given(0), None),
        ("time.strftime", "", given("%Y"), "clock"),
        ("time.strftime", "", given("%Y", 0), None),
        ("random.Random", "", NOTHING, "random"),
        ("random.Random", "", given(7), None),
        ("uuid.uuid4", "", NOTHING, "identity"),
        ("uuid.uuid5", "", given(1, 2), None),
        ("math.floor", "", given(1), None),
        ("acme.anything", "", NOTHING, None),
    ],
)
def test_a_call_counts_by_its_arguments(name: str, base: str, arguments: Arguments, kind: str | None) -> None:
    assert called(name, base, arguments) == kind


@pytest.mark.parametrize(
    ("condition", "holds", "fails"),
    [
        ("no-args", [NOTHING], [given(1), given(x=1), HIDDEN]),
        ("arg-given:0", [given(1), given(x=1), HIDDEN], [NOTHING]),
        ("missing-arg:1", [NOTHING, given(1)], [given(1, 2), HIDDEN]),
        ("no-name-arg", [NOTHING, given(x=1)], [given(1), given(name=1), HIDDEN]),
        ("kwarg-missing:seed", [NOTHING, given(1)], [given(seed=1), HIDDEN]),
        ("kwarg-given:seed", [given(seed=1), HIDDEN], [NOTHING, given(1)]),
        ("no-tz-arg", [NOTHING, given(1)], [given(1, 2), given(tz=1), given(tzinfo=1), HIDDEN]),
        ("tz-arg-given", [given(1, 2), given(tz=1), HIDDEN], [NOTHING, given(1)]),
        ("first-arg:'now'", [given("now")], [given("then"), NOTHING]),
        ("first-arg-in:'now','today'", [given("now"), given("today")], [given("then"), NOTHING]),
        ("first-arg-not:'now'", [given("then"), NOTHING], [given("now")]),
    ],
)
def test_conditions(condition: str, holds: list[Arguments], fails: list[Arguments]) -> None:
    name, _, operand = condition.partition(":")
    assert [_CONDITIONS[name](operand, each) for each in holds] == [True] * len(holds)
    assert [_CONDITIONS[name](operand, each) for each in fails] == [False] * len(fails)


def test_the_catalogue_uses_no_condition_that_is_not_known() -> None:
    used = {entry.when.partition(":")[0] for entry in _LISTED if entry.when and entry.flagged}
    # What the arguments do not tell never holds.
    assert used - _CONDITIONS.keys() == {"receiver-known-to-be-a-set"}
    assert len(used) > 5


@pytest.mark.parametrize("part", ["allow", "flag"])
def test_what_is_said_of_names_stands_once_above_them(part: str) -> None:
    rows = stored("nondeterminism.json")[part]
    heads = [tuple(row.get(key, "") for key in ("kind", "match", "when", "confidence")) for row in rows]
    assert heads == sorted(set(heads))
    assert [row["names"] for row in rows] == [sorted(set(row["names"])) for row in rows]


def test_reads_and_calls_are_told_apart() -> None:
    assert kind_of(Nondeterminism().of_read("os.environ")) == "environment"
    assert Nondeterminism().of_read("time.time") is None
    assert called("os.environ") is None


def test_an_object_of_a_client_class_does_what_the_client_does() -> None:
    assert is_client("httpx.Client")
    assert not is_client("httpx.get")
    assert called("httpx.Client.get", "httpx.Client") == "network"
    assert called("httpx.Client.anything_at_all", "httpx.Client") == "network"
    assert called("acme.Client.get", "acme.Client") is None


@pytest.mark.parametrize(
    ("extra", "name", "kind"),
    [
        ("acme.now", "acme.now", "extra"),
        ("acme.now:clock", "acme.now", "clock"),
        ("acme.*:network", "acme.api.fetch", "network"),
        ("acme.*:network", "acmeish.fetch", None),
        ("*.now:clock", "acme.now", "clock"),
    ],
)
def test_settings_add_names_by_wildcards(extra: str, name: str, kind: str | None) -> None:
    assert called(name, extra=(extra,)) == kind
    assert kind_of(Nondeterminism(extra=(extra,)).of_read(name)) == kind


def test_the_first_pattern_that_fits_decides() -> None:
    assert called("acme.now", extra=("acme.now:clock", "acme.*:network")) == "clock"


def test_settings_take_names_away_and_that_goes_first() -> None:
    assert called("time.time", known=("time.*",)) is None
    assert called("time.time", known=("times.*",)) == "clock"
    assert called("acme.now", extra=("acme.*",), known=("acme.now",)) is None
    assert Nondeterminism(known=("os.environ",)).of_read("os.environ") is None


def test_what_is_not_sure_counts_only_for_who_asks_for_guesses() -> None:
    guess = next(entry for entry in _LISTED if entry.guess and entry.match == "call" and entry.when is None)
    name = next(name for name in guess.names if "*" not in name)

    assert called(name) is None
    assert Nondeterminism(guesses=True).of_call(name, "", NOTHING) == Source(guess.kind, guess=True)
    assert Nondeterminism(guesses=True).of_call("time.time", "", NOTHING) == Source("clock")
