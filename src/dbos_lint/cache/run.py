"""The cache of one run, which may concern several projects."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from dbos_lint.cache.key import key_of
from dbos_lint.cache.shelf import Shelf
from dbos_lint.cache.stamps import Stamps
from dbos_lint.consulted import Consulted, text_state
from dbos_lint.linter import FileResult
from dbos_lint.serial import Task
from dbos_lint.settings import Settings
from dbos_lint.wording import cause

# So many texts of one file are kept, each in the place of one before: people take back what they did, and do it again.
_TEXTS = 4


class Cache:
    """What is kept in ``folder``, by settings. ``warn`` is told what could not be kept, and why; ``now`` is when the
    run began, if not just now. ``texts`` are of files that an editor hands over, mostly one, and what is found in them
    is kept apart."""

    def __init__(
        self,
        folder: str,
        warn: Callable[[str], None] = lambda text: None,
        now: int | None = None,
        texts: Mapping[str, bytes] | None = None,
    ) -> None:
        self._folder = folder
        self._warn = warn
        self._stamps = Stamps(now, texts)
        self._apart = "".join(_place(*item) for item in (texts or {}).items())
        self._shelves: dict[str, Shelf] = {}
        self._of_settings: dict[int, tuple[Settings, Shelf]] = {}  # equal settings are mostly the same

    def shelf(self, settings: Settings) -> Shelf:
        """What is kept under ``settings``."""
        known = self._of_settings.get(id(settings))
        if known is None:
            key = key_of(settings) + self._apart
            if key not in self._shelves:
                self._shelves[key] = Shelf(self._folder, key, settings, self._stamps)
            known = self._of_settings[id(settings)] = settings, self._shelves[key]
        return known[1]

    def recall(
        self, tasks: Sequence[Task], tell: Callable[[Settings, str], Consulted] | None = None
    ) -> tuple[list[FileResult], list[Task]]:
        """The results of tasks that an earlier run has done, and the tasks that are left. ``tell`` gives once more what
        others are told under a name."""
        found: dict[str, FileResult] = {}
        paths: dict[Shelf, list[str]] = {}
        settings_of: dict[Shelf, Settings] = {}
        for path, settings, _ in tasks:
            shelf = self.shelf(settings)
            paths.setdefault(shelf, []).append(path)
            settings_of[shelf] = settings
        for shelf, some in paths.items():
            found |= shelf.recall(some, None if tell is None else partial(tell, settings_of[shelf]))
        return list(found.values()), [task for task in tasks if task.path not in found]

    def recalled(self, settings: Settings, name: str) -> Consulted | None:
        """What others are told as ``name``, with all that it rests on, where that is as it was."""
        return self.shelf(settings).recalled(name)

    def keep(self, tasks: Sequence[Task], results: Iterable[FileResult]) -> None:
        """Keep the ``results`` of ``tasks``, and all else that was learnt."""
        settings = {task.path: task.settings for task in tasks}
        for result in results:
            self.shelf(settings[result.filename]).learn(result)
        try:
            for shelf in self._shelves.values():
                shelf.save()
        except OSError as error:
            self._warn(f"nothing is kept in {self._folder}: {cause(error)}")


def _place(path: str, text: bytes) -> str:
    """Where findings of a ``text`` are kept that is handed over as that of ``path``, which may be a relative one."""
    return ascii((path, os.getcwd(), int(text_state(text), 16) % _TEXTS))
