"""What is on the disk, read once for many projects that put other texts over it."""

from __future__ import annotations

from collections.abc import Sequence

from dbos_lint.discovery import project_files
from dbos_lint.mentions import imports
from dbos_lint.outlines import Outline
from dbos_lint.reading import read
from dbos_lint.settings import Settings

# As much text as a project of a million lines has; what else there is is read again.
_ROOM = 40_000_000
Import = tuple[int, str, bytes]


class Disk:
    """Remembers the files of the project with these ``settings``, and what they say at first sight: each that is mended
    is judged beside all others, as they are."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._room = _ROOM
        self._texts: dict[str, bytes] = {}
        self._outlines: dict[bytes, Outline] = {}
        self._imports: dict[bytes, tuple[Import, ...]] = {}
        self._files: list[tuple[str, ...] | None] = []

    def files(self) -> tuple[str, ...] | None:
        """All files of the project; None where they are too many."""
        if not self._files:
            self._files.append(project_files(self._settings))
        return self._files[0]

    def read(self, path: str) -> bytes:
        """What the file ``path`` holds. Raises OSError."""
        known = self._texts.get(path)
        if known is not None:
            return known
        source = read(path)
        if len(source) <= self._room:
            self._room -= len(source)
            self._texts[path] = source
        return source

    def outline(self, source: bytes, needles: Sequence[bytes]) -> Outline:
        """The outline of a text."""
        if source not in self._outlines:
            self._outlines[source] = Outline(source, needles)
        return self._outlines[source]

    def imports(self, source: bytes) -> tuple[Import, ...]:
        """The imports of a text."""
        if source not in self._imports:
            self._imports[source] = tuple(imports(source))
        return self._imports[source]
