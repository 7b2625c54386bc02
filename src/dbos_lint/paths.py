"""File names as strings: made absolute once, shown relative to the working folder."""

# Strings, since a large tree has thousands of names, and not Path.resolve, since that follows links.

from __future__ import annotations

import os
from collections.abc import Iterator

STDIN = "-"


def absolute(path: str) -> str:
    """``path`` from the root, without ``..``; links stay as they are, and so does the name of the standard input."""
    return path if path == STDIN else os.path.abspath(path)


def shown(path: str, cwd: str) -> str:
    """``path`` as text output names it: relative to ``cwd`` where it is below it."""
    below = os.path.join(cwd, "")
    return path[len(below) :] if path.startswith(below) else path


def parent(path: str) -> str:
    """The folder that an absolute ``path`` stands in, as os.path.dirname tells it in several times the time."""
    end = path.rfind(os.sep)
    return path[:end] if end > 2 else os.path.dirname(path)  # the first ones may be a root, and a drive


def upwards(folder: str) -> Iterator[str]:
    """``folder`` and the folders that it stands in, up to the root."""
    while True:
        yield folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return
        folder = parent


def folder_of(path: str, cwd: str) -> str:
    """The folder that ``path`` stands in; the standard input stands in ``cwd``."""
    return cwd if path == STDIN else parent(os.path.join(cwd, path))
