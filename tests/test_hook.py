"""The hook, run by the real pre-commit on a scratch repository that uses this one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.checkout import clean_environment, copy_checkout, git

CLOCK = """\
import time

from dbos import DBOS


@DBOS.workflow()
def deadline() -> float:
    return time.time() + 60
"""
CONFIGURATION = """\
repos:
  - repo: {hook}
    rev: {revision}
    hooks:
      - id: dbos-lint
        args: [--output-format=concise]
"""


@pytest.mark.slow
def test_the_hook_stops_a_commit_and_lets_a_clean_one_pass(tmp_path: Path) -> None:
    hook = copy_checkout(tmp_path / "hook")
    git(hook, "init", "--quiet")
    git(hook, "add", "--all")
    git(hook, "commit", "--quiet", "--message=as it stands")
    project = tmp_path / "project"
    project.mkdir()
    git(project, "init", "--quiet")
    (project / "app.py").write_text(CLOCK)
    (project / "notes.txt").write_text(CLOCK)
    (project / "legacy.py").write_text(CLOCK)
    (project / "dbos-lint.toml").write_text('extend-exclude = ["legacy.py"]\n')
    revision = git(hook, "rev-parse", "HEAD")
    (project / ".pre-commit-config.yaml").write_text(CONFIGURATION.format(hook=hook, revision=revision))

    def commit() -> subprocess.CompletedProcess[str]:
        git(project, "add", "--all")
        command = [sys.executable, "-m", "pre_commit", "run", "--color=never"]
        environment = clean_environment() | {"PRE_COMMIT_HOME": str(tmp_path / "cache")}
        return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)

    stopped = commit()
    (project / "app.py").write_text(CLOCK.replace("+ 60", "+ 60  # dbos-lint: ignore[DBS201] shown only"))
    passed = commit()

    assert stopped.returncode == 1, stopped.stdout + stopped.stderr
    assert "app.py:8:12: DBS201 " in stopped.stdout
    assert "notes.txt" not in stopped.stdout
    assert "legacy.py" not in stopped.stdout
    assert passed.returncode == 0, passed.stdout + passed.stderr
