"""What ``--fix`` and its kin do to files, print, and leave with."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from dbos_lint import linter, runner
from dbos_lint.linter import FileResult
from dbos_lint.results import RunResult
from tests.cli.conftest import Command

SAFE = """\
from dbos import DBOS


@DBOS.workflow()
async def nap():
    DBOS.sleep(5)
"""
MENDED = SAFE.replace("    DBOS.sleep(5)", "    await DBOS.sleep_async(5)")
UNSAFE = """\
import time

from dbos import DBOS


@DBOS.workflow()
def wait():
    time.sleep(5)
"""


@pytest.fixture
def app(project: Path) -> Path:
    path = project / "app.py"
    path.write_text(SAFE, encoding="utf-8")
    return path


@pytest.fixture
def both(app: Path) -> Path:
    (app.parent / "wait.py").write_text(UNSAFE, encoding="utf-8")
    return app.parent


def test_a_check_says_what_could_be_fixed_and_changes_nothing(both: Path, command: Command) -> None:
    result = command("check", "--output-format=concise")
    assert result.exit_code == 1
    assert "app.py:6:5: DBS901 [*] " in result.stdout
    assert "wait.py:8:5: DBS213 time" in result.stdout
    assert result.stdout.endswith(
        "Found 2 errors.\n"
        "[*] 1 fixable with the `--fix` option "
        "(1 hidden fix can be enabled with the `--unsafe-fixes` option).\n"
    )
    assert (both / "app.py").read_text("utf-8") == SAFE


def test_the_last_line_depends_on_what_is_allowed(both: Path, command: Command) -> None:
    def last(*options: str) -> str:
        return command("check", *options).stdout.splitlines()[-1]

    assert last("--unsafe-fixes") == "[*] 2 fixable with the `--fix` option."
    assert last("--no-unsafe-fixes") == "[*] 1 fixable with the `--fix` option."
    hidden = "(1 hidden fix can be enabled with the `--unsafe-fixes` option)."
    assert last("wait.py") == f"No fixes available {hidden}"
    assert last("--unfixable=DBS9", "app.py") == "Found 1 error."
    assert last("--fixable=DBS213") == f"No fixes available {hidden}"


def test_full_names_the_fix(both: Path, command: Command) -> None:
    assert " = fix: await DBOS.sleep_async\n" in command("check", "app.py").stdout
    assert " = fix (unsafe): " in command("check", "wait.py").stdout


def test_fix_mends_and_reports_what_is_left(both: Path, command: Command) -> None:
    result = command("check", "--fix", "--output-format=concise")
    assert result.exit_code == 1
    assert result.stdout.startswith("wait.py:8:5: DBS213 ")
    assert result.stdout.endswith(
        "Found 2 errors (1 fixed, 1 remaining).\n"
        "No fixes available (1 hidden fix can be enabled with the `--unsafe-fixes` option).\n"
    )
    assert (both / "app.py").read_text("utf-8") == MENDED
    assert (both / "wait.py").read_text("utf-8") == UNSAFE
    again = command("check", "--fix", "app.py")
    assert (again.exit_code, again.stdout, again.stderr) == (0, "All checks passed!\n", "")


def test_unsafe_fixes_need_to_be_asked_for(both: Path, command: Command) -> None:
    result = command("check", "--fix", "--unsafe-fixes", "--show-fixes")
    assert result.exit_code == 0
    assert result.stdout == (
        "\nFixed 2 errors:\n"
        "- app.py:\n    1 × DBS901 (sync-call-in-event-loop)\n"
        "- wait.py:\n    1 × DBS213 (non-durable-sleep)\n\n"
        "Found 2 errors (2 fixed, 0 remaining).\n"
    )
    assert "DBOS.sleep(5)" in (both / "wait.py").read_text("utf-8")


def test_settings_say_whether_to_fix(both: Path, command: Command) -> None:
    (both / "dbos-lint.toml").write_text("fix = true\nunsafe-fixes = true\nunfixable = ['DBS2']\n", encoding="utf-8")
    assert command("check", "--no-fix", "-q").exit_code == 1
    assert (both / "app.py").read_text("utf-8") == SAFE
    assert command("check", "-q").exit_code == 1
    assert (both / "app.py").read_text("utf-8") == MENDED
    assert (both / "wait.py").read_text("utf-8") == UNSAFE


def test_diff_is_a_patch_that_can_be_applied(both: Path, command: Command) -> None:
    app = both / "app.py"
    app.write_bytes(SAFE.replace("\n", "\r\n").encode().removesuffix(b"\r\n"))
    result = command("check", "--diff")
    assert result.exit_code == 1
    assert result.stderr == "Would fix 1 error (1 additional fix available with `--unsafe-fixes`).\n"
    assert result.stdout_bytes.startswith(b"--- app.py\n+++ app.py\n@@ ")
    subprocess.run(["git", "apply", "-p0", "-"], input=result.stdout_bytes, cwd=both, check=True, capture_output=True)
    assert app.read_bytes() == MENDED.replace("\n", "\r\n").encode().removesuffix(b"\r\n")
    nothing = command("check", "--diff", "--no-unsafe-fixes")
    assert (nothing.exit_code, nothing.stdout, nothing.stderr) == (0, "", "")
    assert command("check", "--diff", "--show-fixes").exit_code == 2


def test_fix_only_reports_nothing(both: Path, command: Command) -> None:
    result = command("check", "--fix-only", "--exit-non-zero-on-fix")
    more = "(1 additional fix available with `--unsafe-fixes`)"
    assert (result.exit_code, result.stdout) == (1, f"Fixed 1 error {more}.\n")
    again = command("check", "--fix-only")
    assert (again.exit_code, again.stdout) == (0, "No errors fixed (1 fix available with `--unsafe-fixes`).\n")


def test_the_exit_code_tells_what_is_left_or_what_was_fixed(app: Path, command: Command) -> None:
    assert command("check", "--fix", "--exit-non-zero-on-fix").exit_code == 1
    assert command("check", "--fix", "--exit-non-zero-on-fix").exit_code == 0


def test_one_place_can_be_mended(project: Path, command: Command) -> None:
    app = project / "app.py"
    app.write_text(f"{SAFE}    DBOS.sleep(6); DBOS.sleep(7)\n    DBOS.sleep(8)\n", encoding="utf-8")
    command("check", "--fix-at", "app.py:7:DBS901", "--fix-at", f"{app}:8")
    assert app.read_text("utf-8") == (
        f"{SAFE}    await DBOS.sleep_async(6); await DBOS.sleep_async(7)\n    await DBOS.sleep_async(8)\n"
    )


@pytest.mark.parametrize(
    ("place", "warning"),
    [
        ("app.py:1", "warning: nothing to fix at app.py:1\n"),
        ("app.py:6:DBS201", "warning: nothing to fix at app.py:6:DBS201\n"),
        ("wait.py:8", "warning: nothing to fix at wait.py:8: the fix takes --unsafe-fixes\n"),
    ],
)
def test_a_place_without_a_fix_is_a_warning(both: Path, command: Command, place: str, warning: str) -> None:
    assert command("check", "--fix-at", place).stderr == warning
    assert (both / "app.py").read_text("utf-8") == SAFE


@pytest.mark.parametrize("place", ["app.py", "app.py:0", "app.py:x", "app.py:3:E501"])
def test_a_place_has_a_file_and_a_line(app: Path, command: Command, place: str) -> None:
    result = command("check", "--fix-at", place)
    assert result.exit_code == 2
    assert f"'{place}' is no place" in result.stderr


def test_the_standard_input_becomes_the_standard_output(project: Path, command: Command) -> None:
    result = command("check", "--fix", "-", stdin=(SAFE + UNSAFE).encode())
    assert result.stdout == MENDED + UNSAFE
    assert "DBS213" in result.stderr
    assert result.exit_code == 1
    clean = command("check", "--fix", "-", stdin=b"x = 1\r\n")
    assert (clean.stdout_bytes, clean.exit_code) == (b"x = 1\r\n", 0)
    patch = command("check", "--diff", "-", stdin=SAFE.encode())
    assert patch.stdout.startswith("--- -\n+++ -\n")
    assert patch.exit_code == 1


def test_json_and_sarif_hold_edits(both: Path, command: Command) -> None:
    findings = json.loads(command("check", "--output-format=json").stdout)
    assert [found["fix"]["applicability"] for found in findings] == ["safe", "unsafe"]
    assert findings[0]["fix"] == {
        "applicability": "safe",
        "message": "await DBOS.sleep_async",
        "edits": [
            {"content": text, "location": place, "end_location": place}
            for text, place in [("await ", {"row": 6, "column": 5}), ("_async", {"row": 6, "column": 15})]
        ],
    }
    (run,) = json.loads(command("check", "--output-format=sarif", "app.py").stdout)["runs"]
    (fix,) = run["results"][0]["fixes"]
    (change,) = fix["artifactChanges"]
    assert fix["description"] == {"text": "await DBOS.sleep_async"}
    assert change["artifactLocation"] == {"uri": "app.py", "uriBaseId": "SRCROOT"}
    assert change["replacements"][0] == {
        "deletedRegion": {"startLine": 6, "startColumn": 5, "endLine": 6, "endColumn": 5},
        "insertedContent": {"text": "await "},
    }


def test_github_marks_what_can_be_fixed(app: Path, command: Command) -> None:
    assert "::app.py:6:5: DBS901 [*] " in command("check", "--output-format=github").stdout


@pytest.mark.parametrize("header", ["# Code generated by atlas. DO NOT EDIT.\n", "\n# @generated\n"])
def test_generated_code_is_left_alone(app: Path, command: Command, header: str) -> None:
    app.write_text(header + SAFE, encoding="utf-8")
    result = command("check", "--fix")
    assert result.exit_code == 1
    assert result.stdout.endswith("Found 1 error.\n")
    assert app.read_text("utf-8") == header + SAFE


def test_suppressed_findings_and_broken_files_are_left_alone(app: Path, command: Command) -> None:
    for text in (SAFE.replace("(5)", "(5)  # noqa: DBS901"), f"{SAFE}def\n"):
        app.write_text(text, encoding="utf-8")
        command("check", "--fix", "--unsafe-fixes")
        assert app.read_text("utf-8") == text


@pytest.mark.parametrize("option", ["--fix-only", "--diff"])
def test_a_broken_file_is_named_where_nothing_is_reported(app: Path, command: Command, option: str) -> None:
    app.write_text(SAFE + "def rest(:\n", encoding="utf-8")
    result = command("check", option, "--quiet")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "warning: app.py:7: file is not linted: cannot parse the file: invalid syntax\n"


def test_a_file_that_cannot_be_written_is_an_error(
    both: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(new: str, path: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    result = command("check", "--fix", "app.py", "--output-format=concise")
    assert result.exit_code == 2
    assert result.stderr == "error: app.py cannot be replaced, DBS901 was not fixed: No space left on device\n"
    assert result.stdout.startswith("app.py:6:5: DBS901 ")
    assert sorted(os.listdir(both)) == ["app.py", "wait.py"]
    assert (both / "app.py").read_text("utf-8") == SAFE


def test_all_that_was_not_fixed_is_named(app: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    app.write_text(SAFE + "\n\n@DBOS.step\ndef rest():\n    pass\n", encoding="utf-8")
    stderr = command("check", "--fix").stderr
    assert stderr == "error: app.py cannot be replaced, DBS112, DBS901 were not fixed: it is write-protected\n"


def test_what_is_mended_in_one_file_is_seen_by_others_whatever_the_jobs(project: Path, command: Command) -> None:
    for jobs in ("1", "4"):
        for number in range(3):
            (project / f"part{number}.py").write_text(SAFE.replace("nap", f"nap{number}"), encoding="utf-8")
        (project / "app.py").write_text("from part1 import nap1\n\nNAPS = [nap1]\n", encoding="utf-8")
        result = command("check", "--fix", "--jobs", jobs)
        assert (result.exit_code, result.stdout) == (0, "Found 3 errors (3 fixed, 0 remaining).\n")


def test_a_file_with_two_names_is_mended_once(app: Path, command: Command) -> None:
    (app.parent / "link.py").symlink_to("app.py")
    result = command("check", "--fix")
    assert (result.exit_code, result.stderr) == (0, "")
    assert app.read_text("utf-8") == MENDED
    assert (app.parent / "link.py").is_symlink()


def test_what_is_mended_is_what_was_linted(app: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    lint = runner.run_files

    def meanwhile(*arguments: Any, **options: Any) -> RunResult:
        result = lint(*arguments, **options)
        app.write_text("# mine\n", encoding="utf-8")
        return result

    monkeypatch.setattr(runner, "run_files", meanwhile)
    result = command("check", "--fix")
    assert result.exit_code == 2
    assert result.stderr == "error: app.py cannot be replaced, DBS901 was not fixed: it has changed since it was read\n"
    assert app.read_text("utf-8") == "# mine\n"


def test_fixing_lints_once_and_once_more_for_each_round(
    app: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    linted: list[bytes] = []
    judge = linter._judge

    def counted(source: bytes, *arguments: Any) -> FileResult:
        linted.append(source)
        return judge(source, *arguments)

    monkeypatch.setattr(linter, "_judge", counted)
    assert command("check", "--fix").exit_code == 0
    assert linted == [SAFE.encode(), MENDED.encode()]
