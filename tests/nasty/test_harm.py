"""Hostile programs and settings: nothing of them runs, nothing else is read, and only what was asked for is written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.nasty.sources import WORKFLOW

# Watches what Python itself says of files, processes, sockets and code: no way leads around it.
PROBE = """
import sys
sys.path[:] = filter(None, sys.path)  # as the command is started; Python 3.10 knows no PYTHONSAFEPATH
import json, os
RUNS = ("os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.startfile", "os.system", "subprocess.", "socket.",
        "urllib.", "ctypes.", "webbrowser.", "pty.", "smtplib.", "http.")
CHANGES = ("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod")
seen = []
def watch(event, arguments):
    if event == "open":
        path, mode, flags = arguments
        writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) if isinstance(flags, int) else 0
        if isinstance(path, (str, bytes)):
            seen.append(["write" if writes else "read", os.path.abspath(os.fsdecode(path))])
    elif event.startswith(RUNS):
        seen.append([event, repr(arguments)])
    elif event in CHANGES:
        seen.append(["write", os.path.abspath(os.fsdecode(arguments[0]))])
    elif event == "exec":
        seen.append(["exec", arguments[0].co_filename])
import dbos_lint.cli
sys.addaudithook(watch)
try:
    dbos_lint.cli.main(json.loads(sys.argv[1]))
finally:
    print("\\n" + json.dumps(seen), file=sys.__stdout__)
"""
HOSTILE = '''"""What runs when this is imported leaves a trace."""
import os, time
open("trace", "w").close()
os.system("touch trace")
from dbos import DBOS
import helper, outside, antigravity, sitecustomize
__import__("outside")
@DBOS.workflow()
def nightly(day: "open('trace', 'w')"):
    eval("open('trace', 'w')")
    time.sleep(2)
    return helper.stamp(), outside.stamp()
'''
SETTINGS = """[tool.dbos-lint]
select = ["DBS"]
exclude = ["$(touch trace)", "`touch trace`", "{x,y}", "__import__('os')"]
src = ["src", "../elsewhere"]
workflow-decorators = ["os.system('touch trace')*"]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (tmp_path / "outside.py").write_text(WORKFLOW, encoding="utf-8")
    (root / "app.py").write_text(HOSTILE, encoding="utf-8")
    (root / "helper.py").write_text("import time\ndef stamp(): return time.time()\n", encoding="utf-8")
    for name in ("sitecustomize", "conftest", "setup", "dbos", "json", "ast"):
        (root / f"{name}.py").write_text("open('trace', 'w').close()\n", encoding="utf-8")
    (root / "pyproject.toml").write_text(SETTINGS.replace(', "../elsewhere"', ""), encoding="utf-8")
    return root


def events(project: Path, *arguments: str) -> list[tuple[str, str]]:
    """What a run does, but for loading modules of the linter, of its dependencies and of Python."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, json.dumps(arguments)],
        cwd=project,
        env={**os.environ, "PYTHONSAFEPATH": "1", "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stderr
    own = (sys.prefix, sys.base_prefix, *(path for path in sys.path if path), "/dev", "/proc", "/etc", "/sys")
    return [
        (event, what)
        for event, what in json.loads(done.stdout.splitlines()[-1])
        if not (event in {"read", "exec"} and what.startswith((*own, "<")) and not what.startswith(str(project)))
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "."),
        ("check", "--diff", "--unsafe-fixes", "."),
        ("check", "--output-format", "sarif", "."),
        ("check", "--fix", "--unsafe-fixes", "."),
    ],
    ids=" ".join,
)
def test_nothing_runs_and_nothing_else_is_touched(arguments: tuple[str, ...], project: Path) -> None:
    found = events(project, *arguments, "--no-cache", "--jobs", "1")
    assert {event for event, _ in found} <= {"read", "write"}
    inside = os.path.join(str(project), "")
    # The linter looks for settings upwards, as git and ruff do; no program is read above the root.
    assert [what for _, what in found if what.endswith(".py") and not what.startswith(inside)] == []
    assert [
        what for event, what in found if event == "read" and not what.startswith((inside, str(project.parent)))
    ] == []
    written = {what for event, what in found if event == "write"}
    if "--fix" in arguments:
        assert "DBOS.sleep(2)" in (project / "app.py").read_text(encoding="utf-8")
        assert {os.path.dirname(what) for what in written} == {str(project)}
        assert {os.path.basename(what) for what in written if ".dbos-lint-" not in what} <= {"app.py"}
    else:
        assert written == set()
    assert not (project / "trace").exists()
    assert not list(project.glob(".dbos-lint-*"))


def test_what_is_called_as_a_library_is_not_taken_for_one(project: Path) -> None:
    for name in ("click", "packaging", "libcst", "typing"):
        (project / f"{name}.py").write_text("open('trace', 'w').close()\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "dbos_lint", "check", "--no-cache", "."],
        cwd=project,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert "DBS213" in done.stdout
    assert not (project / "trace").exists()
