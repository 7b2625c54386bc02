"""``dbos-lint check``: what it prints, and the code it leaves with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result

from dbos_lint.reporters import FORMATS
from tests.cli.conftest import Command

pytestmark = pytest.mark.usefixtures("codes_in_source")


def write(path: Path, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def found(result: Result) -> list[str]:
    """``file:row:code`` for each finding of a run that printed JSON."""
    assert result.exit_code in (0, 1), result.output
    return [
        f"{Path(item['filename']).name}:{item['location']['row']}:{item['code']}" for item in json.loads(result.stdout)
    ]


def test_a_clean_project_passes(project: Path, command: Command) -> None:
    write(project / "a.py", "x = 1\n")
    result = command("check")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "All checks passed!\n", "")


def test_findings_are_shown_in_full_and_counted(project: Path, command: Command) -> None:
    write(project / "a.py", "x = 1\nDBS201\n")
    write(project / "lib" / "b.py", "DBS301\n")
    result = command("check")
    assert result.exit_code == 1
    assert "DBS201 is here\n --> a.py:2:1\n  |\n1 | x = 1\n2 | DBS201\n  | ^^^^^^\n" in result.stdout
    assert "DBS301 is here\n --> lib/b.py:1:1\n" in result.stdout
    assert result.stdout.endswith("\nFound 2 errors.\n")
    assert command("check", "a.py").stdout.endswith("\nFound 1 error.\n")


def test_concise_and_quiet(project: Path, command: Command) -> None:
    write(project / "a.py", "x = 1  # DBS201\n")
    concise = command("check", "--output-format", "concise")
    assert concise.stdout == "a.py:1:10: DBS201 is here\nFound 1 error.\n"
    assert command("check", "--output-format", "concise", "-q").stdout == "a.py:1:10: DBS201 is here\n"
    assert command("check", "-q", "--select", "DBS301").stdout == ""


def test_no_files_is_a_warning(project: Path, command: Command) -> None:
    result = command("check")
    assert (result.exit_code, result.stdout) == (0, "All checks passed!\n")
    assert result.stderr == "warning: no Python files found under the given paths\n"
    assert command("check", "-q").stderr == ""


@pytest.mark.parametrize("output_format", [name for name in FORMATS if name not in {"concise", "full"}])
def test_formats_for_machines_hold_nothing_else(project: Path, command: Command, output_format: str) -> None:
    write(project / "a.py", "DBS201\n")
    result = command("check", "-v", "--output-format", output_format)
    assert result.exit_code == 1
    assert "Found" not in result.stdout
    assert "DBS201" in result.stdout


def test_json_names_files_absolutely(project: Path, command: Command) -> None:
    write(project / "a.py", "DBS201\n")
    (finding,) = json.loads(command("check", "--output-format", "json").stdout)
    assert finding["filename"] == str(project / "a.py")
    assert command("check", "--output-format", "json", "--select", "DBS9").stdout == "[]\n"


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        ([], ["DBS201", "DBS202", "DBS301"]),
        (["--select", "DBS2"], ["DBS201", "DBS202"]),
        (["--select", "DBS201,DBS3"], ["DBS201", "DBS301"]),
        (["--select", "DBS201", "--select", "DBS3"], ["DBS201", "DBS301"]),
        (["--ignore", "DBS2"], ["DBS301"]),
        (["--extend-ignore", "DBS301, DBS202"], ["DBS201"]),
        (["--select", "DBS3", "--extend-select", "DBS202"], ["DBS202", "DBS301"]),
        (["--per-file-ignores", "a.py:DBS201,DBS202,b.py:DBS301"], ["DBS301"]),
        (["--per-file-ignores", "lib/*:DBS2"], ["DBS201", "DBS202", "DBS301"]),
        (["--per-file-ignores", "!lib/*:DBS2"], ["DBS301"]),
    ],
)
def test_rules_are_selected(project: Path, command: Command, arguments: list[str], codes: list[str]) -> None:
    write(project / "a.py", "DBS201 DBS202 DBS301\n")
    assert found(command("check", "--output-format", "json", *arguments)) == [f"a.py:1:{code}" for code in codes]


def test_settings_come_from_the_nearest_file_and_the_command_line_wins(project: Path, command: Command) -> None:
    write(project / "a.py", "DBS201 DBS301\n")
    write(project / "lib" / "b.py", "DBS201 DBS301\n")
    write(project / "pyproject.toml", '[tool.dbos-lint]\nselect = ["DBS3"]\n')
    write(project / "lib" / "dbos-lint.toml", 'select = ["DBS201"]\n')
    json_format = ("check", "--output-format", "json")
    assert found(command(*json_format)) == ["a.py:1:DBS301", "b.py:1:DBS201"]
    assert found(command(*json_format, "--ignore", "DBS2")) == ["a.py:1:DBS301"]
    assert found(command(*json_format, "--isolated", "a.py")) == ["a.py:1:DBS201", "a.py:1:DBS301"]
    assert found(command(*json_format, "--config", "lib/dbos-lint.toml")) == ["a.py:1:DBS201", "b.py:1:DBS201"]
    assert found(command(*json_format, "--config", "pyproject.toml", "lib")) == ["b.py:1:DBS301"]


def test_files_are_excluded(project: Path, command: Command) -> None:
    for name in ("a.py", "gen/b.py", "dist/c.py", ".git/HEAD", "ignored.py"):
        write(project / name, "DBS201\n")
    write(project / ".gitignore", "ignored.py\n")

    def names(*arguments: str) -> list[str]:
        shown = command("check", "--show-files", *arguments)
        assert shown.exit_code == 0
        return [Path(line).relative_to(project).as_posix() for line in shown.stdout.splitlines()]

    assert names() == ["a.py", "gen/b.py"]
    assert names("--exclude", "gen") == ["a.py", "dist/c.py"]
    assert names("--extend-exclude", "gen,a.py") == []
    assert names("--no-respect-gitignore") == ["a.py", "gen/b.py", "ignored.py"]
    assert names("dist/c.py", "ignored.py") == ["dist/c.py", "ignored.py"]
    assert names("dist/c.py", "a.py", "--force-exclude") == ["a.py"]
    assert found(command("check", "--output-format", "json", "--extend-exclude", "gen")) == ["a.py:1:DBS201"]


def test_standard_input(project: Path, command: Command) -> None:
    result = command("check", "-", "--output-format", "concise", stdin=b"DBS201\n")
    assert (result.exit_code, result.stdout) == (1, "-:1:1: DBS201 is here\nFound 1 error.\n")
    assert command("check", "-", stdin=b"").stdout == "All checks passed!\n"


@pytest.mark.parametrize("paths", [["-"], []])
def test_standard_input_has_the_name_and_the_settings_it_is_given(
    project: Path, command: Command, paths: list[str]
) -> None:
    write(project / "lib" / "dbos-lint.toml", 'select = ["DBS3"]\n')
    result = command("check", *paths, "--stdin-filename", "lib/new.py", stdin=b"DBS201\nDBS301\n")
    assert "DBS301 is here\n --> lib/new.py:2:1\n  |\n1 | DBS201\n2 | DBS301\n  | ^^^^^^\n" in result.stdout
    assert "DBS201 is here" not in result.stdout


def test_standard_input_can_be_asked_about(project: Path, command: Command) -> None:
    assert command("check", "-", "--stdin-filename", "b.py", "--show-files").stdout == f"{project}/b.py\n"
    shown = command("check", "-", "--stdin-filename", "b.py", "--show-settings").stdout
    assert shown.startswith(f"# Settings of {project}/b.py\n")


def test_findings_can_go_to_a_file(project: Path, command: Command) -> None:
    write(project / "a.py", "DBS201\n")
    result = command("check", "--output-format", "json", "--output-file", "out.json", "--color", "always")
    assert (result.exit_code, result.stdout) == (1, "")
    assert json.loads((project / "out.json").read_text(encoding="utf-8"))[0]["code"] == "DBS201"
    command("check", "--output-format", "concise", "--output-file", "out.txt", "--color", "always")
    text = (project / "out.txt").read_text(encoding="utf-8")
    assert text == "a.py:1:1: DBS201 is here\nFound 1 error.\n" or "\x1b" in text


def test_exit_zero_is_for_findings_only(project: Path, command: Command) -> None:
    write(project / "a.py", "DBS201\n")
    assert command("check", "--exit-zero").exit_code == 0
    assert command("check", "--exit-zero", "absent.py").exit_code == 2


def test_statistics(project: Path, command: Command) -> None:
    write(project / "a.py", "DBS201\nDBS301\nDBS201\n")
    result = command("check", "--statistics")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "2\tDBS201\tclock-in-workflow",
        "1\tDBS301\tstart-workflow-in-step",
        "Found 3 errors.",
    ]
    counted = json.loads(command("check", "--statistics", "--output-format", "json").stdout)
    assert [(item["code"], item["count"]) for item in counted] == [("DBS201", 2), ("DBS301", 1)]


def test_verbose_counts_on_the_other_stream(project: Path, command: Command) -> None:
    write(project / "a.py", "DBS201\nUNKNOWN\nUNKNOWN\n")
    (project / "loop.py").symlink_to(project / "loop.py")
    (project / "gone.py").symlink_to("gone")
    write(project / "build" / "b.py", "DBS201\n")
    write(project / "requirements.txt", "dbos==2.31.1\n")
    result = command("check", ".", "loop.py", "-v", "--extend-exclude", "build", "--ignore", "DBS001")
    assert result.stderr.splitlines() == [
        f"for dbos 2.31, says {project}/requirements.txt",
        "skipped: build (excluded)",
        "skipped: gone.py (a link that leads nowhere)",
        "not followed: a call at a.py:2",
        "not followed: a call at a.py:3",
        "not linted, or not by every rule: loop.py",
        "files: 2",
        "files that could not be linted: 1",
        "findings that a comment suppressed: 2",
        "calls that could not be followed: 2",
    ]
    assert result.stdout.splitlines()[-2:] == [
        "Found 1 error.",
        "1 file could not be linted, 1 file was skipped, 2 calls could not be followed: -v lists them.",
    ]


def test_a_fault_of_the_linter_is_a_finding_and_debug_shows_where(project: Path, command: Command) -> None:
    write(project / "a.py", "FAULT\n")
    write(project / "b.py", "DBS201\n")
    result = command("check", "--output-format", "concise")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "a.py:1:1: DBS001 file is not linted: dbos-lint itself failed on it (RuntimeError); "
        "please report this with the output of --debug",
        "b.py:1:1: DBS201 is here",
        "Found 2 errors.",
        "1 file could not be linted: -v lists it.",
    ]
    assert result.stderr == ""
    debugged = command("check", "--debug").stderr
    assert debugged.startswith(f"{project}/a.py:\nRuntimeError: a fault of the linter")


def test_settings_can_be_shown_and_read_back(project: Path, command: Command) -> None:
    write(project / "a.py")
    config = '[tool.dbos-lint]\nselect = ["DBS20"]\nper-file-ignores = {"a*" = ["DBS201"]}\nrequire-reason = true\n'
    write(project / "pyproject.toml", config)
    shown = command("check", "--show-settings", "--dbos-version", "2.31")
    assert shown.exit_code == 0
    lines = shown.stdout.splitlines()
    assert lines[0] == f"# Settings of {project}/a.py"
    assert lines[1] == f"# Read from {project}/pyproject.toml; the root is {project}"
    assert lines[2] == "# for dbos 2.31, says --dbos-version"
    assert {'select = ["DBS20"]', "require-reason = true", 'dbos-version = "2.31"'} <= set(lines)
    assert "DBS202" in lines[-1]
    assert "DBS201" not in lines[-1]
    write(project / "dbos-lint.toml", shown.stdout)
    again = command("check", "--show-settings")
    assert again.exit_code == 0
    assert again.stdout.splitlines()[2] == f"# for dbos 2.31, says {project}/dbos-lint.toml"
    assert again.stdout.splitlines()[3:] == lines[3:]


def test_settings_of_an_empty_project_can_be_shown(project: Path, command: Command) -> None:
    shown = command("check", "--show-settings")
    assert shown.exit_code == 0
    assert "# Read from no file" in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["absent.py"], "no such file or folder: {project}/absent.py"),
        (["a.py", "absent"], "no such file or folder: {project}/absent"),
        (["--select", "DBS9O8"], "names 'DBS9O8', which is no rule and no prefix of one; did you mean 'DBS908'?"),
        (["--ignore", "E501"], "names 'E501', which is no rule"),
        (["--per-file-ignores", "DBS201"], "'DBS201' is no pair of a pattern and a code"),
        (["--per-file-ignores", "a.py:X"], "names 'X', which is no rule"),
        (["a.py", ""], "no such file or folder: ''"),
        (["--dbos-version", "new"], "must be a version such as"),
        (["--dbos-version", "9" * 5000], "must be a version such as"),
        (["--dbos-version", f">={'9' * 5000}"], "must be a version such as"),
        (["--dbos-version", "===new"], "must be a version such as"),
        (["--config", "absent.toml"], "absent.toml: cannot be read: No such file or directory"),
        (["--config", "x.toml", "--isolated"], "exclude each other"),
        (["-q", "-v"], "exclude each other"),
        (["-", "a.py"], "cannot be linted together"),
        (["a.py", "--stdin-filename", "b.py"], "--stdin-filename names the standard input"),
        (["--statistics", "--output-format", "sarif"], "--statistics cannot be printed as sarif"),
        (["--output-file", "no/such/folder.txt"], "cannot write no/such/folder.txt: No such file or directory"),
        (["--output-format", "xml"], "'xml' is not one of"),
        (["--jobs", "0"], "0 is not in the range"),
        (["--nonsense"], "No such option"),
    ],
)
def test_wrong_usage_exits_with_2(project: Path, command: Command, arguments: list[str], message: str) -> None:
    write(project / "a.py")
    result = command("check", *arguments)
    assert result.exit_code == 2
    assert message.format(project=project) in " ".join(result.stderr.split()).replace("a ny", "any")
    assert result.stdout == ""


def test_a_wrong_configuration_exits_with_2_and_says_where(project: Path, command: Command) -> None:
    write(project / "a.py")
    write(project / "lib" / "b.py")
    write(project / "lib" / "pyproject.toml", "[tool.dbos-lint]\nselct = []\n")
    result = command("check")
    assert result.exit_code == 2
    expected = f"Error: {project}/lib/pyproject.toml: unknown option 'selct'; did you mean 'select'?\n"
    assert (result.stdout, result.stderr) == ("", expected)
    assert command("check", "a.py").exit_code == 0


def test_color(project: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    write(project / "a.py", "DBS201\n")
    assert "\x1b[" in command("check", "--color", "always").stdout
    assert "\x1b[" not in command("check", "--color", "auto").stdout
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in command("check").stdout
    assert "\x1b[" not in command("check", "--color", "never").stdout
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in command("check").stdout


def test_the_cache_may_be_forbidden_and_jobs_named(project: Path, command: Command) -> None:
    write(project / "a.py", "DBS201\n")
    assert found(command("check", "--no-cache", "--jobs", "3", "--output-format", "json")) == ["a.py:1:DBS201"]
