"""The newest dbos on PyPI is one that the linter knows, or this says what it does not know of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_the_newest_release_is_covered() -> None:
    command = [sys.executable, str(ROOT / "tools" / "history.py"), "check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, (
        f"run 'python tools/history.py build' and judge what is new\n{done.stdout}{done.stderr}"
    )
