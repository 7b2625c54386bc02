"""Upgraded programs do on dbos 3.4.0 what they did on 2.31.1 before: both print the same.

The old release lives in an environment of its own, whose interpreter ``DBOS_LINT_OLD_DBOS`` names. The session
``oracle`` of nox makes it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.oracle.engine import run_file
from tests.upgraded import Case, all_cases, copied

OLD = os.environ.get("DBOS_LINT_OLD_DBOS", "")

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.skipif(not OLD, reason="DBOS_LINT_OLD_DBOS names no interpreter that has dbos 2.31.1"),
]

CASES = [case for case in all_cases() if case.runs]


def printed(interpreter: str, folder: Path) -> list[str]:
    """What ``main.py`` prints, run where it stands."""
    done = run_file(folder / "main.py", interpreter=interpreter, timeout=120)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr[-4000:]}"
    return done.lines


def test_the_two_releases() -> None:
    asks = "import importlib.metadata as it; print(it.version('dbos'))"
    versions = [subprocess.check_output([each, "-c", asks], text=True).strip() for each in (OLD, sys.executable)]
    assert versions == ["2.31.1", "3.4.0"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_prints_the_same(case: Case, tmp_path: Path) -> None:
    before = printed(OLD, copied(case.before, tmp_path / "before"))
    after = printed(sys.executable, copied(case.after, tmp_path / "after"))
    assert before, "a program that prints nothing proves nothing"
    assert after == before
