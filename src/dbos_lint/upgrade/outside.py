"""What an upgrade asks for outside of Python: configuration, scripts, requirements."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

from dbos_lint.catalog.history import Version, label, version
from dbos_lint.catalog.upgrades import LINES, NOTES, Line, Note
from dbos_lint.reading import read
from dbos_lint.records import NamedTuple
from dbos_lint.syntax.parse import with_newlines
from dbos_lint.target import detected

_BIGGEST = 1_000_000
_WORKFLOWS = os.path.join(".github", "workflows")


class Outside(NamedTuple):
    """A line of a file that a person has to change. ``row`` is 0 for the file as a whole."""

    filename: str
    row: int
    old: str
    text: str


def outside(folders: Iterable[str], since: Version, until: Version) -> Iterator[Outside]:
    """What is to be changed by hand in the files that stand in ``folders`` themselves."""
    lines = [line for line in LINES if since < line.since <= until]
    for folder in sorted({*folders, *(os.path.join(folder, _WORKFLOWS) for folder in folders)}):
        for name in _names(folder):
            wanted = [line for line in lines if re.fullmatch(line.files, name)]
            if wanted:
                yield from _in_file(os.path.join(folder, name), wanted)


def requirement(root: str, until: Version) -> Iterator[Outside]:
    """The file by which the project at ``root`` asks for an older dbos."""
    target = detected(root)
    if target is not None and version(target.version) < until:
        text = f"it asks for dbos {target.version}: ask for {label(until)}, and lock it anew"
        yield Outside(target.source, 0, "", text)


def notes(texts: Iterable[bytes], since: Version, until: Version) -> tuple[Note, ...]:
    """What is otherwise though nothing was rewritten, for a program of these texts."""
    known = list(texts)
    return tuple(
        note
        for note in NOTES
        if since < note.since <= until and any(word.encode() in text for word in note.words for text in known)
    )


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def _in_file(path: str, lines: Iterable[Line]) -> Iterator[Outside]:
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > _BIGGEST:
            return
        rows = with_newlines(read(path).decode("utf-8", "replace")).split("\n")
    except OSError:
        return
    for number, row in enumerate(rows, 1):
        for line in lines:
            if not row.lstrip().startswith("#") and re.match(line.pattern, row):
                yield Outside(path, number, row.strip(), line.text)
