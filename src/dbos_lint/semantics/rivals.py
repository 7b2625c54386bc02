"""Workflows that go by the same name, and which of them one program loads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dbos_lint.semantics.meeting import Meeting

if TYPE_CHECKING:
    from dbos_lint.semantics.names import Mention

# So many of each program are enough to tell the first that is not in a file.
_ENOUGH = 2


class Rivals:
    """The files of ``mentions``, which are in the order of their paths, by the programs that load them.

    Every file of a project may have a workflow ``main``: that none is compared with all others.
    """

    def __init__(self, mentions: Iterable[Mention], meeting: Meeting) -> None:
        self._meeting = meeting
        self._first: dict[str, Mention] = {}
        self._loaded: dict[tuple[str, bool], list[str]] = {}
        for mention in mentions:
            if mention.path in self._first:
                continue
            self._first[mention.path] = mention
            for late in (False, True):
                for program in meeting.programs(mention.path, late):
                    known = self._loaded.setdefault((program, late), [])
                    if len(known) < _ENOUGH:
                        known.append(mention.path)

    def of(self, path: str) -> Mention | None:
        """The first in another file that may be loaded by a program that loads ``path``."""
        met = [
            other
            for late in (False, True)
            for program in self._meeting.programs(path, late)
            for other in self._loaded.get((program, not late), ())
            if other != path
        ]
        return self._first[min(met)] if met else None
