"""Which files git ignores, as far as a walk through a working tree needs it."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from dbos_lint.paths import upwards
from dbos_lint.reading import read
from dbos_lint.records import NamedTuple

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_STARS = r"\*+"
_MANY_STARS = r"\*{3,}"  # for git, as many as two
_INSIDE = r"/\*\*(/?) *$"  # all that is in a folder, which is not ignored for that
# A regular expression for a line with more of them tries too many ways.
_MOST_STARS = 2
# What no path is as long as, and what nobody has written: reading them all would take minutes.
_LONGEST_LINE = 4_096
_MOST_LINES = 10_000
_MOST_BYTES = 1_000_000
_OTHER_THAN_GLOBS = ("\\", "[^", "[[")
_EVERYTHING_COUNTS = "!*"
_LITERALS = r"[\w.-]+"  # what a path holds as a line says it
_LAST_SET = r"(\w+)\]/? *"  # a set of letters at the end of a line, as in *.py[cod], without its bracket


class Ignores(NamedTuple):
    """The ignore files that hold in a folder of a repository, the outermost first, each with its own folder."""

    specs: tuple[tuple[str, _File], ...] = ()

    def ignore(self, path: str, *, is_folder: bool) -> bool:
        """Whether ``path``, which stands below all these ignore files, is ignored; its parents are not asked."""
        for folder, spec in reversed(self.specs):
            if (verdict := _verdict(folder, spec, path, is_folder=is_folder)) is not None:
                return verdict
        return False

    def within(self, folder: str) -> Ignores:
        """What holds for the entries of ``folder``, one level further down."""
        found = tuple(_specs(folder))
        return Ignores(self.specs + found) if found else self

    def without_those_ignoring(self, folder: str) -> Ignores:
        """What is left for a walk that was told to start in ``folder``, though some of these ignore it."""
        return Ignores(tuple(item for item in self.specs if not _verdict(*item, folder, is_folder=True)))


def holding_in(folder: str) -> Ignores | None:
    """What holds for the entries of ``folder``, where a walk starts; ``None`` outside of a repository."""
    inside: list[str] = []
    for parent in upwards(folder):
        inside.append(parent)
        if os.path.exists(os.path.join(parent, ".git")):
            ignores = Ignores()
            for outer in reversed(inside[1:]):
                ignores = ignores.within(outer)
            return ignores.without_those_ignoring(folder).within(folder)
    return None


class _Wild(NamedTuple):
    """A line with many wildcards: a test for each folder and name of a path, None for any number of them."""

    number: int
    include: bool
    only_folders: bool
    parts: tuple[Callable[[str], object] | None, ...]

    def fits(self, names: list[str], *, is_folder: bool) -> bool:
        """Whether a path with these ``names`` is what the line speaks of, or stands in that: name by name, where all
        that is done so far may end."""
        ends: Iterable[int] = (0,)
        for part in self.parts:
            if part is None:
                ends = range(min(ends), len(names) + 1)
            else:
                ends = [end + 1 for end in ends if end < len(names) and part(names[end])]
            if not ends:
                return False
        is_named = is_folder or not self.only_folders
        return any(is_named or end < len(names) for end in ends)


class _File:
    """The lines of an ignore file."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = [re.sub(_INSIDE, r"/**/*\1", re.sub(_MANY_STARS, "**", line)) for line in lines if line]
        self._wild: list[_Wild] = []
        for number, line in enumerate(self._lines):
            if len(line) > _LONGEST_LINE or _wildcards(line) > _MOST_STARS:
                wild = _wild(number, line)
                if wild is not None:
                    self._wild.insert(0, wild)
                # What cannot be told ignores nothing, nor does what stands before an exception that cannot be told.
                self._lines[number] = _EVERYTHING_COUNTS if wild is None and line.startswith("!") else "#"

    @cached_property
    def _held(self) -> tuple[str, ...]:
        """Texts of which a path holds one, if a line says anything of it: most paths hold none, and then nobody needs
        the patterns, which take longer to load and to compile than a file takes to lint."""
        lines = [line for line in self._lines if not line.startswith("#")] if not self._wild else [""]
        return tuple(dict.fromkeys(text for line in lines for text in _held_by(line)))

    @cached_property
    def _spec(self) -> GitIgnoreSpec:
        """The lines, as those see them that are folders."""
        return _compiled(line.rstrip(" ").rstrip("/") or "#" for line in self._lines)

    @cached_property
    def _spec_of_files(self) -> GitIgnoreSpec:
        return _compiled(self._lines)

    def verdict(self, path: str, *, is_folder: bool) -> bool | None:
        """Whether ``path``, relative to the file's folder, is ignored; None where no line says anything of it."""
        if not any(text in path for text in self._held):
            return None
        # A folder is not asked for as such: then what stands in it would count as well, and for more.
        found = self._spec.check_file(path)
        if found.index is not None and not is_folder and self._lines[found.index].rstrip(" ").endswith("/"):
            found = self._spec_of_files.check_file(path)
        last = -1 if found.index is None else found.index
        names = path.split("/")
        for wild in self._wild:  # the last one counts
            if wild.number > last and wild.fits(names, is_folder=is_folder):
                return wild.include
        return found.include


def _held_by(line: str) -> list[str]:
    """Texts of which a path holds one, if ``line`` speaks of it."""
    before, _, behind = line.partition("[")
    runs: list[str] = re.findall(_LITERALS, before)
    letters = re.fullmatch(_LAST_SET, behind)
    if letters and runs and before.endswith(runs[-1]):
        return [runs[-1] + letter for letter in letters[1]]
    return [max(runs, key=len, default="")]


def _compiled(lines: Iterable[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    lines = list(lines)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of sets in sets, as in [[a]
        try:
            return GitIgnoreSpec.from_lines(lines)
        except (ValueError, re.error):
            return GitIgnoreSpec.from_lines(line if _is_pattern(line) else "#" for line in lines)


def _verdict(folder: str, file: _File, path: str, *, is_folder: bool) -> bool | None:
    relative = path[len(os.path.join(folder, "")) :].replace(os.sep, "/")
    return file.verdict(relative, is_folder=is_folder)


def _specs(folder: str) -> Iterator[tuple[str, _File]]:
    for name in (".git/info/exclude", ".gitignore"):
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            yield folder, _File(_lines(path))


def _lines(path: str) -> list[str]:
    try:
        text = read(path)
    except OSError:  # git warns and goes on: more files are linted, none is lost
        return []
    lines = text.decode("utf-8-sig", "surrogateescape").replace("\r\n", "\n").split("\n")
    # No earlier line would count where one says more than once what is ignored: the last one does.
    lines = list(dict.fromkeys(reversed(lines)))[::-1]
    return lines if len(lines) <= _MOST_LINES and len(text) <= _MOST_BYTES else [_EVERYTHING_COUNTS]


def _wildcards(line: str) -> int:
    """How many wildcards, of those for any number of characters, have something behind them."""
    return len(re.findall(_STARS, line.rstrip("*/ ")))


def _wild(number: int, line: str) -> _Wild | None:
    """The ``line`` with many wildcards; None where it says more than they do."""
    from fnmatch import translate

    pattern = line.rstrip(" ")
    if len(line) > _LONGEST_LINE or any(other in pattern for other in _OTHER_THAN_GLOBS):
        return None
    include = not pattern.startswith("!")
    names = pattern.removeprefix("!").split("/")
    only_folders = not names[-1]
    if only_folders:
        del names[-1]
    if len(names) == 1:
        names.insert(0, "**")
    elif not names[0]:
        del names[0]
    parts = tuple(None if name == "**" else re.compile(translate(name), re.DOTALL).match for name in names)
    return _Wild(number, include, only_folders, parts)


def _is_pattern(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except (ValueError, re.error):
        return False
    return True
