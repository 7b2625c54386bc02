"""What the linting of files has asked of other files: what a later run must find unchanged to keep their findings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dbos_lint.outlines import Outline

WHOLE = "*"
"""Stands for all files of the project, in place of a path."""
OUTLINES = "**"
"""Stands for the outlines of all files of the project; with a kind of names behind it, for the files that have some."""
OUTLINE = "#"
"""With what the name of the outline of a file begins, in place of a path; the path follows."""
FOUND = "!"
"""With what the name of the findings of a file begins; its path follows. Who imports the file does not rest on them."""
ALWAYS = "="
"""The state of what stands for others, and does not change itself."""
UNREADABLE = "?"
"""The state of what cannot be read."""
FOLDER = "/"
"""With what the state of a folder begins."""


class Consulted:
    """Which files and folders each file has led to, and what was found there.

    ``led`` holds steps, not the whole way: an answer that is remembered for many files is looked up once, and rests on
    all that can be reached from its file. ``states`` tells the text of a file, or the modules in a folder; a path is in
    ``torn`` that was found in two states.
    """

    __slots__ = ("led", "states", "torn")

    def __init__(
        self,
        led: defaultdict[str, set[str]] | None = None,
        states: dict[str, str] | None = None,
        torn: set[str] | None = None,
    ) -> None:
        self.led = defaultdict(set) if led is None else led
        self.states = {} if states is None else states
        self.torn = set() if torn is None else torn

    def text(self, path: str, source: bytes) -> None:
        """Note the text of a file."""
        self._note(path, text_state(source))

    def folder(self, path: str, names: Iterable[str] | None) -> None:
        """Note the entries of a folder; None where they cannot be read."""
        self._note(path, folder_state(names))

    def unreadable(self, path: str) -> None:
        """Note that a file could not be read."""
        self._note(path, UNREADABLE)

    def whole(self, path: str) -> None:
        """Note that what is found in ``path`` rests on all files of the project."""
        self.led[FOUND + path].add(WHOLE)

    def files(self, paths: Iterable[str] | None) -> None:
        """Note the files of the project; None where there are too many."""
        self.led[WHOLE].update(paths or ())
        self._note(WHOLE, files_state(paths))
        self._note(OUTLINES, files_state(paths))

    def outlined(self, path: str) -> None:
        """Note that what is found in ``path`` rests on the outlines of all files of the project."""
        self.led[FOUND + path].add(OUTLINES)

    def outline(self, path: str, found: Outline | None, steps: Iterable[str] = ()) -> None:
        """Note the outline of a file of the project (None where it cannot be read), and what it leads to."""
        self._note(OUTLINE + path, UNREADABLE if found is None else found.state)
        self.led[OUTLINES].add(OUTLINE + path)
        self.led[OUTLINE + path].update(steps)

    def holding(self, path: str, kind: str) -> None:
        """Note that what is found in ``path`` rests on the files of the project that have names of ``kind``."""
        self.led[FOUND + path].add(OUTLINES + kind)

    def holders(self, kind: str, paths: Iterable[str]) -> None:
        """Note which files have names of ``kind``, as the outlines tell."""
        self._note(OUTLINES + kind, ALWAYS)
        self.led[OUTLINES + kind].update(paths, (OUTLINES,))

    def found(self, path: str) -> None:
        """Note that something was found in ``path``, or nothing: that rests on its text before all."""
        self._note(FOUND + path, ALWAYS)
        self.led[FOUND + path].add(path)

    def take(self) -> Consulted:
        """What was noted since the last time."""
        taken = Consulted(self.led, self.states, self.torn)
        self.led, self.states, self.torn = defaultdict(set), {}, set()
        return taken

    def add(self, other: Consulted) -> None:
        """Note what was noted elsewhere."""
        for path, steps in other.led.items():
            self.led[path] |= steps
        for path, state in other.states.items():
            self._note(path, state)
        self.torn |= other.torn

    def _note(self, path: str, state: str) -> None:
        if self.states.setdefault(path, state) != state:
            self.torn.add(path)


class Unasked(Consulted):
    """Notes no states: nobody will ask whether what was found still holds."""

    __slots__ = ()

    def text(self, path: str, source: bytes) -> None:
        """Nothing is noted."""

    def folder(self, path: str, names: Iterable[str] | None) -> None:
        """Nothing is noted."""

    def files(self, paths: Iterable[str] | None) -> None:
        """Nothing is noted."""

    def outline(self, path: str, found: Outline | None, steps: Iterable[str] = ()) -> None:
        """Nothing is noted."""

    def take(self) -> Consulted:
        """Nothing was noted."""
        self.led.clear()
        return self


def text_state(source: bytes) -> str:
    """What tells one text from another."""
    # Not for those who only have something noted that nobody asks for; and hashlib loads OpenSSL, which takes longer
    # than all that is hashed here.
    try:
        from _blake2 import blake2b
    except ImportError:
        from hashlib import blake2b

    return blake2b(source, digest_size=16).hexdigest()


def files_state(paths: Iterable[str] | None) -> str:
    """What tells one list of files from another."""
    return UNREADABLE if paths is None else text_state("\0".join(paths).encode("utf-8", "surrogateescape"))


def folder_state(names: Iterable[str] | None) -> str:
    """What tells one list of entries from another, as far as they can be imported."""
    if names is None:
        return FOLDER + UNREADABLE
    modules = sorted(name for name in names if name.endswith(".py") or ("." not in name and name != "__pycache__"))
    return FOLDER + text_state("\0".join(modules).encode("utf-8", "surrogateescape"))
