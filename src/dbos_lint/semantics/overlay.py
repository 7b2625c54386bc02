"""Texts that count instead of what is on the disk, and the folders that they make."""

from __future__ import annotations

import os
from collections import defaultdict
from itertools import islice

from dbos_lint.paths import parent


class Placed:
    """What lies in which folder, as an ``overlay`` that only grows tells. Each of its paths is looked at once, when it
    is new: each file that is linted is one."""

    def __init__(self, overlay: dict[str, bytes]) -> None:
        self._overlay = overlay
        self._known = 0
        self._entries: defaultdict[str, set[str]] = defaultdict(set)

    def within(self, folder: str) -> set[str]:
        """The entries of ``folder``."""
        for path in islice(reversed(self._overlay), len(self._overlay) - self._known):
            name, above = os.path.basename(path), parent(path)
            while name and name not in self._entries[above]:
                self._entries[above].add(name)
                name, above = os.path.basename(above), parent(above)
        self._known = len(self._overlay)
        return self._entries[folder]
