"""Many files: finds them, lints each, keeps the results in the order of their names.

Worker processes are used where they pay: parsing is what costs, and only files that name dbos are parsed.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby, repeat
from operator import attrgetter
from typing import TYPE_CHECKING

from dbos_lint import linter, selection
from dbos_lint.candidates import Task, candidates
from dbos_lint.configuration import Configuration
from dbos_lint.diagnostic import Diagnostic, Position
from dbos_lint.discovery import Discovery, discover
from dbos_lint.linter import FileResult
from dbos_lint.paths import STDIN, absolute
from dbos_lint.results import Crash, RunResult
from dbos_lint.rules.declared.meta import UNREADABLE_FILE
from dbos_lint.settings import Settings

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor
    from multiprocessing.process import BaseProcess

    from dbos_lint.semantics.program import Program

# Below this many bytes of source that names dbos, starting a worker takes longer than it saves.
_BYTES_PER_WORKER = 500_000
# What is known stays, and trees are in no circles: nothing is garbage for the collector before so many files.
_FILES_BETWEEN_COLLECTIONS = 500


@dataclass(frozen=True, slots=True)
class _Outcome:
    result: FileResult
    crash: Crash | None = None


class _Linter:
    """Lints one file after the other, and remembers what it read of their projects. ``texts`` count instead of what is
    on the disk."""

    def __init__(self, tasks: Sequence[Task] = (), texts: Mapping[str, bytes] | None = None) -> None:
        self._programs: dict[Settings, Program] = {}
        self.texts = texts or {}
        self._linted = 0
        self.expect(tasks)

    def expect(self, tasks: Sequence[Task]) -> None:
        """Be told which files come next."""
        self._upcoming = frozenset(task.path for task in tasks)
        for program in self._programs.values():
            program.project.upcoming = self._upcoming

    def file(self, task: Task) -> _Outcome:
        path, settings, _ = task
        if path in self.texts:
            return self.source(self.texts[path], path, settings)
        try:
            with open(path, "rb") as file:
                source = file.read()
        except OSError as error:
            return _failed(path, settings, f"it cannot be read: {error.strerror or error}")
        return self.source(source, path, settings)

    def source(self, source: bytes, path: str, settings: Settings) -> _Outcome:
        self._linted += 1
        if self._linted % _FILES_BETWEEN_COLLECTIONS == 0:
            gc.collect()
        try:
            program = self._program(settings)
            return _Outcome(linter.lint_source(source, path, settings, program=program))
        except Exception as error:  # one file must never end the run, nor what it left half done spoil another
            from traceback import format_exc

            self._programs.pop(settings, None)
            name = type(error).__name__
            cause = f"dbos-lint itself failed on it ({name}); please report this with the output of --debug"
            return replace(_failed(path, settings, cause), crash=Crash(path, format_exc()))

    def _program(self, settings: Settings) -> Program:
        from dbos_lint.semantics.program import Program

        if settings not in self._programs:
            self._programs[settings] = Program(settings, self._upcoming)
            self._programs[settings].project.overlay.update(self.texts)
        return self._programs[settings]


def run(paths: Iterable[str], configuration: Configuration, *, jobs: int = 1) -> RunResult:
    """Lint the files below ``paths`` in up to ``jobs`` processes; the results do not depend on how many."""
    return run_files(discover(paths, configuration), configuration, jobs=jobs)


def run_files(
    found: Discovery, configuration: Configuration, *, jobs: int = 1, texts: Mapping[str, bytes] | None = None
) -> RunResult:
    """Lint the files that were found, by the ``texts`` that are given of some of them instead of the disk's."""
    tasks, quiet = candidates(_with_settings(found.files, configuration), found)
    with no_collections():
        outcomes = _in_processes(tasks, jobs, texts) if jobs > 1 else list(map(_Linter(tasks, texts).file, tasks))
    unreadable = (
        _failed(item.path, configuration.for_file(item.path), f"it cannot be read: {item.reason}")
        for item in found.unreadable
    )
    return _result([*outcomes, *unreadable], [FileResult(path, ()) for path in quiet])


def run_stdin(source: bytes, filename: str | None, configuration: Configuration) -> RunResult:
    """Lint ``source``, which came from the standard input and is called ``filename``."""
    path = absolute(filename or STDIN)
    return _result([_Linter().source(source, path, configuration.for_file(path))])


def default_jobs() -> int:
    """As many processes as there are processors for this one."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def no_collections() -> Iterator[None]:
    """Leave the collector of garbage off: looking through trees and summaries takes a fifth of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            # What is there now is mostly here to stay: the first collection would look through all of it.
            gc.freeze()
            gc.enable()


def _with_settings(paths: Iterable[str], configuration: Configuration) -> Iterator[tuple[str, Settings]]:
    """Each file with its settings, asked for once a folder: the files are sorted."""
    for _, neighbours in groupby(paths, os.path.dirname):
        together = list(neighbours)
        yield from zip(together, repeat(configuration.for_file(together[0])))


def _result(outcomes: Sequence[_Outcome], quiet: Sequence[FileResult] = ()) -> RunResult:
    results = sorted([*quiet, *(outcome.result for outcome in outcomes)], key=attrgetter("filename"))
    crashes = sorted((item.crash for item in outcomes if item.crash is not None), key=attrgetter("filename"))
    return RunResult(tuple(results), tuple(crashes))


def _failed(path: str, settings: Settings, cause: str) -> _Outcome:
    """A file that was not linted, said in the file's own place."""
    code = UNREADABLE_FILE.code
    if code not in selection.enabled_codes(settings) - selection.ignored_for(settings, path):
        return _Outcome(FileResult(path, ()))
    start = Position(1, 1)
    return _Outcome(
        FileResult(path, (Diagnostic(UNREADABLE_FILE, path, start, start, f"file is not linted: {cause}"),))
    )


def _in_processes(tasks: Sequence[Task], jobs: int, texts: Mapping[str, bytes] | None) -> list[_Outcome]:
    """Lint in worker processes what is worth it, and the rest here meanwhile."""
    workers = min(jobs, sum(task.size for task in tasks) // _BYTES_PER_WORKER)
    if workers < 2:
        return list(map(_Linter(tasks, texts).file, tasks))
    heavy = [task for task in tasks if task.size]
    light = [task for task in tasks if not task.size]
    outcomes, lost = _shared(heavy, workers, texts, lambda: list(map(_Linter(light, texts).file, light)))
    return [*outcomes, *(_lint_apart(task, texts) for task in lost)]


def _shared(
    tasks: Sequence[Task], workers: int, texts: Mapping[str, bytes] | None, meanwhile: Callable[[], list[_Outcome]]
) -> tuple[list[_Outcome], list[Task]]:
    """Share ``tasks`` among processes, do something ``meanwhile``, and say what was lost with a process that died."""
    from concurrent.futures.process import BrokenProcessPool

    batches = _batches(tasks, workers)
    lost: list[Task] = []
    others = _children()
    with _pool(workers, texts) as pool:
        try:
            futures = [_submitted(pool, batch) for batch in batches]
            outcomes = meanwhile()
            for batch, future in zip(batches, futures, strict=True):
                if isinstance(future.exception(), BrokenProcessPool):
                    lost += batch
                else:
                    outcomes += future.result()
        except BaseException:  # an interrupt: leaving the pool waits for its workers, so they have to end now
            for process in _children() - others:
                process.terminate()
            raise
    return outcomes, lost


def _submitted(pool: ProcessPoolExecutor, batch: Sequence[Task]) -> Future[list[_Outcome]]:
    """The future of ``batch``, which has failed already where the pool broke before it could take it."""
    from concurrent.futures import Future
    from concurrent.futures.process import BrokenProcessPool

    try:
        return pool.submit(_lint_batch, batch)
    except BrokenProcessPool as error:
        failed: Future[list[_Outcome]] = Future()
        failed.set_exception(error)
        return failed


def _lint_apart(task: Task, texts: Mapping[str, bytes] | None) -> _Outcome:
    """Lint one file in a process that only it can kill."""
    from concurrent.futures.process import BrokenProcessPool

    with _pool(1, texts) as pool:
        try:
            return pool.submit(_lint_batch, [task]).result()[0]
        except BrokenProcessPool:
            return _failed(task.path, task.settings, "the process that linted it died; please report this")


def _lint_batch(tasks: Sequence[Task]) -> list[_Outcome]:
    worker = _of_this_worker()
    worker.expect(tasks)
    return list(map(worker.file, tasks))


@lru_cache(maxsize=1)
def _of_this_worker() -> _Linter:
    return _Linter()


def _pool(workers: int, texts: Mapping[str, bytes] | None) -> ProcessPoolExecutor:
    import multiprocessing
    import sys
    from concurrent.futures import ProcessPoolExecutor

    # Forking keeps what is already imported; elsewhere than on Linux it is not safe.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else None)
    return ProcessPoolExecutor(workers, context, _start_worker, (texts,))


def _start_worker(texts: Mapping[str, bytes] | None) -> None:
    """Leave interrupts to the parent, and forget what a fork has brought along."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _of_this_worker.cache_clear()
    _of_this_worker().texts = texts or {}


def _children() -> set[BaseProcess]:
    import multiprocessing

    return set(multiprocessing.active_children())


def _batches(tasks: Sequence[Task], number: int) -> list[list[Task]]:
    """Share ``tasks`` out by their sizes; neighbours stay together, since they import the same modules.

    There is one batch a worker: more would be fairer, but what two of them import is read twice.
    """
    batches: list[list[Task]] = [[] for _ in range(number)]
    total, before = sum(task.size for task in tasks), 0
    for task in tasks:
        batches[before * number // total].append(task)
        before += task.size
    return [batch for batch in batches if batch]
