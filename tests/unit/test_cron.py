"""Which cron expressions dbos refuses, and why."""

from __future__ import annotations

import pytest

from dbos_lint.semantics.cron import refusal

REFUSED = {
    "": "it has 0 fields, not 5, 6 or 7",
    "* * *": "it has 3 fields, not 5, 6 or 7",
    "@every 5m": "there is no alias '@every'",
    "60 * * * *": "the minute has 60, which is not from 0 to 59",
    "0 25 * * *": "the hour has 25, which is not from 0 to 23",
    "0 0 0 * *": "the day has 0, which is not from 1 to 31",
    "0 0 * 13 *": "the month has 13, which is not from 1 to 12",
    "0 0 * * 8": "the weekday has 8, which is not from 0 to 6",
    "*/0 * * * *": "the minute has a step of 0 in '*/0'",
    "0 0 1 1 * 2030": "the weekday has 2030, which is not from 0 to 6",
    "0 0 * * funday": "the weekday has 'funday', which is no number",
    "0 1-30 * * *": "the hour has 30, but ends with 23",
    "? * * * *": "the minute has a question mark, which stands alone in the day or the weekday",
    "H * * * *": "the minute has 'H', for which dbos gives no hash",
    "0 0 * * 1#6": "the weekday has '#6', but no month has more than 5 weeks",
    "0 0 * * 1,2#3": "the weekday mixes weekdays with numbered ones",
}
ACCEPTED = (
    "* * * * *",
    "*/5 * * * *",
    "30 */5 * * * *",
    "0 0 1 1 * 2 2030",
    "0 9 * * MON-FRI",
    "0 9 * JAN,jul sun",
    "0 9 L * *",
    "0 9 * * L5",
    "0 9 * * 1#2",
    "0 9 ? * *",
    "0 9 * * 7",
    "R R * * *",
    "@Daily",
    "  5   4 * * *  ",
    "0 0 31 2 *",
    "10/20 * * * *",
)
# What the reader that came with dbos until 3.2 does not know.
NEW = ("0 9 * * FRI-MON", "0 9 15W * *", "0 20-4 * * *", "0 0 * 11-2 *")


@pytest.mark.parametrize("wraps", [True, False])
@pytest.mark.parametrize(("expression", "reason"), REFUSED.items())
def test_what_every_release_refuses(expression: str, reason: str, wraps: bool) -> None:
    assert refusal(expression, wraps=wraps) == reason


@pytest.mark.parametrize("wraps", [True, False])
@pytest.mark.parametrize("expression", ACCEPTED)
def test_what_every_release_accepts(expression: str, wraps: bool) -> None:
    assert refusal(expression, wraps=wraps) == ""


@pytest.mark.parametrize("expression", NEW)
def test_what_only_later_releases_accept(expression: str) -> None:
    assert refusal(expression, wraps=True) == ""
    assert refusal(expression, wraps=False) != ""
