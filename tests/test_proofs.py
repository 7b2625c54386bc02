"""Every rule is proven on the real engine, or a reason says why it is not."""

from __future__ import annotations

import pytest

from dbos_lint.rules.registry import RULES
from tests.oracle.proofs import proven, unproven

pytestmark = pytest.mark.once


def test_every_rule_is_proven_or_says_why_not() -> None:
    assert sorted(RULES.keys() - proven() - unproven().keys()) == []


def test_no_rule_is_both_and_all_are_rules() -> None:
    assert sorted(proven() & unproven().keys()) == []
    assert sorted((proven() | unproven().keys()) - RULES.keys()) == []
