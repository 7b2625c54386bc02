"""Which files a run lints: those that are named, and the Python files below the folders that are named.

Links to folders are not followed, so that no walk is endless; a file that is named is linted even where it is
excluded or ignored.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Collection, Iterable
from typing import Protocol

from dbos_lint import gitignore
from dbos_lint.configuration import Configuration, begins_project
from dbos_lint.paths import absolute, upwards
from dbos_lint.patterns import matcher
from dbos_lint.reading import NOT_REGULAR
from dbos_lint.records import NamedTuple
from dbos_lint.settings import Settings
from dbos_lint.wording import cause

_EXCLUDED = "excluded"
_IGNORED = "ignored by git"
# More folders than a project has that somebody lints as one: nothing is known of it as a whole, then.
_PROJECT_FOLDERS = 5_000


class MissingPathError(Exception):
    """A path that was named does not exist."""


class Unreadable(NamedTuple):
    """A folder or file that could not be looked at, and why."""

    path: str
    reason: str


class LeftOut(NamedTuple):
    """A file or folder that a walk came to and that is not linted, and why."""

    path: str
    reason: str


class Discovery(NamedTuple):
    """The files to lint, absolute, sorted, each once; and what could not be looked at.

    ``walked`` are the folders whose entries were seen, ``skipped`` those of their entries that are no files to lint
    and yet could be imported: files and folders that are excluded or ignored, and links to folders. ``left_out`` says
    why, and of pipes and the like that have the name of a program as well.
    """

    files: tuple[str, ...]
    unreadable: tuple[Unreadable, ...] = ()
    walked: frozenset[str] = frozenset()
    skipped: frozenset[str] = frozenset()
    left_out: tuple[LeftOut, ...] = ()


def discover(paths: Iterable[str], configuration: Configuration, *, force_exclude: bool = False) -> Discovery:
    """Find the files of ``paths``; a :class:`MissingPathError` names one that does not exist.

    With ``force_exclude`` a path that is excluded is left out although it is named, as a hook needs it that names
    every changed file.
    """
    walk = _Walk(configuration)
    for named in paths:
        if not named:  # a variable of a shell that is not set: not the working folder
            raise MissingPathError("''")
        path = absolute(named)
        try:
            mode = os.stat(path).st_mode
        except FileNotFoundError:
            raise MissingPathError(path) from None
        except (OSError, ValueError) as error:
            walk.unreadable.add(Unreadable(path, cause(error)))
            continue
        if force_exclude and _is_excluded(path, configuration):
            walk.left_out[path] = _EXCLUDED
            continue
        if stat.S_ISDIR(mode):
            walk.below(path)
        elif stat.S_ISREG(mode):
            walk.files.add(path)
        else:
            walk.unreadable.add(Unreadable(path, NOT_REGULAR))
    unreadable = sorted(walk.unreadable, key=lambda item: item.path)
    told = walk.files.union(item.path for item in unreadable)
    left_out = tuple(LeftOut(*item) for item in sorted(walk.left_out.items()) if item[0] not in told)
    skipped = frozenset(walk.skipped)
    return Discovery(tuple(sorted(walk.files)), tuple(unreadable), frozenset(walk.walked), skipped, left_out)


def project_files(settings: Settings, most_folders: int = _PROJECT_FOLDERS) -> tuple[str, ...] | None:
    """The files that ``settings`` hold for, as a walk from their root finds them; None if there are too many folders.

    Folders that are projects of their own are left out. Which files a run was told to lint makes no difference.
    """
    walk = _Walk(_OneProject(settings), most_folders)
    walk.below(settings.root)
    return tuple(sorted(walk.files)) if len(walk.walked) <= most_folders else None


class _Settling(Protocol):
    """Tells the settings of the files in a folder; None where they are none of ours."""

    def for_folder(self, folder: str, names: Collection[str] | None = None) -> Settings | None: ...


class _OneProject:
    """The settings of one project, for the folders below its root."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def for_folder(self, folder: str, names: Collection[str] | None = None) -> Settings | None:
        is_other = folder != self._settings.root and begins_project(folder, names or (), self._settings)
        return None if is_other else self._settings


class _Walk:
    """Goes through folders, and keeps what it meets. It ends after ``most_folders``, where there is such a limit."""

    def __init__(self, configuration: _Settling, most_folders: int = sys.maxsize) -> None:
        self._configuration = configuration
        self._most_folders = most_folders
        self.files: set[str] = set()
        self.unreadable: set[Unreadable] = set()
        self.walked: set[str] = set()
        self.skipped: set[str] = set()
        self.left_out: dict[str, str] = {}

    def below(self, top: str) -> None:
        held = self._configuration.for_folder(top)
        excluded = _excluding(held) if held is not None else None
        pending = [(top, gitignore.holding_in(top) if held is not None and held.respect_gitignore else None)]
        while pending and len(self.walked) <= self._most_folders:
            folder, ignores = pending.pop()
            try:
                with os.scandir(folder) as scan:
                    entries = {entry.name: entry for entry in scan}
            except OSError as error:
                self.unreadable.add(Unreadable(folder, cause(error)))
                continue
            self.walked.add(folder)
            settings = self._configuration.for_folder(folder, entries)
            if settings is None:
                continue
            if folder != top:
                ignores = _within(folder, entries, ignores)
            if excluded is None or settings is not held:  # they are mostly the same
                held, excluded = settings, _excluding(settings)
            respected = ignores if settings.respect_gitignore else None
            for name, entry in entries.items():
                path = entry.path
                if entry.is_dir(follow_symlinks=False):
                    if reason := _why_left_out(path, True, excluded, respected):
                        self._leave_out(path, reason)
                    else:
                        pending.append((path, ignores))
                elif name.endswith(".py") and _is_file(entry):
                    if reason := _why_left_out(path, False, excluded, respected):
                        self._leave_out(path, reason)
                    else:
                        self.files.add(path)
                elif entry.is_symlink():
                    self._leave_out(path, _why_not_followed(entry))
                elif name.endswith(".py"):
                    self.left_out[path] = NOT_REGULAR

    def _leave_out(self, path: str, reason: str) -> None:
        self.skipped.add(path)
        self.left_out[path] = reason


def _is_excluded(path: str, configuration: Configuration) -> bool:
    """Whether a walk from the settings' root would not have come to ``path``."""
    settings = configuration.for_file(path)
    excluded = _excluding(settings)
    below = os.path.join(settings.root, "")
    return any(excluded(each) for each in upwards(path) if each == path or each.startswith(below))


def _within(folder: str, names: Collection[str], ignores: gitignore.Ignores | None) -> gitignore.Ignores | None:
    if ".git" in names:  # a repository of its own: what lies above does not count
        return gitignore.Ignores().within(folder)
    if ignores is not None and ".gitignore" in names:
        return ignores.within(folder)
    return ignores


def _excluding(settings: Settings) -> Callable[[str], bool]:
    """Tell which files and folders the settings exclude."""
    return matcher(settings.exclude + settings.extend_exclude, settings.root)


def _why_left_out(
    path: str, is_folder: bool, excluded: Callable[[str], bool], ignores: gitignore.Ignores | None
) -> str:
    """Why a file or folder is left out: nothing, where it is not."""
    if excluded(path):
        return _EXCLUDED
    return _IGNORED if ignores is not None and ignores.ignore(path, is_folder=is_folder) else ""


def _why_not_followed(link: os.DirEntry[str]) -> str:
    try:
        if link.is_dir():
            return "a link to a folder"
        return NOT_REGULAR if os.path.exists(link.path) else "a link that leads nowhere"
    except OSError:
        return "a link that leads nowhere"


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link that leads to itself
        return False
