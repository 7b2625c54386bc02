"""A copy of this repository without what git ignores: what a user has after cloning it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
_LEFT_BEHIND = (
    "__pycache__",
    "*.egg-info",
    ".*_cache",
    ".coverage*",
    "*.sqlite",
    ".git",
    ".venv",
    ".nox",
    ".hypothesis",
)
_HEAVY = ("corpora", ".ecosystem", "dist", "build", "site")


def copy_checkout(target: Path) -> Path:
    shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns(*_LEFT_BEHIND, *_HEAVY))
    return target


def git(folder: Path, *arguments: str) -> str:
    """Run git in ``folder``, as somebody whom its configuration need not know."""
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "init.defaultBranch=main")
    command = ["git", *identity, "-c", "commit.gpgsign=false", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def clean_environment() -> dict[str, str]:
    """The environment of a shell in which nobody has activated or measured anything."""
    ours = ("COVERAGE_", "COV_CORE_", "GIT_", "PRE_COMMIT")
    private = {"VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "PIP_REQUIRE_VIRTUALENV"}
    return {key: value for key, value in os.environ.items() if key not in private and not key.startswith(ours)}
