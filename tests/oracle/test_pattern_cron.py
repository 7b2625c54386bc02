"""The linter's reader of cron expressions beside the one that dbos uses."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dbos_lint.semantics.cron import refusal

pytestmark = pytest.mark.oracle

PROVES = {"DBS613"}

ATOMS = (
    "0 5 59 60 23 24 31 32 12 13 7 8 1-5 5-1 */5 */0 */60 0-30/10 MON MON-FRI FRI-MON FRI-SUN JAN DEC-JAN L l-5 5-L "
    "15W W15 32w 1#2 1#6 MON#1 MON-FRI#2 0#1,7#2 L5 L8 ? H h/5 1,2 1, 1,,2 0/5 59/15 6/2 7/2 2030 1900 2020-2030 a -1 "
    "1- 1.5 0-60 5-5 0-7 7-0 jan-mar 6L 00 15w,20 1-5/0 5/MON 1-5-7 1/2/3 */2/3"
).split()
ELEMENT = st.one_of(st.just("*"), st.just("*"), st.just("*"), st.sampled_from(ATOMS))
EXPRESSION = st.lists(ELEMENT, min_size=4, max_size=8).map(" ".join)


def is_accepted_by_dbos(expression: str) -> bool:
    # Here, since the tests that need no dbos are collected where there is none.
    from croniter import croniter

    return bool(croniter.is_valid(expression, second_at_beginning=True))


@settings(max_examples=2000)
@given(EXPRESSION)
def test_what_is_refused_here_is_refused_by_dbos(expression: str) -> None:
    if refusal(expression, wraps=True):
        assert not is_accepted_by_dbos(expression)


@settings(max_examples=2000)
@given(EXPRESSION)
def test_what_dbos_refuses_is_refused_here(expression: str) -> None:
    fields = expression.split()
    # Where releases of croniter differ, the linter says nothing: day 0 of six fields, lists of numbered weekdays.
    differs = "#" in expression or (len(fields) == 6 and fields[3][:1] in ("0", "W"))
    if not differs and not is_accepted_by_dbos(expression):
        assert refusal(expression, wraps=True)
