"""The environments that are measured: each installed afresh, as a user would, at pinned versions."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
FOLDER = HERE / "venvs"

FLAKE8, RUFF, CLICK = "flake8==7.5.0", "ruff==0.17.6", "click==8.5.1"


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment with ``packages``, and with the linter itself where ``ours``."""

    name: str
    packages: tuple[str, ...]
    ours: bool = False

    @property
    def bin(self) -> Path:
        return FOLDER / self.name / ("Scripts" if os.name == "nt" else "bin")

    @property
    def python(self) -> str:
        return str(self.bin / "python")

    def tool(self, name: str) -> str:
        """The path of a command that is installed in it."""
        return str(self.bin / name)

    def make(self) -> None:
        """Install it; what is there stays, but the linter is installed anew, for it is what changes."""
        if not self.bin.exists():
            venv.create(FOLDER / self.name, with_pip=True)
        pip = (self.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        if self.packages:
            subprocess.run([*pip, *self.packages], check=True)
        if self.ours:
            subprocess.run([*pip, str(HERE.parent)], check=True)
            subprocess.run([*pip, "--force-reinstall", "--no-deps", str(HERE.parent)], check=True)

    def versions(self) -> str:
        """What is installed."""
        command = [self.python, "-m", "pip", "list", "--format=freeze", "--disable-pip-version-check"]
        listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        return ", ".join(each for each in listed if not each.startswith(("pip=", "setuptools=", "wheel=")))


OURS = Environment("ours", (FLAKE8, RUFF, CLICK), ours=True)
BARE = Environment("flake8", (FLAKE8, "pyflakes"))
BUGBEAR = Environment("flake8-bugbear", (FLAKE8, "flake8-bugbear"))
ASYNC = Environment("flake8-async", (FLAKE8, "flake8-async"))
FIXIT = Environment("fixit", ("fixit",))
ALL = (OURS, BARE, BUGBEAR, ASYNC, FIXIT)

if __name__ == "__main__":
    for environment in ALL:
        environment.make()
        print(f"{environment.name}: {environment.versions()}", file=sys.stderr)
