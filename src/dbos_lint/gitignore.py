"""Which files git ignores, as far as a walk through a working tree needs it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from dbos_lint.paths import upwards
from dbos_lint.reading import read

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_STARS = re.compile(r"\*+")
_MOST_STARS = 4


class Ignores(NamedTuple):
    """The ignore files that hold in a folder of a repository, the outermost first, each with its own folder."""

    specs: tuple[tuple[str, GitIgnoreSpec], ...] = ()

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


def _verdict(folder: str, spec: GitIgnoreSpec, path: str, *, is_folder: bool) -> bool | None:
    relative = path[len(folder) :].lstrip("/\\")
    return spec.check_file(f"{relative}/" if is_folder else relative).include


def _specs(folder: str) -> Iterator[tuple[str, GitIgnoreSpec]]:
    for name in (".git/info/exclude", ".gitignore"):
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            yield folder, _spec(path)


def _spec(path: str) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    try:
        lines = read(path).decode("utf-8-sig", "surrogateescape").replace("\r\n", "\n").split("\n")
    except OSError:  # git warns and goes on: more files are linted, none is lost
        lines = []
    lines = [line for line in lines if not _explodes(line)]
    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:
        return GitIgnoreSpec.from_lines(line for line in lines if _is_pattern(line))


def _explodes(line: str) -> bool:
    """Whether a regular expression for ``line`` could take forever: what it ignores is linted, then."""
    folders = line.split("/")
    return folders.count("**") > _MOST_STARS or any(len(_STARS.findall(each)) > _MOST_STARS for each in folders)


def _is_pattern(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True
