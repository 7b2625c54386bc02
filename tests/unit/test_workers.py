"""Worker processes: none of their files is lost, and no result depends on how they shared the work."""

from __future__ import annotations

import errno
import multiprocessing
import os
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from dbos_lint import linter, workers
from dbos_lint.configuration import Configuration
from dbos_lint.linter import FileResult
from dbos_lint.runner import RunResult, run
from dbos_lint.semantics.modules import Project
from dbos_lint.serial import Task
from dbos_lint.settings import Settings
from tests.unit.test_runner import fake, lint, project, summary

__all__ = ["project"]

FIXTURES = Path(__file__).parents[1] / "fixtures"
DIED = "file is not linted: the process that linted it died; please report this"
forks = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")


@pytest.fixture
def monorepo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files that import each other, and name the same queues and topics, for the real linter."""
    monkeypatch.setattr(workers, "_BYTES_PER_WORKER", 1)
    for name in ("DBS206/crm", "DBS404/lanes", "DBS501/bookings", "DBS502/clinic"):
        shutil.copytree(FIXTURES / name, tmp_path / name.replace("/", "_"))
        (tmp_path / name.replace("/", "_") / "dbos-lint.toml").touch()
    return tmp_path


def judged(folder: Path, jobs: int) -> RunResult:
    return run([str(folder)], Configuration(str(folder)), jobs=jobs)


@pytest.mark.parametrize("jobs", [2, 7])
def test_results_do_not_depend_on_the_number_of_processes(project: Path, jobs: int) -> None:
    files = {f"f{number}": ("import dbos  # BAD" if number % 3 else "BAD but no candidate") for number in range(25)}
    alone = lint(project, **files)
    assert len(alone.diagnostics) == 25
    assert lint(project, jobs=jobs, **files) == alone


@pytest.mark.parametrize("jobs", [2, 3])
def test_findings_do_not_depend_on_who_parsed_a_file(monorepo: Path, jobs: int) -> None:
    alone = judged(monorepo, 1)
    assert len(alone.diagnostics) > 5
    assert judged(monorepo, jobs) == alone


@forks
def test_what_is_taken_from_another_worker_is_judged_alike(monorepo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first one has all to do, so the other takes from it what it has only the summaries of."""

    def all_of_one(tasks: Sequence[Task], number: int) -> list[list[list[int]]]:
        return [[[index] for index in range(len(tasks))], [], []]

    alone = judged(monorepo, 1)
    monkeypatch.setattr(workers, "_portions", all_of_one)
    assert judged(monorepo, 3) == alone


@forks
def test_a_file_that_is_imported_is_parsed_by_one_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_BYTES_PER_WORKER", 1)
    parsed = tmp_path / "parsed.txt"
    collected = Project.collected

    def noting(self: Project, path: str, *arguments: object) -> object:
        with parsed.open("a", encoding="utf-8") as file:
            file.write(f"{Path(path).name} {os.getpid()}\n")
        return collected(self, path, *arguments)

    monkeypatch.setattr(Project, "collected", noting)
    (tmp_path / "helper.py").write_text("import dbos\nimport time\n\ndef now():\n    return time.time()\n", "utf-8")
    for name in ("one", "two", "three"):
        text = "from dbos import DBOS\nfrom helper import now\n\n@DBOS.workflow()\ndef w():\n    return now() > 5\n"
        (tmp_path / f"{name}.py").write_text(text, "utf-8")
    result = judged(tmp_path, 2)
    assert [found.code for found in result.diagnostics] == ["DBS201"] * 3
    lines = parsed.read_text("utf-8").splitlines()
    assert sum(line.startswith("helper.py ") for line in lines) == 1
    assert len({line.split()[1] for line in lines}) == 2


def test_where_processes_cannot_be_forked_they_are_started(monorepo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = judged(monorepo, 1)
    monkeypatch.setattr(workers, "_FORKS", False)
    assert judged(monorepo, 2) == alone


def test_workers_are_used_only_where_they_pay(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crews: list[int] = []
    start = workers._crew

    def counted(tasks: Sequence[Task], portions: Sequence[list[list[int]]], texts: None) -> object:
        crews.append(len(portions))
        return start(tasks, portions, texts)

    monkeypatch.setattr(workers, "_crew", counted)
    monkeypatch.setattr(workers, "_BYTES_PER_WORKER", 1000)
    lint(project, jobs=4, small="import dbos", plain="x = 1\n" * 10_000)
    assert crews == []
    lint(project, jobs=4, big="import dbos\n" * 170)
    assert crews == [2]


def test_each_file_is_in_one_portion_and_the_portions_are_of_like_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_BYTES_PER_PIECE", 3)
    monkeypatch.setattr(workers, "_FILES_PER_PIECE", 2)
    monkeypatch.setattr(workers, "_BYTES_PER_LIGHT_FILE", 1)
    sizes = [5, 1, 0, 1, 1, 1, 1, 0, 4, 2, 0, 2, 9, 0, 0, 0]
    tasks = [Task(f"{number:02}.py", Settings(Path()), size) for number, size in enumerate(sizes)]
    portions = workers._portions(tasks, 3)
    assert [[[sizes[index] for index in piece] for piece in portion] for portion in portions] == [
        [[0, 0], [0, 0], [0, 0], [2, 2], [1]],
        [[9], [1, 1]],
        [[5], [4], [1, 1]],
    ]
    assert sorted(index for portion in portions for piece in portion for index in piece) == list(range(16))


def test_a_file_that_kills_its_process_is_a_finding_and_costs_no_other_file(project: Path) -> None:
    result = lint(project, jobs=2, a="dbos BAD", b="dbos DIE", c="dbos BAD", d="dbos", e="BAD")
    assert summary(result) == {"a.py": ["m"], "b.py": [DIED], "c.py": ["m"], "d.py": [], "e.py": ["m"], "setup.py": []}


def test_when_all_workers_have_died_the_rest_is_still_linted(project: Path) -> None:
    files = {f"f{number}": "dbos DIE" if number % 4 == 0 else "dbos BAD" for number in range(20)}
    result = summary(lint(project, jobs=3, **files))
    assert [name for name, messages in result.items() if messages == [DIED]] == [
        "f0.py",
        "f12.py",
        "f16.py",
        "f4.py",
        "f8.py",
    ]
    assert list(result.values()).count(["m"]) == 15


def test_a_worker_without_memory_is_like_one_that_died(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def greedy(source: bytes, filename: str, settings: Settings, **options: object) -> FileResult:
        if b"MUCH" in source:
            raise MemoryError
        return fake(source, filename, settings, **options)

    monkeypatch.setattr(linter, "lint_source", greedy)
    result = lint(project, jobs=2, a="dbos BAD", b="dbos MUCH", c="dbos BAD")
    assert summary(result) == {"a.py": ["m"], "b.py": [DIED], "c.py": ["m"], "setup.py": []}
    assert capfd.readouterr().err == ""


@forks
@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("what", ["fork", "pipe"])
def test_where_no_process_can_be_started_there_is_one(
    project: Path, monkeypatch: pytest.MonkeyPatch, what: str, number: int
) -> None:
    files = {"a": "dbos BAD", "b": "dbos BAD", "c": "dbos BAD"}
    alone, make, made = lint(project, **files), getattr(os, what), []

    def refuse() -> object:
        made.append(1)
        if len(made) > number:
            raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
        return make()

    monkeypatch.setattr(os, what, refuse)
    assert lint(project, jobs=2, **files) == alone
    assert len(made) == number + 1
    assert multiprocessing.active_children() == []


@forks
def test_where_no_process_can_be_started_for_a_file_that_killed_one(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fork, made = os.fork, []

    def refuse() -> int:
        made.append(1)
        if len(made) > 2:
            raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
        return fork()

    monkeypatch.setattr(os, "fork", refuse)
    result = summary(lint(project, jobs=2, a="dbos BAD", b="dbos DIE", c="dbos BAD"))
    assert result.keys() == {"a.py", "b.py", "c.py", "setup.py"}
    assert result["b.py"] == [DIED]


@forks
@pytest.mark.parametrize("order", ["look", "know"])
def test_a_worker_that_dies_before_it_lints_costs_nothing(
    project: Path, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    def die(self: workers._Worker, what: object) -> None:
        if self._number == 1:
            os.kill(os.getpid(), signal.SIGKILL)

    alone = lint(project, a="dbos BAD", b="dbos BAD", c="dbos BAD")
    monkeypatch.setattr(workers._Worker, order, die)
    assert lint(project, jobs=2) == alone


@forks
def test_an_interrupt_stops_the_workers(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def slow(source: bytes, filename: str, settings: Settings, **options: object) -> FileResult:
        os.kill(os.getppid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)  # the terminal tells all of them
        time.sleep(10)
        (project / "finished").touch()
        return FileResult(filename, ())

    monkeypatch.setattr(linter, "lint_source", slow)
    with pytest.raises(KeyboardInterrupt):
        lint(project, jobs=2, a="dbos", b="dbos", c="dbos")
    assert not (project / "finished").exists()
    assert multiprocessing.active_children() == []
    assert capfd.readouterr().err == ""


@forks
def test_a_second_interrupt_leaves_no_worker_behind(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    join = BaseProcess.join

    def join_under_impatience(self: BaseProcess, timeout: float | None = None) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        join(self, timeout)

    def slow(source: bytes, filename: str, settings: Settings, **options: object) -> FileResult:
        os.kill(os.getppid(), signal.SIGINT)
        time.sleep(10)
        return FileResult(filename, ())

    monkeypatch.setattr(linter, "lint_source", slow)
    monkeypatch.setattr(BaseProcess, "join", join_under_impatience)
    with pytest.raises(KeyboardInterrupt):
        lint(project, jobs=2, a="dbos", b="dbos", c="dbos")
    assert multiprocessing.active_children() == []
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
