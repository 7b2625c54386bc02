"""Worker processes, where they pay: parsing is what costs, and only files that name dbos are parsed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from dbos_lint.candidates import Task
from dbos_lint.linter import FileResult, failed
from dbos_lint.serial import Linter

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor
    from multiprocessing.process import BaseProcess

# Below this many bytes of source that names dbos, starting a worker takes longer than it saves.
_BYTES_PER_WORKER = 500_000


def in_processes(tasks: Sequence[Task], jobs: int, texts: Mapping[str, bytes] | None) -> list[FileResult]:
    """Lint in worker processes what is worth it, and the rest here meanwhile."""
    workers = min(jobs, sum(task.size for task in tasks) // _BYTES_PER_WORKER)
    if workers < 2:
        return list(map(Linter(tasks, texts).file, tasks))
    heavy = [task for task in tasks if task.size]
    light = [task for task in tasks if not task.size]
    outcomes, lost = _shared(heavy, workers, texts, lambda: list(map(Linter(light, texts).file, light)))
    return [*outcomes, *(_lint_apart(task, texts) for task in lost)]


def _shared(
    tasks: Sequence[Task], workers: int, texts: Mapping[str, bytes] | None, meanwhile: Callable[[], list[FileResult]]
) -> tuple[list[FileResult], list[Task]]:
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


def _submitted(pool: ProcessPoolExecutor, batch: Sequence[Task]) -> Future[list[FileResult]]:
    """The future of ``batch``, which has failed already where the pool broke before it could take it."""
    from concurrent.futures import Future
    from concurrent.futures.process import BrokenProcessPool

    try:
        return pool.submit(_lint_batch, batch)
    except BrokenProcessPool as error:
        failed: Future[list[FileResult]] = Future()
        failed.set_exception(error)
        return failed


def _lint_apart(task: Task, texts: Mapping[str, bytes] | None) -> FileResult:
    """Lint one file in a process that only it can kill."""
    from concurrent.futures.process import BrokenProcessPool

    with _pool(1, texts) as pool:
        try:
            return pool.submit(_lint_batch, [task]).result()[0]
        except BrokenProcessPool:
            return failed(task.path, task.settings, "the process that linted it died; please report this")


def _lint_batch(tasks: Sequence[Task]) -> list[FileResult]:
    worker = _of_this_worker()
    worker.expect(tasks)
    return list(map(worker.file, tasks))


@lru_cache(maxsize=1)
def _of_this_worker() -> Linter:
    return Linter()


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
