"""What tells, without reading it, that a file or folder is as it was."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence

from dbos_lint.consulted import FOLDER, FOUND, OUTLINE, UNREADABLE, folder_state, text_state
from dbos_lint.reading import read

# The coarsest clock of a file system (FAT) goes in such steps: a file may be changed twice in one of them.
_RESOLUTION = 2_000_000_000


class Stamps:
    """The stamps of files and folders, looked up once in a run.

    A stamp that is younger than the run, or hardly older, is none: what was changed just now may change once more
    without another stamp. It is then read. ``now`` is when the run began, in nanoseconds. ``texts``
    count instead of what is on the disk, and have no stamps.
    """

    def __init__(self, now: int | None = None, texts: Mapping[str, bytes] | None = None) -> None:
        self._texts = texts or {}
        self._settled = (time.time_ns() if now is None else now) - _RESOLUTION
        self._known: dict[str, str] = {}

    def of(self, path: str) -> str:
        """The stamp of ``path``, or of the file that it is the outline of; empty where there is none to rely on."""
        path = path.removeprefix(OUTLINE)
        known = self._known.get(path)
        if known is None:
            known = self._known[path] = self._look(path)
        return known

    def _look(self, path: str) -> str:
        if path in self._texts:
            return ""
        try:
            found = os.stat(path)
        except (OSError, ValueError):
            return ""
        changed, made = found.st_mtime_ns, found.st_ctime_ns
        if changed > self._settled or made > self._settled:
            return ""
        return f"{changed:x} {made:x} {found.st_size:x} {found.st_ino:x}"

    def is_state(self, path: str, state: str, needles: Sequence[bytes] = ()) -> bool:
        """Whether a file, folder or outline (of files with ``needles``) still is in ``state``."""
        try:
            if path.startswith(OUTLINE):
                from dbos_lint.outlines import Outline

                return Outline(self.text(path.removeprefix(OUTLINE)), needles).state == state
            if state.startswith(FOLDER):
                return folder_state(os.listdir(path)) == state
            return text_state(self.text(path)) == state
        except (OSError, ValueError, MemoryError):
            return state.endswith(UNREADABLE)

    def text(self, path: str) -> bytes:
        """The text of a file. Raises OSError."""
        return self._texts[path] if path in self._texts else read(path)

    def exists(self, path: str) -> bool:
        """Whether there is such a file or folder."""
        path = path.removeprefix(OUTLINE).removeprefix(FOUND)
        return path in self._texts or os.path.exists(path)
