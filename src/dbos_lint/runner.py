"""Many files: finds them, lints each, keeps the results in the order of their names."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, repeat
from operator import attrgetter
from typing import TYPE_CHECKING

from dbos_lint import timings
from dbos_lint.configuration import Configuration
from dbos_lint.discovery import Discovery, discover
from dbos_lint.garbage import left_alone
from dbos_lint.linter import FileResult, failed
from dbos_lint.paths import STDIN, absolute, parent
from dbos_lint.results import RunResult
from dbos_lint.serial import Linter, Task
from dbos_lint.settings import Settings

if TYPE_CHECKING:
    from dbos_lint.cache.run import Cache


def run(paths: Iterable[str], configuration: Configuration, *, jobs: int = 1) -> RunResult:
    """Lint the files below ``paths`` in up to ``jobs`` processes; the results do not depend on how many."""
    return run_files(discover(paths, configuration), configuration, jobs=jobs)


def run_files(
    found: Discovery,
    configuration: Configuration,
    *,
    jobs: int = 1,
    texts: Mapping[str, bytes] | None = None,
    cache: Cache | None = None,
) -> RunResult:
    """Lint the files that were found, by the ``texts`` that are given of some of them instead of the disk's: such a run
    has no ``cache``. The results do not depend on whether there is one."""
    from dbos_lint.candidates import candidates

    known: list[FileResult] = []
    with timings.phase("read"):
        tasks, quiet = candidates(_with_settings(found.files, configuration), found, cache)
    linter = Linter(tasks, texts, kept=cache is not None)
    with left_alone(kept=True):
        if cache is not None:
            known, tasks = _recalled(cache, tasks, linter)
        several = jobs > 1 and len(tasks) > 1
        results = _in_processes(tasks, jobs, linter) if several else linter.files(tasks)
        if cache is not None:
            with timings.phase("keep"):
                cache.keep(tasks, results)
    unreadable = (
        failed(item.path, configuration.for_file(item.path), f"it cannot be read: {item.reason}")
        for item in found.unreadable
    )
    return _result([*known, *results, *unreadable, *(FileResult(path, ()) for path in quiet)])


def run_stdin(
    source: bytes, filename: str | None, configuration: Configuration, cache: Cache | None = None
) -> RunResult:
    """Lint ``source``, which came from the standard input and is called ``filename``; a ``cache`` must be for it."""
    path = absolute(filename or STDIN)
    tasks = [Task(path, configuration.for_file(path))]
    linter = Linter(kept=cache is not None)
    known, tasks = _recalled(cache, tasks, linter) if cache is not None else ([], tasks)
    results = [linter.source(source, path, task.settings) for task in tasks]
    if cache is not None:
        cache.keep(tasks, results)
    return _result([*known, *results])


def _in_processes(tasks: Sequence[Task], jobs: int, linter: Linter) -> list[FileResult]:
    from dbos_lint.workers import in_processes  # a run for one file does without

    return in_processes(tasks, jobs, linter)


def _recalled(cache: Cache, tasks: Sequence[Task], linter: Linter) -> tuple[list[FileResult], list[Task]]:
    """What ``cache`` knows of the results of ``tasks``, and which of them are left for ``linter``."""
    with timings.phase("read"):
        known, left = cache.recall(tasks, linter.tell)
    linter.recalled = cache.recalled
    linter.expect(left)
    return known, left


def default_jobs() -> int:
    """As many processes as there are processors for this one."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _with_settings(paths: Iterable[str], configuration: Configuration) -> Iterator[tuple[str, Settings]]:
    """Each file with its settings, asked for once a folder: the files are sorted."""
    for _, neighbours in groupby(paths, parent):
        together = list(neighbours)
        yield from zip(together, repeat(configuration.for_file(together[0])))


def _result(files: Iterable[FileResult]) -> RunResult:
    return RunResult(tuple(sorted(files, key=attrgetter("filename"))))
