"""Many files: finds them, lints each, keeps the results in the order of their names.

Worker processes are used where they pay: parsing is what costs, and only files that name dbos are parsed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from dbos_lint import linter, selection
from dbos_lint.configuration import Configuration
from dbos_lint.diagnostic import Diagnostic, Position
from dbos_lint.discovery import Discovery, discover
from dbos_lint.linter import FileResult
from dbos_lint.paths import STDIN, absolute
from dbos_lint.rules.meta import UNREADABLE_FILE
from dbos_lint.settings import Settings

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor
    from multiprocessing.process import BaseProcess

# Below this many bytes of source that names dbos, starting a worker takes longer than it saves.
_BYTES_PER_WORKER = 500_000
_BATCHES_PER_WORKER = 4


@dataclass(frozen=True, slots=True)
class Crash:
    """A fault of the linter itself, met in one file; ``traceback`` is for whoever mends it."""

    filename: str
    traceback: str


@dataclass(frozen=True, slots=True)
class RunResult:
    """The results of the files of a run, sorted by name; unreadable ones are among them."""

    files: tuple[FileResult, ...]
    crashes: tuple[Crash, ...] = ()

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        found = (diagnostic for result in self.files for diagnostic in result.diagnostics)
        return tuple(sorted(found, key=Diagnostic.sort_key))

    @property
    def suppressed(self) -> int:
        return sum(result.suppressed for result in self.files)

    @property
    def unresolved(self) -> int:
        return sum(result.unresolved for result in self.files)


@dataclass(frozen=True, slots=True)
class _Outcome:
    result: FileResult
    crash: Crash | None = None


_Task = tuple[str, Settings]


def run(paths: Iterable[str], configuration: Configuration, *, jobs: int = 1) -> RunResult:
    """Lint the files below ``paths`` in up to ``jobs`` processes; the results do not depend on how many."""
    return run_files(discover(paths, configuration), configuration, jobs=jobs)


def run_files(found: Discovery, configuration: Configuration, *, jobs: int = 1) -> RunResult:
    """Lint the files that were found."""
    tasks = [(path, configuration.for_file(path)) for path in found.files]
    outcomes = _in_processes(tasks, jobs) if jobs > 1 else map(_lint, tasks)
    unreadable = (
        _failed(item.path, configuration.for_file(item.path), f"it cannot be read: {item.reason}")
        for item in found.unreadable
    )
    return _result([*outcomes, *unreadable])


def run_stdin(source: bytes, filename: str | None, configuration: Configuration) -> RunResult:
    """Lint ``source``, which came from the standard input and is called ``filename``."""
    path = absolute(filename or STDIN)
    return _result([_lint_source(source, path, configuration.for_file(path))])


def default_jobs() -> int:
    """As many processes as there are processors for this one."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _result(outcomes: Sequence[_Outcome]) -> RunResult:
    ordered = sorted(outcomes, key=lambda outcome: outcome.result.filename)
    crashes = tuple(outcome.crash for outcome in ordered if outcome.crash is not None)
    return RunResult(tuple(outcome.result for outcome in ordered), crashes)


def _lint(task: _Task) -> _Outcome:
    path, settings = task
    try:
        source = Path(path).read_bytes()
    except OSError as error:
        return _failed(path, settings, f"it cannot be read: {error.strerror or error}")
    return _lint_source(source, path, settings)


def _lint_source(source: bytes, path: str, settings: Settings) -> _Outcome:
    try:
        return _Outcome(linter.lint_source(source, path, settings))
    except Exception as error:  # one file must never end the run
        from traceback import format_exc

        name = type(error).__name__
        cause = f"dbos-lint itself failed on it ({name}); please report this with the output of --debug"
        return replace(_failed(path, settings, cause), crash=Crash(path, format_exc()))


def _failed(path: str, settings: Settings, cause: str) -> _Outcome:
    """A file that was not linted, said in the file's own place."""
    code = UNREADABLE_FILE.code
    if code not in selection.enabled_codes(settings) - selection.ignored_for(settings, path):
        return _Outcome(FileResult(path, ()))
    start = Position(1, 1)
    return _Outcome(
        FileResult(path, (Diagnostic(UNREADABLE_FILE, path, start, start, f"file is not linted: {cause}"),))
    )


def _in_processes(tasks: Sequence[_Task], jobs: int) -> list[_Outcome]:
    """Lint in worker processes what is worth it, and the rest here meanwhile."""
    sizes = [_candidate_size(path) for path, _ in tasks]
    workers = min(jobs, sum(sizes) // _BYTES_PER_WORKER)
    if workers < 2:
        return [_lint(task) for task in tasks]
    heavy = [task for task, size in zip(tasks, sizes, strict=True) if size]
    others = _children()
    with _pool(workers) as pool:
        batches = list(_batches(heavy, -(-len(heavy) // (workers * _BATCHES_PER_WORKER))))
        try:
            futures = [pool.submit(_lint_batch, batch) for batch in batches]
            outcomes = [_lint(task) for task, size in zip(tasks, sizes, strict=True) if not size]
            for batch, future in zip(batches, futures, strict=True):
                outcomes += _outcomes(batch, future)
        except BaseException:  # an interrupt: leaving the pool waits for its workers, so they have to end now
            for process in _children() - others:
                process.terminate()
            raise
    return outcomes


def _lint_batch(tasks: Sequence[_Task]) -> list[_Outcome]:
    return [_lint(task) for task in tasks]


def _outcomes(batch: Sequence[_Task], future: Future[list[_Outcome]]) -> list[_Outcome]:
    from concurrent.futures.process import BrokenProcessPool

    try:
        return future.result()
    except BrokenProcessPool:  # a file of some batch killed a worker, and the pool with it
        return [_lint_apart(task) for task in batch]


def _lint_apart(task: _Task) -> _Outcome:
    """Lint one file in a process that only it can kill."""
    from concurrent.futures.process import BrokenProcessPool

    with _pool(1) as pool:
        try:
            return pool.submit(_lint, task).result()
        except BrokenProcessPool:
            return _failed(*task, "the process that linted it died; please report this")


def _pool(workers: int) -> ProcessPoolExecutor:
    import multiprocessing
    import sys
    from concurrent.futures import ProcessPoolExecutor

    # Forking keeps what is already imported; elsewhere than on Linux it is not safe.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else None)
    return ProcessPoolExecutor(workers, context, _leave_interrupts_to_the_parent)


def _leave_interrupts_to_the_parent() -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _children() -> set[BaseProcess]:
    import multiprocessing

    return set(multiprocessing.active_children())


def _batches(tasks: Sequence[_Task], size: int) -> Iterator[Sequence[_Task]]:
    """Neighbours stay together: they import the same modules, which a process reads once."""
    return (tasks[start : start + size] for start in range(0, len(tasks), size))


def _candidate_size(path: str) -> int:
    try:
        source = Path(path).read_bytes()
    except OSError:
        return 0
    return len(source) if b"dbos" in source or b"DBOS" in source else 0
