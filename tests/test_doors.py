"""What each way in loads: nothing that it does not need, since an editor starts the linter at every pause."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dbos_lint.rules.late import Late
from dbos_lint.rules.visitors import VISITORS

PLAIN = "import os\n\nprint(os.getcwd())\n"
WORKFLOW = """\
import time

from dbos import DBOS


@DBOS.workflow()
def deadline() -> float:
    return time.time() + 60
"""
# Of the standard library and of others: slow to load, or only for some runs.
HEAVY = {
    "_hashlib",
    "concurrent.futures",
    "importlib.metadata",
    "importlib.resources",
    "libcst",
    "multiprocessing",
    "packaging",
    "pathlib",
    "pathspec",
    "tempfile",
    "tomllib",
    "urllib.parse",
    "zoneinfo",
}
ENGINE = {"rules", "semantics.analysis", "semantics.collect"}
# What is loaded where a file has something that concerns it; and ``workflow.values``, for the clock.
LATE = {
    part.__module__.removeprefix("dbos_lint.")
    for category in VISITORS
    for part in category.parts
    if issubclass(part, Late)
}
OF_FEW = (LATE - {"rules.workflow.values"}) | {
    "rules.lifecycle.placing",
    "rules.lifecycle.reorder",
    "rules.pattern.registering",
    "rules.workflow.ordering",
    "semantics.absence",
    "semantics.afterwards",
    "semantics.asking",
    "semantics.classes",
    "semantics.cron",
    "semantics.databases",
    "semantics.endings",
    "semantics.exceptions",
    "semantics.hosts",
    "semantics.meeting",
    "semantics.programs",
    "semantics.reattach",
    "semantics.retrying",
    "semantics.shared",
    "semantics.tasks",
    "syntax.comments",
    "workers",
}
NEVER_TO_LINT = {"fixes", "rules.migration", "shape", "upgrade", "target"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "plain.py").write_text(PLAIN, "utf-8")
    (tmp_path / "app.py").write_text(WORKFLOW, "utf-8")
    (tmp_path / "empty").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("__pycache__/\n*.py[cod]\n.venv/\n", "utf-8")
    return tmp_path


def loaded(cwd: Path, code: str, stdin: str = "") -> set[str]:
    """What ``code`` loads in a fresh interpreter beyond click; modules of ours without ``dbos_lint.``.

    Unwatched, since coverage loads much of its own.
    """
    program = (
        f"import json, os, sys, click\nbefore = set(sys.modules)\ntry:\n    {code}\nexcept SystemExit:\n    pass\n"
        "open('loaded.json', 'w').write(json.dumps(sorted(set(sys.modules) - before)))"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=cwd, env=environment, input=stdin, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    names = json.loads((cwd / "loaded.json").read_text("utf-8"))
    return {name.removeprefix("dbos_lint.") for name in names}


def check(cwd: Path, *arguments: str, stdin: str = "") -> set[str]:
    """What the command loads; the configuration is the test's own, as is what its folders hold."""
    given = ["check", "--isolated", "--no-cache", *arguments]
    return loaded(cwd, f"from dbos_lint.cli import main; main({given!r})", stdin)


def within(modules: set[str], rooms: set[str]) -> set[str]:
    """The modules that are one of the ``rooms``, or in it."""
    return {name for name in modules if any(f"{name}.".startswith(f"{room}.") for room in rooms)}


def test_a_run_without_files_loads_neither_rules_nor_what_findings_are(project: Path) -> None:
    modules = check(project, "empty")

    assert {"cli.check", "discovery"} <= modules
    assert not within(modules, HEAVY | ENGINE | NEVER_TO_LINT | {"diagnostic", "fix", "linter", "json", "runner"})
    assert not within(modules, {"cli.diff", "cli.rule", "cli.upgrade", "reporters.full", "reporters.report"})


def test_a_file_without_dbos_costs_no_engine(project: Path) -> None:
    modules = check(project, "plain.py")

    assert "candidates" in modules
    assert not within(modules, HEAVY | (ENGINE - {"rules"}) | NEVER_TO_LINT | {"rules.visitor", "json", "catalog"})


@pytest.mark.parametrize("output_format", ["concise", "full", "github"])
def test_a_workflow_is_judged_without_what_mends_and_moves_it(project: Path, output_format: str) -> None:
    modules = check(project, "--output-format", output_format, "app.py")

    assert modules >= ENGINE and f"reporters.{output_format}" in modules
    assert not within(modules, HEAVY | NEVER_TO_LINT)
    assert not within(modules, OF_FEW)
    formats = {f"reporters.{name}" for name in ("concise", "full", "json", "json_lines", "github", "sarif")}
    assert formats & modules <= {f"reporters.{output_format}", "reporters.concise"}


def test_the_standard_input_is_judged_with_as_little(project: Path) -> None:
    modules = check(project, "-", stdin=WORKFLOW)

    assert modules >= ENGINE
    assert not within(modules, HEAVY | NEVER_TO_LINT)
    # Another file has a workflow of the same name.
    assert not within(modules, OF_FEW - {"semantics.meeting"} | {"candidates"})
    assert not within(check(project / "empty", "-", stdin=PLAIN), ENGINE - {"rules"} | {"rules.visitor", "catalog"})


def test_what_an_earlier_run_has_found_out_is_told_without_the_engine(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DBOS_LINT_NO_CACHE")
    alone = project / "alone"
    alone.mkdir()
    (alone / "pyproject.toml").touch()
    for path in (alone / "pyproject.toml", alone):
        os.utime(path, (0, 0))  # what has just changed may change again, unseen
    given = [
        "check",
        "--isolated",
        "--cache-dir",
        str(project / "kept"),
        "--stdin-filename",
        str(alone / "app.py"),
        "-",
    ]
    command = f"from dbos_lint.cli import main; main({given!r})"
    assert loaded(project, command, WORKFLOW) >= ENGINE
    modules = loaded(project, command, WORKFLOW)

    assert {"cache.run", "reporters.full"} <= modules
    assert not within(modules, HEAVY | (ENGINE - {"rules"}) | NEVER_TO_LINT | {"rules.visitor", "semantics", "workers"})


def flake8(cwd: Path, name: str) -> set[str]:
    given = ["--isolated", "-j1", "--select=DBS", name]
    return within(loaded(cwd, f"from flake8.main.cli import main; main({given!r})"), OURS | {"click", "libcst"})


OURS = {*ENGINE, *NEVER_TO_LINT, "catalog", "cli", "flake8_plugin", "linter", "reporters", "runner", "semantics"}


def test_flake8_loads_no_engine_for_files_without_dbos(project: Path) -> None:
    modules = flake8(project, "plain.py")

    assert "flake8_plugin" in modules
    assert not within(modules, ENGINE - {"rules"} | {"catalog", "cli", "libcst", "linter", "rules.visitor"})


def test_flake8_judges_workflows_without_command_and_fixes(project: Path) -> None:
    modules = flake8(project, "app.py")

    assert modules >= ENGINE
    assert not within(modules, NEVER_TO_LINT - {"target"} | {"cli", "libcst", "reporters", "runner"})
