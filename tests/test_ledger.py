"""Codes are promises: people write them into comments and settings, so none changes its meaning or comes back."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from packaging.version import Version

from dbos_lint import __version__
from dbos_lint.rules.registry import CATEGORIES, RULES, category_of

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

pytestmark = pytest.mark.once

LEDGER: dict[str, dict[str, str]] = tomllib.loads((Path(__file__).parent / "ledger.toml").read_text("utf-8"))
DIGIT = {"meta": "0", "lifecycle": "1", "workflow": "2", "step": "3", "queue": "4", "comm": "5", "pattern": "6"}
DIGIT |= {"testing": "7", "client": "8", "advanced": "9"}


def test_every_rule_is_in_the_ledger() -> None:
    assert sorted(set(RULES) - set(LEDGER)) == []


@pytest.mark.parametrize("code", LEDGER)
def test_a_released_code_keeps_its_meaning(code: str) -> None:
    entry = LEDGER[code]

    assert set(entry) <= {"name", "level", "since", "removed"}
    assert Version(entry["since"]) <= Version(__version__)
    if "removed" in entry:
        assert Version(entry["since"]) < Version(entry["removed"]) <= Version(__version__)
        assert code not in RULES, "a code is never used again"
    else:
        rule = RULES[code]
        assert (rule.code, rule.name, rule.level.value) == (code, entry["name"], entry["level"])


def test_the_ledger_is_in_order() -> None:
    assert list(LEDGER) == sorted(LEDGER)


def test_names_and_codes_are_unique_and_well_formed() -> None:
    declared = [rule for rules in CATEGORIES.values() for rule in rules]

    assert len({rule.code for rule in declared}) == len({rule.name for rule in declared}) == len(declared)
    assert len({entry["name"] for entry in LEDGER.values()}) == len(LEDGER)
    assert [rule.name for rule in declared if not re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)] == []
    assert [rule.code for rule in declared if not re.fullmatch(rf"DBS{DIGIT[category_of(rule)]}\d\d", rule.code)] == []
