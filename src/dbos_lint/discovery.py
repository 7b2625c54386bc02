"""Which files a run lints: those that are named, and the Python files below the folders that are named.

Links to folders are not followed, so that no walk is endless; a file that is named is linted even where it is
excluded or ignored.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dbos_lint import gitignore
from dbos_lint.configuration import Configuration
from dbos_lint.paths import absolute
from dbos_lint.patterns import matcher
from dbos_lint.settings import Settings


class MissingPathError(Exception):
    """A path that was named does not exist."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A folder or file that could not be looked at, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Discovery:
    """The files to lint, absolute, sorted, each once; and what could not be looked at."""

    files: tuple[str, ...]
    unreadable: tuple[Unreadable, ...] = ()


def discover(paths: Iterable[str], configuration: Configuration, *, force_exclude: bool = False) -> Discovery:
    """Find the files of ``paths``; a :class:`MissingPathError` names one that does not exist.

    With ``force_exclude`` a path that is excluded is left out although it is named, as a hook needs it that names
    every changed file.
    """
    files: set[str] = set()
    unreadable: set[Unreadable] = set()
    for path in map(absolute, paths):
        try:
            mode = os.stat(path).st_mode
        except FileNotFoundError:
            raise MissingPathError(path) from None
        except (OSError, ValueError) as error:
            unreadable.add(Unreadable(path, _reason(error)))
            continue
        if force_exclude and _is_excluded(path, configuration):
            continue
        if stat.S_ISDIR(mode):
            for found in _walk(path, configuration):
                if isinstance(found, Unreadable):
                    unreadable.add(found)
                else:
                    files.add(found)
        elif stat.S_ISREG(mode):
            files.add(path)
        else:
            unreadable.add(Unreadable(path, "not a regular file"))
    return Discovery(tuple(sorted(files)), tuple(sorted(unreadable, key=lambda item: item.path)))


def _walk(top: str, configuration: Configuration) -> Iterator[str | Unreadable]:
    respected = configuration.for_folder(top).respect_gitignore
    pending = [(top, gitignore.holding_in(top) if respected else None)]
    while pending:
        folder, ignores = pending.pop()
        settings = configuration.for_folder(folder)
        try:
            with os.scandir(folder) as scan:
                entries = list(scan)
        except OSError as error:
            yield Unreadable(folder, _reason(error))
            continue
        if folder != top:
            ignores = _within(folder, {entry.name for entry in entries}, ignores)
        skipped = _skipped(settings, ignores if settings.respect_gitignore else None)
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if not skipped(entry.path, True):
                    pending.append((entry.path, ignores))
            elif entry.name.endswith(".py") and _is_file(entry) and not skipped(entry.path, False):
                yield entry.path


def _is_excluded(path: str, configuration: Configuration) -> bool:
    """Whether a walk from the settings' root would not have come to ``path``."""
    settings = configuration.for_file(path)
    excluded = matcher(settings.exclude + settings.extend_exclude, str(settings.root))
    below = [parent for parent in Path(path).parents if parent.is_relative_to(settings.root)]
    return excluded(path) or any(excluded(str(parent)) for parent in below if parent != settings.root)


def _within(folder: str, names: set[str], ignores: gitignore.Ignores | None) -> gitignore.Ignores | None:
    if ".git" in names:  # a repository of its own: what lies above does not count
        return gitignore.Ignores().within(folder)
    if ignores is not None and ".gitignore" in names:
        return ignores.within(folder)
    return ignores


def _skipped(settings: Settings, ignores: gitignore.Ignores | None) -> Callable[[str, bool], bool]:
    excluded = matcher(settings.exclude + settings.extend_exclude, str(settings.root))
    if ignores is None:
        return lambda path, is_folder: excluded(path)
    return lambda path, is_folder: excluded(path) or ignores.ignore(path, is_folder=is_folder)


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link that leads to itself
        return False


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
