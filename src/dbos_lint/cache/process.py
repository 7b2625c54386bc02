"""The cache of a process that is handed one file after the other, and is not told which is the last."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from dbos_lint.cache.key import key_of
from dbos_lint.cache.shelf import Shelf
from dbos_lint.cache.stamps import Stamps
from dbos_lint.cache.store import default_folder
from dbos_lint.consulted import OUTLINE, text_state
from dbos_lint.linter import FileResult
from dbos_lint.paths import absolute
from dbos_lint.reading import read
from dbos_lint.settings import Settings

if TYPE_CHECKING:
    from dbos_lint.semantics.program import Program

_YES = frozenset({"1", "true", "t", "yes", "y", "on"})  # as click reads it
_BOM = b"\xef\xbb\xbf"


def opened(door: str) -> Process | None:
    """The cache for what is found by way of ``door``, unless the environment wants none, or has no place for it; it is
    written in the end."""
    if os.environ.get("DBOS_LINT_NO_CACHE", "").strip().lower() in _YES:
        return None
    named = os.environ.get("DBOS_LINT_CACHE_DIR")
    folder = absolute(named) if named else default_folder()
    if folder is None:
        return None
    cache = Process(folder, door)
    from multiprocessing.util import Finalize  # beside the end of this process, it knows that of a forked one

    Finalize(None, cache.save, exitpriority=0)
    return cache


class Process:
    """What is kept in ``folder`` of what was found by way of ``door``."""

    def __init__(self, folder: str, door: str) -> None:
        self._folder = folder
        self._door = door
        self._stamps = Stamps()
        self._shelves: dict[Settings, tuple[Shelf, frozenset[str]]] = {}

    def result(
        self, path: str, source: bytes, settings: Settings, program: Program, lint: Callable[[], FileResult]
    ) -> FileResult:
        """What is kept for ``source``, the text of ``path`` as its reader has decoded it; else what ``lint`` finds.

        Only what is found in the file on the disk is kept: all that rests on another text is lost.
        """
        consulted = program.project.consulted
        shelf, fresh = self._shelf(settings, program)
        program.recall(shelf.recalled)
        text = _on_disk(path)
        state = text_state(text) if text is not None and _is_text_of(text, source) else ""
        if state and path in fresh and shelf.is_in(path, state):
            known = shelf.result(path)
            if known is not None:
                return known
        if state and text is not None:
            consulted.text(path, text)
        else:
            consulted.text(path, source)
            consulted.torn |= {path, OUTLINE + path}
            program.distrust()
        result = lint()
        result.consulted = consulted.take()
        shelf.learn(result)
        return result

    def save(self) -> None:
        """Keep what is new. A cache that cannot be written is as good as none."""
        try:
            for shelf, _ in self._shelves.values():
                shelf.save_with_others()
        except Exception:
            return

    def _shelf(self, settings: Settings, program: Program) -> tuple[Shelf, frozenset[str]]:
        """What is kept under ``settings``, and for which files all was as it had been when that was asked first."""
        if settings not in self._shelves:
            shelf = Shelf(self._folder, f"{key_of(settings)} {self._door}", settings, self._stamps)
            self._shelves[settings] = shelf, frozenset(shelf.fresh(shelf.paths, program.tell))
        return self._shelves[settings]


def _on_disk(path: str) -> bytes | None:
    try:
        return read(path)
    except (OSError, ValueError, MemoryError):
        return None


def _is_text_of(text: bytes, source: bytes) -> bool:
    """Whether ``source`` is what ``text`` says: the same, but for the mark before it and the ends of its lines."""
    return text == source or text.removeprefix(_BOM).replace(b"\r\n", b"\n") == source
