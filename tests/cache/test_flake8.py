"""flake8 gives what was kept where all is as it was, and what it would find otherwise."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dbos_lint.cache import process
from dbos_lint.cache.table import FINDINGS
from dbos_lint.flake8_plugin import Plugin
from tests.test_flake8 import options

APP = """from dbos import DBOS
from clock import stamp


@DBOS.workflow()
def pay(order: str) -> None:
    if stamp() > 1:
        DBOS.sleep(1)
"""
CLOCK = "import time\n\n\ndef stamp() -> float:\n    return time.time()\n"
STEADY = CLOCK.replace("time.time()", "1.0")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "dbos-lint.toml").write_text("")
    (folder / "app.py").write_text(APP)
    (folder / "clock.py").write_text(CLOCK)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("DBOS_LINT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("DBOS_LINT_NO_CACHE", raising=False)
    return folder


def lint(text: str, name: str = "app.py") -> list[tuple[int, str]]:
    """The rows and codes that the plugin finds in the lines of ``text``."""
    lines = text.lstrip("\ufeff").splitlines(keepends=True)
    found = Plugin(ast.parse("".join(lines)), lines, name).run()
    return [(row, message.partition(" ")[0]) for row, _, message, _ in found]


def begin(monkeypatch: pytest.MonkeyPatch, **given: object) -> process.Process:
    """Begin as a process of flake8 does, with a cache that is written when it is told."""
    Plugin.parse_options(options(**given))
    cache = process.Process(os.environ["DBOS_LINT_CACHE_DIR"], "flake8")
    monkeypatch.setattr(Plugin, "_cache", (cache,))
    return cache


FOUND = [(7, "DBS201")]


def test_what_is_known_is_not_linted(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = begin(monkeypatch)
    assert lint(APP) == FOUND
    first.save()
    begin(monkeypatch)
    monkeypatch.setattr("dbos_lint.linter._lint", None)
    assert lint(APP) == FOUND


@pytest.mark.parametrize(("disk", "handed"), [("\ufeff" + APP, APP), (APP.replace("\n", "\r\n"), APP)])
def test_a_text_is_known_as_it_was_decoded(
    project: Path, monkeypatch: pytest.MonkeyPatch, disk: str, handed: str
) -> None:
    (project / "app.py").write_bytes(disk.encode())
    first = begin(monkeypatch)
    assert lint(handed) == FOUND
    first.save()
    begin(monkeypatch)
    monkeypatch.setattr("dbos_lint.linter._lint", None)
    assert lint(handed) == FOUND


def test_what_is_not_on_the_disk_is_neither_known_nor_kept(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = begin(monkeypatch)
    assert lint(APP) == FOUND
    first.save()
    other = begin(monkeypatch)
    assert lint("\n" + APP) == [(8, "DBS201")]
    other.save()
    begin(monkeypatch)
    assert lint(APP) == FOUND


def test_what_rests_on_a_text_that_is_not_on_the_disk_is_not_kept(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another plugin may hand on lines of its own."""
    first = begin(monkeypatch)
    assert lint("# dbos\n" + STEADY, "clock.py") == []
    assert lint(APP) == []
    first.save()
    begin(monkeypatch)
    assert lint(APP) == FOUND


def test_a_file_that_it_imports_counts(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = begin(monkeypatch)
    assert lint(APP) == FOUND
    first.save()
    (project / "clock.py").write_text(STEADY)
    begin(monkeypatch)
    assert lint(APP) == []


def test_processes_at_once_keep_what_each_has_found(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "other.py").write_text(APP)
    one = begin(monkeypatch)
    assert lint(APP) == FOUND
    two = begin(monkeypatch)
    assert lint(APP, "other.py") == FOUND
    one.save()
    two.save()
    begin(monkeypatch)
    monkeypatch.setattr("dbos_lint.linter._lint", None)
    assert lint(APP) == lint(APP, "other.py") == FOUND


def test_a_cache_that_cannot_be_written_is_none(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBOS_LINT_CACHE_DIR", str(project / "app.py"))
    first = begin(monkeypatch)
    assert lint(APP) == FOUND
    first.save()
    assert lint(APP) == FOUND


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_each_process_of_flake8_keeps_what_it_has_found(project: Path, jobs: str) -> None:
    for number in range(4):
        (project / f"app{number}.py").write_text(APP)

    def flake8(*arguments: str) -> str:
        given = [sys.executable, "-m", "flake8", "--select=DBS", f"-j{jobs}", *arguments, "."]
        done = subprocess.run(given, capture_output=True, text=True, check=False)
        assert not done.stderr
        return done.stdout

    first = flake8()
    assert first.count("DBS201") == 5
    (kept,) = (project.parent / "cache").glob("*.dbos-lint")
    assert kept.read_bytes().count(f"\0{FINDINGS}".encode()) == 5
    assert flake8() == first


@pytest.mark.parametrize("said", ["1", "true"])
def test_nothing_is_kept_where_nobody_wants_it(project: Path, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("DBOS_LINT_NO_CACHE", said)
    Plugin.parse_options(options())
    assert lint(APP) == FOUND
    assert Plugin._cache == (None,)


ASKS = (
    "from dbos import DBOS\n\n\n@DBOS.workflow()\n"
    "def bill(order: str) -> None:\n    DBOS.enqueue_workflow('orders', bill, order)\n"
)
REGISTERS = "from dbos import DBOS\n\n\ndef start() -> None:\n    DBOS.register_queue('{}', concurrency=2)\n"


def test_who_is_told_the_same_is_not_linted(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "asks.py").write_text(ASKS)
    (project / "queues.py").write_text(REGISTERS.format("order"))
    first = begin(monkeypatch)
    asked = lint(ASKS, "asks.py")
    assert (6, "DBS404") in asked
    first.save()
    (project / "queues.py").write_text("# Once more.\n" + REGISTERS.format("order"))
    begin(monkeypatch)
    monkeypatch.setattr("dbos_lint.linter._lint", None)
    assert lint(ASKS, "asks.py") == asked


def test_what_others_told_counts_where_it_is_on_the_disk(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text that is not on the disk tells something else than an earlier run was told."""
    (project / "asks.py").write_text(ASKS)
    (project / "queues.py").write_text(REGISTERS.format("order"))
    (project / "other.py").write_text("import dbos\n")
    first = begin(monkeypatch)
    assert (6, "DBS404") in lint(ASKS, "asks.py")
    first.save()
    (project / "asks.py").write_text("\n" + ASKS)
    begin(monkeypatch)
    assert (7, "DBS404") in lint("\n" + ASKS, "asks.py")
    lint(REGISTERS.format("orders"), "other.py")
    assert (8, "DBS404") not in lint("\n\n" + ASKS, "asks.py")
