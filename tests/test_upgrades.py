"""``dbos-lint upgrade`` on whole programs, byte for byte. That they still do the same is seen in ``tests/oracle``."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dbos_lint.cli import cli
from tests.upgraded import SINCE, UNTIL, Case, all_cases, contents, copied

CASES = all_cases()


def upgrade(folder: Path, monkeypatch: pytest.MonkeyPatch, *options: str) -> Result:
    monkeypatch.chdir(folder)
    return CliRunner().invoke(cli, ["upgrade", "--isolated", "--from", SINCE, "--to", UNTIL, *options])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_becomes(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = copied(case.before, tmp_path / "project")
    result = upgrade(folder, monkeypatch)
    assert result.exit_code in (0, 1), result.output
    wanted, found = contents(case.after), contents(folder)
    assert sorted(found) == sorted(wanted)
    for name, text in wanted.items():
        assert found[name].decode("utf-8") == text.decode("utf-8"), f"{name}\n{result.output}"
    if case.report is not None:
        assert result.stdout == case.report


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_second_run_changes_nothing(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = copied(case.after, tmp_path / "project")
    result = upgrade(folder, monkeypatch)
    assert result.exit_code in (0, 1), result.output
    assert contents(folder) == contents(case.after)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_look_changes_nothing(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = copied(case.before, tmp_path / "project")
    result = upgrade(folder, monkeypatch, "--diff")
    changes = contents(case.before) != contents(case.after)
    assert result.exit_code == 1 if changes else result.exit_code in (0, 1), result.output
    assert ("\n+++ " in f"\n{result.stdout}") == changes
    assert contents(folder) == contents(case.before)


def test_each_case_is_whole() -> None:
    assert len(CASES) >= 1
    for case in CASES:
        assert contents(case.before)
        assert contents(case.after)
        if case.runs:
            assert all((side / "main.py").exists() for side in (case.before, case.after)), case.name
        else:
            assert (case.path / "unrun.txt").read_text("utf-8").strip(), f"{case.name} does not say why it cannot run"
