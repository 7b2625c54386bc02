"""Patterns of qualified names."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbos_lint.catalog.globs import matching
from dbos_lint.catalog.nondeterminism import Nondeterminism


@given(
    st.text("ab.*?[]!", min_size=1, max_size=8)
    | st.sampled_from(["a.b", "a.*", "*", "**", "a.*.b", "*.b", "a?", "[ab].b"]),
    st.text("ab.", max_size=6),
)
def test_patterns_of_names_are_those_of_a_shell(pattern: str, name: str) -> None:
    assert bool(matching(pattern)(name)) is fnmatchcase(name, pattern)


def test_a_hundred_thousand_patterns_need_no_expression(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(re, "compile", None)
    known = tuple(f"shop.clock{number}.*" for number in range(100_000))
    catalogue = Nondeterminism(known=known)
    assert catalogue.is_known("shop.clock99999.now")
    assert not catalogue.is_known("shop.clocks.now")
