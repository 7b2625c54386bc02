"""The cache, from the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from dbos_lint.cli import cli

CLOCK = """import time

from dbos import DBOS


@DBOS.workflow()
def pay(order: str) -> None:
    if time.time() > 1:
        DBOS.sleep(1)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("DBOS_LINT_NO_CACHE", raising=False)
    monkeypatch.delenv("DBOS_LINT_CACHE_DIR", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app.py").write_text(CLOCK)
    return tmp_path / "cache"


def check(*arguments: str) -> str:
    result = CliRunner().invoke(cli, ["check", "--isolated", "--jobs=1", "--output-format=concise", *arguments])
    assert result.exit_code == 1
    return result.output


def test_a_second_run_says_the_same(folder: Path) -> None:
    first = check("--cache-dir", str(folder))
    assert "DBS201" in first
    assert list(folder.glob("*.dbos-lint"))
    assert check("--cache-dir", str(folder)) == check("--no-cache") == first


def test_the_environment_names_the_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBOS_LINT_CACHE_DIR", str(folder))
    check()
    assert list(folder.glob("*.dbos-lint"))
    assert CliRunner().invoke(cli, ["clean"]).output == f"Removed 1 file from {folder}.\n"
    assert not list(folder.glob("*.dbos-lint"))


@pytest.mark.parametrize("way", ["option", "environment", "fix"])
def test_nothing_is_kept(folder: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    if way == "environment":
        monkeypatch.setenv("DBOS_LINT_NO_CACHE", "1")
    check("--cache-dir", str(folder), *{"option": ["--no-cache"], "fix": ["--fix"]}.get(way, []))
    assert not folder.exists()


def test_the_cache_of_the_user_is_the_default(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform != "linux":
        pytest.skip("platformdirs says it elsewhere")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    check()
    assert list((folder / "dbos-lint").glob("*.dbos-lint"))


def test_only_v_tells_that_nothing_can_be_kept(folder: Path) -> None:
    folder.write_text("no folder")
    assert "warning" not in check("--cache-dir", str(folder))
    assert "warning: nothing is kept in" in check("--cache-dir", str(folder), "-v")


def test_a_run_that_knows_all_loads_no_engine(folder: Path) -> None:
    (folder.parent / "app.py").write_text("print(1)\n")
    program = (
        "import sys\nbefore = set(sys.modules)\nfrom dbos_lint.cli import cli\n"
        f"cli(['check', '--isolated', '--cache-dir', {str(folder)!r}], standalone_mode=False)\n"
        "loaded = {'json', 'hashlib', 'dbos_lint.semantics.modules', 'dbos_lint.cache.findings', 'platformdirs'}\n"
        "print(sorted(loaded & (set(sys.modules) - before)))"
    )
    environment = {**os.environ, "DBOS_LINT_NO_CACHE": ""}
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment)
        assert done.stdout.splitlines()[-1] == "[]", done
