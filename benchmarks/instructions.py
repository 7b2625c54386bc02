"""Instructions that fixed runs take, against committed ones: a step of CI, where time means nothing.

    python benchmarks/instructions.py            fails where a run takes more than it did, by more than a margin
    python benchmarks/instructions.py --renew    commits to what they take now, in instructions.json

They are counted by valgrind (or by perf, where the machine lets it), over those of a reference that uses nothing of
ours: so builds of one version of Python can be compared. Where neither tool is there, or no value for this version of
Python, nothing is checked, and that is said.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import shapes

HERE = Path(__file__).resolve().parent
VALUES = HERE / "instructions.json"
MARGIN = 0.05
APP_LINES = 1_000

_LINT = "from dbos_lint.__main__ import main; main()"
_OPTIONS = ("--isolated", "--no-cache", "--no-respect-gitignore", "--jobs", "1", "--exit-zero", "--quiet")
# What an interpreter does all day: it reads and compiles, and makes, looks up and walks objects.
_REFERENCE = """
import ast, sys
source = open(sys.argv[1], encoding="utf-8").read()
names = {}
for _ in range(3):
    for node in ast.walk(ast.parse(source)):
        names.setdefault(type(node).__name__, []).append(getattr(node, "lineno", 0))
print(len(names))
"""
_VALGRIND = ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")
_PERF = ("perf", "stat", "-x,", "-e", "instructions:u")


def counter() -> tuple[str, ...] | None:
    """The command that counts the instructions of what follows it; None where there is none that works."""
    if shutil.which("valgrind"):
        return _VALGRIND
    if shutil.which("perf"):
        tried = subprocess.run([*_PERF, "true"], capture_output=True, text=True, check=False)
        return _PERF if _read(tried.stderr) else None
    return None


def count(tool: tuple[str, ...], command: tuple[str, ...], folder: Path) -> int:
    """The instructions of ``command``, in an environment that holds nothing but what makes it the same each time."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
    }
    # Once without counting: compiled modules are there then.
    subprocess.run(command, env=environment, cwd=folder, check=True, capture_output=True)
    done = subprocess.run([*tool, *command], env=environment, cwd=folder, check=True, capture_output=True, text=True)
    counted = _read(done.stderr)
    if not counted:
        raise SystemExit(f"{tool[0]} counted nothing:\n{done.stderr}")
    return counted


def _read(stderr: str) -> int:
    """What valgrind or perf says at the end."""
    found = re.search(r"Collected\s*:\s*(\d+)|^(\d+),[^,]*,instructions", stderr, re.MULTILINE)
    return int(found[1] or found[2]) if found else 0


def measured(tool: tuple[str, ...]) -> Iterator[tuple[str, float]]:
    """Each run by its name, with its instructions over those of the reference."""
    with TemporaryDirectory() as scratch:
        # Without links: names of one length, whatever the machine.
        folder = Path(scratch).resolve()
        app, empty = folder / "app", folder / "empty"
        app.mkdir()
        empty.mkdir()
        for name, text in shapes.lines_in_files(APP_LINES).items():
            (app / name).write_text(text, encoding="utf-8")
        first = str(min(app.iterdir()))
        reference = count(tool, (sys.executable, "-s", "-c", _REFERENCE, first), folder)
        for name, path in (("an empty folder", empty), (f"an app of {APP_LINES:,} lines", app)):
            command = (sys.executable, "-s", "-c", _LINT, "check", str(path), *_OPTIONS)
            yield name, count(tool, command, folder) / reference


def compared(taken: Mapping[str, float], committed: Mapping[str, float]) -> Iterator[tuple[str, bool]]:
    """A line for each run, and whether it is a regression."""
    for name, value in taken.items():
        known = committed.get(name)
        if known is None:
            yield f"{name}: {value:.3f}, without a committed value", True
            continue
        change = value / known - 1
        said = f"{name}: {value:.3f} of the reference, committed {known:.3f} ({change:+.1%})"
        yield said, change > MARGIN


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--renew", action="store_true", help="commit to what the runs take now")
    chosen = parser.parse_args()
    tool = counter()
    if tool is None:
        print("skipped: neither valgrind nor perf can count instructions here")
        return 0
    known = json.loads(VALUES.read_text(encoding="utf-8")) if VALUES.exists() else {}
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    if not chosen.renew and python not in known.get(tool[0], {}):
        print(f"skipped: {VALUES.name} has no values of {tool[0]} for Python {python}; --renew adds them")
        return 0
    taken = dict(measured(tool))
    if chosen.renew:
        known.setdefault(tool[0], {})[python] = {name: round(value, 4) for name, value in taken.items()}
        VALUES.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        print(f"{VALUES.name}: {known[tool[0]][python]}")
        return 0
    lines = list(compared(taken, known[tool[0]][python]))
    for line, is_worse in lines:
        print(("REGRESSION " if is_worse else "ok ") + line)
    if any(is_worse for _, is_worse in lines):
        print(f"More than {MARGIN:.0%} above what is committed: mend it, or say why and commit --renew")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
