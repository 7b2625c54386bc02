"""What the linting of files has asked of other files: what a later run must find unchanged to keep their findings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dbos_lint.outlines import Outline

WHOLE = "*"
"""Stands for all files of the project, in place of a path."""
OUTLINES = "**"
"""Stands for the outlines of all files of the project; with a question behind it, for what all files answer."""
OUTLINE = "#"
"""With what the name of the outline of a file begins, in place of a path; the path follows."""
FOUND = "!"
"""With what the name of the findings of a file begins; its path follows. Who imports the file does not rest on them."""
TOLD = "@"
"""With what the name of an answer begins that others are told: a question, and behind a space what it is about. Its
state is the answer itself, as JSON: it may stay as it was where what it rests on does not."""
HOLDERS = "holders"
"""The question which files may have names of a kind."""
LISTED = "*="
"""Stands for the list of the files of the project, whatever is in them."""
LOADERS = "^"
"""With what the name of all that tells which programs load a file begins; its path follows."""
CLAIMED = "~"
"""With what the name of all that tells who registers workflows by a name begins."""
GROUPS = (OUTLINES, LOADERS, CLAIMED)
"""With what the names begin of all that only leads to other things."""
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
        self._note(LISTED, files_state(paths))

    def outline(self, path: str, found: Outline | None, steps: Iterable[str] = ()) -> None:
        """Note the outline of a file of the project (None where it cannot be read), and what it leads to."""
        self._note(OUTLINE + path, UNREADABLE if found is None else found.state)
        self.led[OUTLINES].add(OUTLINE + path)
        self.led[OUTLINE + path].update(steps)

    def told(self, name: str, find: Callable[[], Any], steps: Iterable[str]) -> None:
        """Note what others are told as ``name``, and what that rests on."""
        import json  # not for those who only have something noted that nobody asks for

        self._note(name, json.dumps(find(), separators=(",", ":")))
        self.led[name].update(steps)

    def asked(self, path: str, name: str) -> None:
        """Note that what is found in ``path`` rests on what goes by ``name``."""
        self.led[FOUND + path].add(name)

    def group(self, name: str, steps: Iterable[str]) -> None:
        """Note all that what goes by ``name`` rests on."""
        self._note(name, ALWAYS)
        self.led[name].update(steps)

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

    def told(self, name: str, find: Callable[[], Any], steps: Iterable[str]) -> None:
        """Nothing is noted."""

    def group(self, name: str, steps: Iterable[str]) -> None:
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
