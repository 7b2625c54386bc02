"""``dbos-lint rule``: what it says of a rule."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dbos_lint import pages
from dbos_lint.rules.registry import RULES
from tests.cli.conftest import Command


@pytest.mark.parametrize("name", ["DBS201", "dbs201", "clock-in-workflow", "Clock-In-Workflow"])
def test_a_rule_is_explained_by_its_page(command: Command, name: str) -> None:
    result = command("rule", name)
    assert (result.exit_code, result.stdout) == (0, pages.page("DBS201"))


def test_a_rule_without_a_page_is_explained_by_its_declaration(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "_FOLDERS", (tmp_path,))
    rule = RULES["DBS201"]
    assert command("rule", "DBS201").stdout == f"# DBS201: {rule.name}\n\n{rule.summary}\n"


def test_a_rule_as_data(command: Command) -> None:
    described = json.loads(command("rule", "clock-in-workflow", "--output-format", "json").stdout)
    rule = RULES["DBS201"]
    assert described == {
        "code": "DBS201",
        "name": "clock-in-workflow",
        "category": "workflow",
        "level": rule.level.value,
        "scope": rule.scope.value,
        "summary": rule.summary,
        "fix": rule.fix.value,
        "since": rule.since,
        "until": rule.until,
        "preview": rule.preview,
        "on_by_default": True,
        "url": described["url"],
        "reference": f"https://docs.dbos.dev/{rule.reference}",
        "explanation": pages.page("DBS201"),
    }
    assert described["url"].endswith("/rules/DBS201/")


def test_all_rules(command: Command) -> None:
    described = json.loads(command("rule", "--all", "--output-format", "json").stdout)
    assert [rule["code"] for rule in described] == sorted(RULES)
    text = command("rule", "--all").stdout
    assert all(f"# {code}: " in text for code in RULES)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["DBS9O8"], "there is no rule 'DBS9O8'; did you mean 'DBS908'?"),
        (["clok-in-workflow"], "there is no rule 'clok-in-workflow'; did you mean 'clock-in-workflow'?"),
        (["xyzzy"], "there is no rule 'xyzzy'\n"),
        ([], "Name one rule, or ask for --all."),
        (["DBS201", "--all"], "Name one rule, or ask for --all."),
    ],
)
def test_wrong_usage_exits_with_2(command: Command, arguments: list[str], message: str) -> None:
    result = command("rule", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
