"""Which comments are told to silence nothing, by what has been judged and what counts."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from dbos_lint.linter import lint_source
from dbos_lint.rules import unused as rule
from dbos_lint.settings import Settings
from dbos_lint.syntax.lines import Lines
from dbos_lint.syntax.removal import without
from dbos_lint.syntax.suppressions import NamedCode

SOURCE = """\
import time

from dbos import DBOS


@DBOS.workflow()
def survey(probe: str) -> float:
    {line}
    return time.time()  # dbos-lint: ignore[DBS201] the clock is meant
"""
PLAIN = "print(probe)"


def unused(line: str, *, noqa: bool = True, **settings: object) -> list[str]:
    """What DBS002 says of ``line``, in a workflow that silences a clock below."""
    given = Settings(root="/project", **{"extend_select": ("DBS002",), **settings})
    result = lint_source(SOURCE.format(line=line).encode(), "/project/survey.py", given, noqa=noqa)
    return [diagnostic.message for diagnostic in result.diagnostics if diagnostic.code == "DBS002"]


def test_a_comment_is_used_on_its_statement_only() -> None:
    assert unused(f"{PLAIN}  # dbos-lint: ignore[DBS201] why")
    assert unused(f"{PLAIN}  # noqa: DBS201")
    assert not unused("time.sleep(1)  # noqa: DBS213")


def test_codes_of_others_and_bare_comments_are_passed_over() -> None:
    assert not unused(f"{PLAIN}  # noqa: T201")
    assert not unused(f"{PLAIN}  # noqa")
    assert len(unused(f"{PLAIN}  # noqa: T201, DBS201")) == 1


def test_a_code_counts_only_where_its_rule_has_been_judged() -> None:
    line = f"{PLAIN}  # dbos-lint: ignore[DBS201] why"

    assert not unused(line, ignore=("DBS201",))
    assert not unused(f"{PLAIN}  # noqa: DBS212")
    assert unused(f"{PLAIN}  # noqa: DBS212", extend_select=("DBS002", "DBS212"))
    assert not unused(f"{PLAIN}  # noqa: DBS103", dbos_version="2.31"), "true from 3.0 on"
    assert unused(f"{PLAIN}  # noqa: DBS103")
    assert not unused(f"{PLAIN}  # noqa: DBS910"), "two revisions tell, not one"


def test_a_prefix_counts_when_all_it_stands_for_has_been_judged() -> None:
    assert not unused(f"{PLAIN}  # noqa: DBS1")
    assert unused(f"{PLAIN}  # noqa: DBS1", select=("ALL",))
    assert not unused("time.sleep(1)  # noqa: DBS2", select=("ALL",))


def test_a_code_that_no_rule_has_is_the_business_of_another_rule() -> None:
    assert not unused(f"{PLAIN}  # noqa: DBS999")


def test_comments_that_count_for_nothing_are_not_told_of() -> None:
    assert not unused(f"{PLAIN}  # noqa: DBS201", noqa=False)
    assert not unused(f"{PLAIN}  # dbos-lint: ignore[DBS201]", require_reason=True)
    assert unused(f"{PLAIN}  # dbos-lint: ignore[DBS201] why", require_reason=True)


def test_it_is_silenced_by_name_and_by_no_comment_for_itself() -> None:
    assert not unused(f"{PLAIN}  # dbos-lint: ignore[DBS201, DBS002] kept on purpose")
    assert not unused(f"{PLAIN}  # dbos-lint: ignore[DBS201] why  # dbos-lint: ignore[DBS002] kept on purpose")
    assert unused(f"{PLAIN}  # dbos-lint: ignore[DBS0] why", select=("ALL",)), "it silences nothing but itself"


def test_a_declaration_stands_on_the_head_of_a_function() -> None:
    below = f"{PLAIN}  # dbos-lint: deterministic"

    assert unused(below) == ["this comment stands on no function's head and declares nothing: delete it"]
    assert not unused("def inner() -> None:  # dbos-lint: deterministic\n        pass")
    assert not unused("def inner() -> None:\n        # dbos-lint: deterministic\n        pass")


def test_what_one_comment_names_in_vain_has_one_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def counted(lines: Lines, named: Collection[NamedCode]) -> object:
        made.append(len(named))
        return without(lines, named)

    monkeypatch.setattr(rule, "without", counted)
    codes = ", ".join(f"DBS{number}" for number in range(202, 212))
    assert len(unused(f"{PLAIN}  # dbos-lint: ignore[{codes}] why", preset="all")) == made[0]
    assert len(made) == 1
