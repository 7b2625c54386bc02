"""The doors to the linter, opened once over all fixtures: the library, the command, its standard input and flake8."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from dbos_lint.configuration import Configuration
from dbos_lint.linter import lint_source
from tests.markers import Fixture, Marker, all_fixtures
from tests.oracle.proofs import summary

# No test may find, or leave behind, what another run has kept.
os.environ["DBOS_LINT_NO_CACHE"] = "1"
# In the background of a shell interrupts are ignored, by all that is started there: tests send some.
signal.signal(signal.SIGINT, signal.default_int_handler)
# No test fails because others keep the machine busy.
settings.register_profile("untimed", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A finding as it leaves any door; ``path`` is relative to the fixture."""

    path: str
    row: int
    column: int
    code: str
    message: str

    @property
    def marker(self) -> Marker:
        return Marker(self.path, self.row, self.code)

    def __str__(self) -> str:
        return f"{self.path}:{self.row}:{self.column}: {self.code} {self.message}"


def lint(folder: Path) -> list[Finding]:
    """The findings of the library in all files of the project that stands in ``folder``."""
    configuration = Configuration(str(folder))
    return sorted(
        Finding(
            file.relative_to(folder).as_posix(),
            diagnostic.start.row,
            diagnostic.start.column,
            diagnostic.code,
            diagnostic.message,
        )
        for file in folder.rglob("*.py")
        for diagnostic in lint_source(file.read_bytes(), str(file), configuration.for_file(str(file))).diagnostics
    )


def command(*arguments: str, base: Path, stdin: bytes | None = None) -> list[Finding]:
    """The findings of ``dbos-lint check``; their paths are relative to ``base``."""
    from click.testing import CliRunner

    from dbos_lint.cli import cli

    result = CliRunner().invoke(
        cli, ["check", "--output-format=json", "--no-cache", "--jobs=1", *arguments], input=stdin
    )
    assert result.exit_code in (0, 1), result.output
    records = json.loads(result.stdout)
    assert result.exit_code == bool(records)
    return sorted(
        Finding(
            Path(record["filename"]).relative_to(base).as_posix(),
            record["location"]["row"],
            record["location"]["column"],
            record["code"],
            record["message"],
        )
        for record in records
    )


def flake8(*arguments: str, base: Path, output: Path) -> list[Finding]:
    """What flake8 reports for us; its paths are relative to ``base``."""
    from flake8.main.application import Application

    form = "%(path)s\t%(row)d\t%(col)d\t%(code)s\t%(text)s"
    output.unlink(missing_ok=True)
    Application().run(["--isolated", "--jobs=1", f"--format={form}", f"--output-file={output}", *arguments])
    rows = (line.split("\t", 4) for line in output.read_text("utf-8").splitlines()) if output.exists() else ()
    return sorted(
        Finding(Path(path).relative_to(base).as_posix(), int(row), int(column), code, message)
        for path, row, column, code, message in rows
        if code.startswith("DBS")
    )


class Doors:
    """All findings of each door, by the name of the fixture. A door is opened when it is asked for."""

    def __init__(self, base: Path) -> None:
        self._base = base
        self._fixtures = {fixture.name: fixture for fixture in all_fixtures()}
        self._folders = {name: fixture.copy(base / name) for name, fixture in self._fixtures.items()}
        self._library: dict[str, list[Finding]] = {}

    def library(self, name: str) -> list[Finding]:
        """One by one: who tries many linters stops at the first fixture that fails."""
        if name not in self._library:
            self._library[name] = lint(self._folders[name])
        return self._library[name]

    @cached_property
    def command(self) -> dict[str, list[Finding]]:
        return self._by_fixture(command(str(self._base), base=self._base))

    @cached_property
    def stdin(self) -> dict[str, list[Finding]]:
        return {name: _through_stdin(folder) for name, folder in self._folders.items()}

    @cached_property
    def flake8(self) -> dict[str, list[Finding]]:
        # flake8 itself stumbles over some of what cannot be read. A fixture that selects rules says so in its own
        # configuration: there, flake8 must let pass what is off by default.
        groups: dict[tuple[str, ...], list[str]] = {}
        for name, fixture in self._fixtures.items():
            if fixture.path.parent.name != "broken":
                groups.setdefault(_flake8_options(fixture), []).append(str(self._folders[name]))
        report = self._base / "flake8.txt"
        found = [flake8(*options, *paths, base=self._base, output=report) for options, paths in groups.items()]
        return self._by_fixture(chain.from_iterable(found))

    def _by_fixture(self, findings: Iterable[Finding]) -> dict[str, list[Finding]]:
        """``findings``, whose paths are relative to the folder of all, by fixture and relative to it."""
        grouped: dict[str, list[Finding]] = {name: [] for name in self._folders}
        for finding in findings:
            name = "/".join(finding.path.split("/")[:2])
            path = (self._base / finding.path).relative_to(self._folders[name]).as_posix()
            grouped[name].append(Finding(path, finding.row, finding.column, finding.code, finding.message))
        return {name: sorted(found) for name, found in grouped.items()}


@pytest.fixture(scope="session")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Doors:
    return Doors(tmp_path_factory.mktemp("fixtures").resolve())


def _flake8_options(fixture: Fixture) -> tuple[str, ...]:
    """What flake8 has to be told to select what the fixture's own configuration does."""
    options = fixture.options()
    codes = options.get("extend-select")
    if isinstance(codes, list):
        return (f"--extend-select={','.join(sorted(codes))}",)
    return ("--extend-select=DBS",) if {"select", "preset"} & options.keys() else ()


def _through_stdin(folder: Path) -> list[Finding]:
    return sorted(
        finding
        for file in folder.rglob("*.py")
        for finding in command("-", f"--stdin-filename={file}", base=folder, stdin=file.read_bytes())
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """After the oracle tests: which rules they prove, and why they do not prove the others."""
    if config.getoption("markexpr") == "oracle":
        terminalreporter.section("oracle")
        terminalreporter.write_line(summary())
