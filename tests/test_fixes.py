"""Every case of a fix: before and after, byte for byte, through the library and the command."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dbos_lint.choice import fix_of
from dbos_lint.cli import cli
from dbos_lint.configuration import Configuration, Overrides
from dbos_lint.diagnostic import Diagnostic
from dbos_lint.discovery import discover
from dbos_lint.fix import Applicability
from dbos_lint.fixes.project import Files, Fixed
from dbos_lint.pages import page
from dbos_lint.rules.registry import RULES
from dbos_lint.runner import run_files
from tests.markers import Fixture, all_fixtures
from tests.mended import FIXES, Case, all_cases, halves, texts

CASES = all_cases()
MENDED = [case for case in CASES if not case.is_left_alone]
LEFT = [case for case in CASES if case.is_left_alone]
FIXTURES = [fixture for fixture in all_fixtures() if fixture.path.parent.name != "broken"]
BEST = {code: rule.fix for code, rule in RULES.items()}
UNSAFE = ("--fix", "--unsafe-fixes")


def on_every(cases: Iterable[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=lambda case: case.name)


def files(folder: Path, *, unsafe: bool) -> Files:
    configuration = Configuration(str(folder), overrides=Overrides(str(folder), fix=True, unsafe_fixes=unsafe))
    found = discover([str(folder)], configuration)
    return Files(
        lambda changed: run_files(found, configuration, texts=changed),
        configuration.for_file,
    )


def fixed(folder: Path, *, unsafe: bool = True) -> Fixed:
    return files(folder, unsafe=unsafe).fixed()


def findings(folder: Path) -> tuple[Diagnostic, ...]:
    return files(folder, unsafe=True).lint({}).diagnostics


def after(before: Mapping[str, bytes], result: Fixed, folder: Path) -> dict[str, bytes]:
    changed = {Path(change.filename).relative_to(folder).as_posix(): change.after for change in result.changes}
    return {**before, **changed}


def reasons(result: Fixed) -> list[str]:
    return [f"{each.finding.start.row}: {each.finding.code}: {each.reason}" for each in result.dropped]


def command(folder: Path, *options: str) -> Result:
    result = CliRunner().invoke(cli, ["check", "--jobs=1", "--output-format=json", *options, str(folder)])
    assert result.exit_code in (0, 1), result.output
    return result


@on_every(MENDED)
def test_before_becomes_after(case: Case, tmp_path: Path) -> None:
    folder = case.lay_out(tmp_path / "project")
    result = fixed(folder, unsafe=case.takes != "safe")
    assert after(case.before, result, folder) == case.after, reasons(result)
    assert texts(folder) == case.before  # in memory only


@on_every(MENDED)
def test_the_command_does_the_same_and_a_second_time_nothing(case: Case, tmp_path: Path) -> None:
    folder = case.lay_out(tmp_path / "project")
    options = ("--fix",) if case.takes == "safe" else UNSAFE
    command(folder, *options)
    assert texts(folder) == case.after
    command(folder, *options)
    assert texts(folder) == case.after


@on_every([case for case in MENDED if case.takes == "unsafe"])
def test_what_is_unsafe_is_not_done_by_default(case: Case, tmp_path: Path) -> None:
    folder = case.lay_out(tmp_path / "project")
    command(folder, "--fix")
    assert texts(folder) == case.before


@on_every(LEFT)
def test_nothing_is_offered_where_it_is_not_certain(case: Case, tmp_path: Path) -> None:
    folder = case.lay_out(tmp_path / "project")
    records = [each for each in json.loads(command(folder).stdout) if each["code"] == case.code]
    assert records, "the rule has to fire"
    assert [f"{each['location']['row']}: {each['fix']['message']}" for each in records if each["fix"]] == []
    command(folder, *UNSAFE)
    assert texts(folder) == case.before


@on_every(MENDED)
def test_fixes_are_as_applicable_as_their_rules_declare(case: Case, tmp_path: Path) -> None:
    folder = case.lay_out(tmp_path / "project")
    offered = [found for found in findings(folder) if fix_of(found) is not None]
    assert offered
    assert undeclared(offered) == []


def undeclared(diagnostics: Iterable[Diagnostic]) -> list[str]:
    """The fixes that are better than what their rules declare; only declared rules can have one at all."""
    allowed = {
        Applicability.NONE: (),
        Applicability.UNSAFE: (Applicability.UNSAFE,),
        Applicability.SAFE: (Applicability.UNSAFE, Applicability.SAFE),
    }
    return [
        f"{found.filename}:{found.start.row}: {found.code}: {found.fix.applicability.value}"
        for found in diagnostics
        if found.fix is not None and found.fix.applicability not in allowed[BEST[found.code]]
    ]


def test_every_rule_with_a_fix_has_cases_and_every_case_such_a_rule() -> None:
    declared = {code for code, best in BEST.items() if best is not Applicability.NONE}
    upgraded = {code for code in declared if "dbos-lint upgrade" in about_the_fix(code)}
    assert {case.code for case in MENDED} - declared == set()
    assert declared - upgraded - {case.code for case in MENDED} == set()


@pytest.mark.parametrize("code", [code for code, best in BEST.items() if best is not Applicability.NONE])
def test_the_page_of_a_rule_with_a_fix_says_what_the_fix_does(code: str) -> None:
    section = about_the_fix(code)
    assert "--fix" in section or "dbos-lint upgrade" in section
    assert "No automatic fix" not in section


def about_the_fix(code: str) -> str:
    """What the page of the rule says below ``Fix``."""
    return (page(code) or "").partition("\n## Fix\n")[2].partition("\n## ")[0]


def test_there_is_no_case_without_a_rule() -> None:
    assert {path.name for path in FIXES.glob("*") if path.is_dir()} - RULES.keys() == set()
    assert halves() == []


def compiles(source: bytes) -> bool:
    try:
        compile(source, "a.py", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda fixture: fixture.name)
def test_every_fixture_can_be_mended(fixture: Fixture) -> None:
    """What is fixed parses, has no more findings of any code, and is left alone the next time."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = fixture.copy(Path(scratch).resolve() / "project")
        before = findings(folder)
        assert undeclared(before) == []
        if not any(map(fix_of, before)):
            return
        result = fixed(folder)
        for change in result.changes:
            assert compiles(change.after) or not compiles(change.before)
            Path(change.filename).write_bytes(change.after)
        now = findings(folder)
        assert [found.message for found in now] == [found.message for found in result.result.diagnostics]
        assert Counter(found.code for found in now) - Counter(found.code for found in before) == Counter()
        again = fixed(folder)
        assert again.changes == ()
        # A fix that is always dropped helps nobody, and is counted as one that can be had.
        assert reasons(again) == []
