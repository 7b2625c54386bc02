"""Configuration that nobody should write: said in one line, or passed over, and never a way to stop a run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dbos_lint.cli import cli
from tests.nasty.sources import CLOCK, WORKFLOW

NINES = "9" * 5_000  # Python reads numbers of 4,300 digits
DEEP = 20_000


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "clock.py").write_text(WORKFLOW, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(*arguments: str) -> Result:
    result = CliRunner().invoke(cli, ["check", "--no-cache", "-q", "--output-format", "concise", *arguments])
    assert isinstance(result.exception, SystemExit), result.exception
    return result


TOLD = {
    "requirements.txt": f"dbos=={NINES}.1\n",
    "requirements.in": f"dbos @ git+https://example.com/dbos@v{NINES}.1.1\n",
    "uv.lock": f'[[package]]\nname = "dbos"\nversion = "{NINES}.1"\n',
    "Pipfile.lock": f'{{"default": {{"dbos": {{"version": "=={NINES}.1"}}}}}}',
    "pylock.toml": "[" * DEEP + "dbos",
    "setup.cfg": "[options]\ninstall_requires =\n  dbos==%(x)s\n",
    "pyproject.toml": f"[tool.poetry.dependencies]\ndbos = '^{NINES}.1'\n",
}


@pytest.mark.parametrize("name", TOLD)
def test_a_version_that_cannot_be_read_is_none(name: str, project: Path) -> None:
    (project / name).write_text(TOLD[name], encoding="utf-8")
    result = check(".")
    assert result.stdout.startswith(f"clock.py:{CLOCK}:"), result.stderr
    assert result.exit_code == 1


@pytest.mark.parametrize("reason", [PermissionError, FileNotFoundError, NotADirectoryError])
def test_a_folder_that_cannot_be_listed_tells_no_version(
    reason: type[OSError], project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "requirements").mkdir()
    listed = os.listdir

    def refuse(folder: str) -> list[str]:
        if folder.endswith("requirements"):
            raise reason
        return listed(folder)

    monkeypatch.setattr(os, "listdir", refuse)
    assert check(".").stdout.startswith(f"clock.py:{CLOCK}:")


LONG = 300_000
SLOW = {
    "spaces": ("requirements.txt", f"dbos{' ' * LONG}x\n"),
    "spaces_before_an_address": ("requirements.txt", f"dbos{' ' * LONG}@{' ' * LONG}\n"),
    "open_brackets": ("requirements.txt", "dbos[\n" * LONG),
    "spaces_in_versions": ("requirements.txt", f"dbos>={' ' * LONG};\n"),
    "required": ("pyproject.toml", f"[project]\ndependencies = ['dbos{' ' * LONG}x']\n"),
    "keys_of_keys": ("pyproject.toml", f"[project]\n{'dbos.' * LONG}x = 1\n"),
    "keys_in_quotes": ("uv.lock", '[[package]]\nname = "dbos"\n' + '"dbos" . ' * LONG + '"x" = 1\n'),
    "names": ("uv.lock", 'name = "dbos"\n' * LONG),
    "names_in_a_table": ("uv.lock", "[[package]]\nx = 1\n" + 'name = "dbos"\n' * LONG),
}


@pytest.mark.parametrize("name", SLOW)
def test_what_tells_a_version_is_read_once(name: str, project: Path) -> None:
    file, text = SLOW[name]
    (project / file).write_text(text, encoding="utf-8")
    assert check(".").stdout.startswith(f"clock.py:{CLOCK}:")


WRONG = {
    "null_inside": b'src = ["\\u0000"]',
    "keys_of_keys": b"a." * LONG + b"a = 1",
    "null": b"select = ['\0']",
    "utf16": "select = []".encode("utf-16"),
    "latin1": b"# caf\xe9",
    "deep": b"select = " + b"[" * DEEP,
    "huge_number": b"fix = " + NINES.encode(),
    "version": b"dbos-version = '" + NINES.encode() + b".1'",
    "range": b"dbos-version = '<" + NINES.encode() + b".1'",
    "selector": b"select = ['" + b"D" * LONG + b"']",
    "preset": b"preset = '" + b"D" * LONG + b"'",
    "option": b"D" * LONG + b" = 1",
    "twice": b"fix = true\nfix = false",
    "mixed": b"select = ['DBS', 3]",
    "nested": b"select = [['DBS']]",
    "escape": b"'\\u001b[2Jx' = 1",
}


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_settings_that_are_wrong_are_told_in_a_few_lines(text: bytes, project: Path) -> None:
    (project / "dbos-lint.toml").write_bytes(text)
    result = check(".")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "dbos-lint.toml" in result.stderr
    assert len(result.stderr) < 1_000
    assert result.stderr.replace("\n", "").isprintable()


def test_what_is_said_many_times_counts_once(project: Path) -> None:
    codes, names = ["DBS201"] * 5_000, ["x*y*z*", "x*y"] * 2_000
    (project / "dbos-lint.toml").write_text(f"select = {codes}\nexclude = {names}\n", encoding="utf-8")
    assert check(".").stdout.count("DBS201") == 1


def test_a_release_that_cannot_be_read_is_wrong_usage(project: Path) -> None:
    result = CliRunner().invoke(cli, ["upgrade", "--from", f"{NINES}.1", "."])
    assert result.exit_code == 2
    assert "is no release such as 2.31" in result.stderr
