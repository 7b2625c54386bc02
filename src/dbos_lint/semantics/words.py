"""Which files of a project hold a word: in code, in a text or in a comment."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from dbos_lint.semantics.modules import Project

_WORD = re.compile(rb"[\w\x80-\xff]+")
_SEVERAL = ""


class Words:
    """The words of one project, each with the file that holds it: all files are read once, whatever is asked for."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._holders: dict[bytes, str] | None = None
        self._texts: dict[str, int] = {}

    def is_elsewhere(self, word: str, path: str, paths: Callable[[], Iterable[str]]) -> bool:
        """Whether another file than ``path`` holds ``word``. ``paths`` are the files of the project, where they are not
        known yet: who knows of none cannot tell."""
        if self._holders is None:
            self._holders = self._read(paths())
        return not self._texts or self._holders.get(word.encode(), path) != path

    def _read(self, paths: Iterable[str]) -> dict[bytes, str]:
        holders: dict[bytes, str] = {}
        for path in paths:
            source = self._project.read(path) or b""
            self._texts[path] = hash(source)
            for word in set(_WORD.findall(source)):
                if holders.setdefault(word, path) != path:
                    holders[word] = _SEVERAL
        return holders

    def renew(self, path: str, source: bytes) -> None:
        """Be told the text of a file, which may be another than before."""
        if self._texts.get(path, hash(source)) != hash(source):
            self._holders = None
