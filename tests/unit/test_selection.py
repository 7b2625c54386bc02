"""Which rules are on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dbos_lint import selection
from dbos_lint.diagnostic import Level, Rule, Scope
from dbos_lint.patterns import matcher
from dbos_lint.rules.registry import RULES
from dbos_lint.settings import PRESETS, Settings

BASE = Settings("/project")


def rule(code: str, level: Level = Level.ERROR, **fields: object) -> Rule:
    return Rule(code, code.lower(), level, Scope.EXPR, "summary", "python", **fields)


@pytest.fixture(autouse=True)
def few_rules(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A registry small enough to spell out every expected answer."""
    rules = [
        rule("DBS001"),
        rule("DBS201"),
        rule("DBS202", Level.WARNING),
        rule("DBS209", Level.ADVICE),
        rule("DBS210", preview=True),
        rule("DBS301", since="3.0"),
        rule("DBS302", until="3.0"),
    ]
    monkeypatch.setattr(selection, "RULES", {found.code: found for found in rules})
    selection._selected.cache_clear()
    selection._true_for.cache_clear()
    yield
    selection._selected.cache_clear()
    selection._true_for.cache_clear()


def on(**options: object) -> set[str]:
    return set(selection.enabled_codes(BASE._replace(**options)))


def test_advice_and_preview_are_off_by_default() -> None:
    assert on() == {"DBS001", "DBS201", "DBS202", "DBS301"}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"select": ("DBS201",)}, {"DBS001", "DBS201"}),
        ({"select": ("DBS20",)}, {"DBS001", "DBS201", "DBS202", "DBS209"}),
        ({"select": ("ALL",)}, {"DBS001", "DBS201", "DBS202", "DBS209", "DBS301"}),
        ({"select": ()}, {"DBS001"}),
        ({"select": (), "extend_select": ("DBS209",)}, {"DBS001", "DBS209"}),
        ({"extend_select": ("DBS209",)}, {"DBS001", "DBS201", "DBS202", "DBS209", "DBS301"}),
        ({"ignore": ("DBS2",)}, {"DBS001", "DBS301"}),
        ({"extend_ignore": ("DBS2",)}, {"DBS001", "DBS301"}),
        ({"select": ("DBS2",), "ignore": ("DBS20",)}, {"DBS001"}),
        ({"select": ("DBS201",), "ignore": ("DBS2",)}, {"DBS001", "DBS201"}),
        ({"select": ("ALL",), "ignore": ("DBS2",), "extend_select": ("DBS209",)}, {"DBS001", "DBS209", "DBS301"}),
        ({"select": ("DBS2",), "ignore": ("DBS2",)}, {"DBS001"}),
        ({"select": ("DBS2",), "ignore": ("ALL",)}, {"DBS201", "DBS202", "DBS209"}),
    ],
)
def test_the_longest_prefix_wins_and_an_ignore_wins_among_equals(
    options: dict[str, object], expected: set[str]
) -> None:
    assert on(**options) == expected


def test_a_preview_rule_needs_its_whole_code() -> None:
    assert "DBS210" not in on(select=("ALL", "DBS2", "DBS21"))
    assert "DBS210" in on(select=("DBS210",))


def test_the_unreadable_file_is_reported_unless_ignored() -> None:
    assert "DBS001" in on(select=("DBS301",))
    assert "DBS001" not in on(select=("DBS301",), ignore=("DBS0",))


def test_a_rule_holds_from_its_first_version_until_the_one_that_changes_it() -> None:
    assert {"DBS301", "DBS302"} & on(select=("DBS3",), dbos_version="2.31") == {"DBS302"}
    assert {"DBS301", "DBS302"} & on(select=("DBS3",), dbos_version="3.0") == {"DBS301"}
    assert {"DBS301", "DBS302"} & on(select=("DBS3",), dbos_version="10.1") == {"DBS301"}


def overridden(
    settings: Settings,
    select: tuple[str, ...] | None = None,
    ignore: tuple[str, ...] = (),
    extend: tuple[str, ...] = (),
) -> set[str]:
    changed = selection.override(settings, select=select, ignore=ignore, extend_select=extend, extend_ignore=())
    return set(selection.enabled_codes(changed))


def test_the_command_line_wins_over_the_file_however_short_its_prefix() -> None:
    assert overridden(BASE._replace(select=("DBS201",)), ignore=("DBS2",)) == {"DBS001"}
    assert overridden(BASE._replace(ignore=("DBS201",)), extend=("DBS2",)) == on() | {"DBS209"}


def test_select_on_the_command_line_starts_afresh() -> None:
    file = BASE._replace(select=("DBS3",), extend_select=("DBS209",), ignore=("DBS201",))
    assert overridden(file, select=("DBS20",), ignore=("DBS202",)) == {"DBS001", "DBS201", "DBS209"}


def test_ignoring_on_the_command_line_keeps_what_the_file_ignores() -> None:
    file = BASE._replace(ignore=("DBS201", "DBS001"))
    assert overridden(file, ignore=("DBS3",)) == {"DBS202"}
    assert overridden(file) == {"DBS202", "DBS301"}


@pytest.mark.parametrize(
    ("pattern", "filename", "matches"),
    [
        ("tests/*", "/project/tests/unit/test_x.py", True),
        ("tests/*", "/project/src/tests/x.py", False),
        ("**/tests/*", "/project/src/tests/x.py", True),
        ("**/tests/*", "/project/tests/x.py", True),
        ("test_*.py", "/project/deep/down/test_x.py", True),
        ("test_?.py", "/project/test_xy.py", False),
        ("src/[ab].py", "/project/src/b.py", True),
        ("src/[!ab].py", "/project/src/b.py", False),
        ("src/[!ab].py", "/project/src/c.py", True),
        ("a.py", "/project/b/a.pyx", False),
        ("a+b.py", "/project/aab.py", False),
        ("/elsewhere/*.py", "/elsewhere/x.py", True),
        ("../other/*.py", "/other/x.py", True),
        ("[z-a].py", "/project/[z-a].py", True),
        ("!src/*", "/project/tests/x.py", True),
        ("!src/*", "/project/src/x.py", False),
    ],
)
def test_per_file_ignores_match_a_path_from_the_root_or_a_name(pattern: str, filename: str, matches: bool) -> None:
    settings = BASE._replace(per_file_ignores=((pattern, ("DBS20",)),))
    expected = {"DBS201", "DBS202", "DBS209"} if matches else set()
    assert selection.ignored_for(settings, filename) == expected


def test_a_root_whose_name_holds_wildcards_is_taken_literally() -> None:
    settings = Settings("/a[1]/x*", per_file_ignores=(("src/*", ("DBS301",)),))
    assert selection.ignored_for(settings, "/a[1]/x*/src/m.py") == {"DBS301"}
    assert selection.ignored_for(settings, "/a1/xy/src/m.py") == frozenset()


def test_patterns_are_made_once_for_all_files(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[str, ...]] = []
    monkeypatch.setattr(selection, "matcher", lambda patterns, root: made.append(patterns) or matcher(patterns, root))
    settings = Settings("/nowhere/once", per_file_ignores=tuple((f"m{i}.py", ("DBS201",)) for i in range(600)))
    for number in range(3):
        assert selection.ignored_for(settings, f"/nowhere/once/m{number}.py") == {"DBS201"}
    assert len(made) == 600


def test_per_file_ignores_understand_relative_names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings(str(tmp_path), per_file_ignores=(("src/*", ("ALL",)),))
    assert "DBS301" in selection.ignored_for(settings, "src/m.py")
    assert selection.ignored_for(settings, "m.py") == frozenset()


def test_selectors_are_codes_prefixes_and_categories() -> None:
    assert all(map(selection.is_selector, ["ALL", "DBS", "DBS2", "DBS20", "DBS201", "DBS4"]))
    assert not any(map(selection.is_selector, ["", "D", "DB", "F401", "DBS999", "DBS2011", "dbs201", "all"]))


def test_the_closest_selector_is_offered() -> None:
    assert selection.closest_selector("dbs201") == "DBS201"
    assert selection.closest_selector("DBS3O1") == "DBS301"
    assert selection.closest_selector("all") == "ALL"
    assert selection.closest_selector("dbs302") == "DBS302"
    assert selection.closest_selector("E501") is None


def test_the_real_rules_select_each_other_alone() -> None:
    assert all(selection._matching(code) for code in selection.RULES)
    assert all(len([other for other in RULES if other.startswith(code)]) == 1 for code in RULES)


def test_a_preset_decides_where_nothing_is_selected() -> None:
    everything = BASE._replace(preset="all")

    assert selection.enabled_codes(BASE._replace(preset="strict")) == selection.enabled_codes(BASE)
    assert selection.enabled_codes(everything) == selection.enabled_codes(BASE) | {"DBS209"}
    assert selection.enabled_codes(everything._replace(ignore=("DBS202",))) == {"DBS001", "DBS201", "DBS209", "DBS301"}
    assert selection.enabled_codes(everything._replace(select=("DBS202",))) == {"DBS001", "DBS202"}


def test_only_the_recommended_preset_hides_guesses() -> None:
    shown = {preset: BASE._replace(preset=preset).shows_guesses for preset in PRESETS}

    assert shown == {"recommended": False, "strict": True, "all": True}
