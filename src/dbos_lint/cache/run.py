"""The cache of one run, which may concern several projects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from dbos_lint.cache.key import key_of
from dbos_lint.cache.shelf import Shelf
from dbos_lint.cache.stamps import Stamps
from dbos_lint.candidates import Task
from dbos_lint.linter import FileResult
from dbos_lint.settings import Settings


class Cache:
    """What is kept in ``folder``, by settings. ``warn`` is told what could not be kept, and why; ``now`` is when the
    run began, if not just now."""

    def __init__(self, folder: str, warn: Callable[[str], None] = lambda text: None, now: int | None = None) -> None:
        self._folder = folder
        self._warn = warn
        self._stamps = Stamps(now)
        self._shelves: dict[str, Shelf] = {}
        self._of_settings: dict[int, tuple[Settings, Shelf]] = {}  # equal settings are mostly the same

    def shelf(self, settings: Settings) -> Shelf:
        """What is kept under ``settings``."""
        known = self._of_settings.get(id(settings))
        if known is None:
            key = key_of(settings)
            if key not in self._shelves:
                self._shelves[key] = Shelf(self._folder, key, settings, self._stamps)
            known = self._of_settings[id(settings)] = settings, self._shelves[key]
        return known[1]

    def recall(self, tasks: Sequence[Task]) -> tuple[list[FileResult], list[Task]]:
        """The results of tasks that an earlier run has done, and the tasks that are left."""
        found: dict[str, FileResult] = {}
        paths: dict[Shelf, list[str]] = {}
        for path, settings, _ in tasks:
            paths.setdefault(self.shelf(settings), []).append(path)
        for shelf, some in paths.items():
            found |= shelf.recall(some)
        return list(found.values()), [task for task in tasks if task.path not in found]

    def keep(self, tasks: Sequence[Task], results: Iterable[FileResult]) -> None:
        """Keep the ``results`` of ``tasks``, and all else that was learnt."""
        settings = {task.path: task.settings for task in tasks}
        for result in results:
            self.shelf(settings[result.filename]).learn(result)
        try:
            for shelf in self._shelves.values():
                shelf.save()
        except OSError as error:
            self._warn(f"nothing is kept in {self._folder}: {error.strerror or error}")
