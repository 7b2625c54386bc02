"""The command, run in this process on a project of its own, with a linter whose findings are easy to foresee."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dbos_lint import candidates, linter, selection
from dbos_lint.cli import cli
from dbos_lint.diagnostic import Diagnostic, Position
from dbos_lint.linter import FileResult
from dbos_lint.rules.registry import RULES
from dbos_lint.settings import Settings

Command = Callable[..., Result]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, which is also the working folder."""
    root = tmp_path / "project"
    root.mkdir()
    monkeypatch.chdir(root)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return root


@pytest.fixture
def command() -> Command:
    """Run ``dbos-lint`` with some arguments."""

    def run(*arguments: str, stdin: bytes | None = None) -> Result:
        return CliRunner().invoke(cli, arguments, input=stdin)

    return run


@pytest.fixture
def codes_in_source(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the linter find in each line the codes that stand in it, as far as the settings turn them on."""

    def lint(source: bytes, filename: str, settings: Settings, **options: object) -> FileResult:
        on = selection.enabled_codes(settings) - selection.ignored_for(settings, filename)
        if b"FAULT" in source:
            return linter.broken(filename, settings, RuntimeError("a fault of the linter"))
        found = [
            Diagnostic(
                RULES[code],
                filename,
                Position(row, line.index(code) + 1),
                Position(row, line.index(code) + 7),
                "is here",
            )
            for row, line in enumerate(source.decode().split("\n"), 1)
            for code in sorted(on)
            if code in line
        ]
        unknown = tuple(row for row, line in enumerate(source.decode().split("\n"), 1) if "UNKNOWN" in line)
        return FileResult(filename, tuple(found), suppressed=2, unresolved=unknown)

    monkeypatch.setattr(linter, "lint_source", lint)
    monkeypatch.setattr(candidates, "needles", lambda settings: (b"",))  # no file is passed over
