"""How bad it is that a step changes what outlives it: that depends on who reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbos_lint.diagnostic import Level
from dbos_lint.linter import lint_source
from dbos_lint.settings import Settings

PROGRAM = """\
from dbos import DBOS, DBOSConfiguredInstance

seen: list[str] = []


@DBOS.step()
def fetch(url: str) -> str:
    seen.append(url)
    return url


@DBOS.step()
def count(url: str) -> int:
    {step}
    return len(url)


def report() -> str:
    {helper}
    return "done"


def show() -> list[str]:
    return seen


@DBOS.workflow()
def crawl(url: str) -> int:
    {workflow}
    return count(fetch(url))
"""


def level(tmp_path: Path, **lines: str) -> Level:
    source = PROGRAM.format(**{"step": "pass", "helper": "pass", "workflow": "pass", **lines})
    (found,) = [
        diagnostic
        for diagnostic in lint_source(
            source.encode(), str(tmp_path / "crawl.py"), Settings(root=str(tmp_path))
        ).diagnostics
        if diagnostic.code == "DBS304" and diagnostic.start.row == 8
    ]
    return found.level


@pytest.mark.parametrize(
    "lines",
    [
        {"workflow": "print(seen)"},
        {"workflow": "if url in seen:\n        return 0"},
        {"step": "return len(seen)"},
        {"helper": "return seen[0]", "workflow": "report()"},
        {"workflow": "last = seen.pop()"},
        {"workflow": "print(sorted(url, key=lambda each: each in seen))"},
    ],
)
def test_who_reads_it_afterwards_misses_it(tmp_path: Path, lines: dict[str, str]) -> None:
    assert level(tmp_path, **lines) is Level.ERROR


@pytest.mark.parametrize(
    "lines",
    [
        {},
        {"helper": "return seen[0]"},
        {"workflow": "print(lambda: seen.append(url))"},
        {"workflow": "print(lambda seen: seen[0])"},
        {"workflow": "print(lambda *seen: seen[0])"},
        {"step": "seen.append(url)"},
        {"step": "seen[0] = url"},
        {"workflow": "seen = [url]"},
        {"step": "seen = [url]\n    print(seen)"},
    ],
)
def test_nobody_who_runs_durably_reads_it(tmp_path: Path, lines: dict[str, str]) -> None:
    assert level(tmp_path, **lines) is Level.WARNING


SERVICE = """\
from dbos import DBOS, DBOSConfiguredInstance


@DBOS.dbos_class()
class Service(DBOSConfiguredInstance):
    def __init__(self) -> None:
        super().__init__("service")
        self.rows: list[str] = []
        self.total = 0

    @DBOS.step()
    def load(self) -> None:
        self.rows = ["a"]
        self.total += 1

    @DBOS.workflow()
    def run(self) -> int:
        self.load()
        return len(self.rows)


class Other:
    def __init__(self) -> None:
        self.total = 1

    @DBOS.step()
    def sum(self) -> int:
        return self.total
"""


def test_attributes_are_those_of_one_class(tmp_path: Path) -> None:
    result = lint_source(SERVICE.encode(), str(tmp_path / "service.py"), Settings(root=str(tmp_path)))
    found = [(diagnostic.code, diagnostic.start.row, diagnostic.level) for diagnostic in result.diagnostics]
    assert found == [("DBS304", 13, Level.ERROR), ("DBS304", 14, Level.WARNING)]
