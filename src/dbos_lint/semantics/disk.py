"""What is on the disk, read once for many projects that put other texts over it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

from dbos_lint.discovery import project_files
from dbos_lint.mentions import imports
from dbos_lint.outlines import Outline
from dbos_lint.reading import read
from dbos_lint.settings import Settings

# As much text as a project of a million lines has; what else there is is read again.
_ROOM = 40_000_000
Import = tuple[int, str, bytes]


class Sight:
    """What the files of a project say at first sight: the ``kinds`` of names that each may hold, none where it does not
    concern dbos, and the ``hashes`` of the texts that told them; the ``words`` by which workflows may be named, with
    the files that hold them. It depends on other files which of ``unsure`` concern dbos."""

    __slots__ = ("hashes", "kinds", "unsure", "words")

    def __init__(self) -> None:
        self.kinds: dict[str, frozenset[str]] = {}
        self.hashes: dict[str, int] = {}
        self.words: dict[str, set[str]] = {}
        self.unsure: set[str] = set()


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
        self._sight: Sight | None = None

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

    def sight(self, needles: Sequence[bytes], is_library: Callable[[str], bool]) -> Sight:
        """What all files say, as they are."""
        if self._sight is None:
            self._sight = Sight()
            for path in self.files() or ():
                self._sight.kinds[path] = frozenset()
                with suppress(OSError, MemoryError):
                    self._look_at(self._sight, path, needles, is_library)
        return self._sight

    def _look_at(self, sight: Sight, path: str, needles: Sequence[bytes], is_library: Callable[[str], bool]) -> None:
        source = self.read(path)
        found = self.outline(source, needles)
        if found.kinds and not found.is_naming:
            sight.unsure.add(path)
        elif found.kinds and not is_library(path):
            sight.kinds[path] = found.kinds
            sight.hashes[path] = hash(source)
            for word in found.words:
                sight.words.setdefault(word, set()).add(path)

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
