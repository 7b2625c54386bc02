"""Which files name dbos, and what files import: told by their bytes, without a parser and without the engine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from dbos_lint.settings import Settings

# Who has ``DBOS`` from a file of the project imports what names dbos; from elsewhere, nothing is known of it.
_NAME = b"dbos"
_WORD = b"import"
# One import statement, from its first letter or, behind the mark, from the start of the file. No part of it can be read
# as another, and it ends where the next one starts: a file of nothing but beginnings of such statements takes no more
# time than any other.
_STATEMENT = (
    rb"(?:\xef\xbb\xbf)?[ \t\f]*(?:lazy[ \t]+)?"
    rb"(?:from\b(?P<dots>[ \t.]*)(?P<module>(?:\w[\w.]*[ \t]+(?:[\w.]+[ \t]+)*?)?)import\b"
    rb"(?P<names>[ \t]*\((?:[^()#]+|#[^\n]*)*|[^\n;]*)"
    rb"|import[ \t]+(?P<modules>[\w., \t]+))"
)
_COMMENT = rb"#[^\n]*"
_MEMBER = rb"(\w+)(?:\s+as\s+\w+)?"


def needles(settings: Settings) -> tuple[bytes, ...]:
    """What a file holds that names dbos or a configured decorator."""
    decorators = (*settings.workflow_decorators, *settings.step_decorators, *settings.transaction_decorators)
    return (_NAME, *(name.rpartition(".")[2].rstrip("*").encode() for name in decorators))


def mentions(source: bytes, needles: Iterable[bytes]) -> bool:
    """Whether one of ``needles`` is in ``source``, also where each of its characters takes two bytes or four."""
    if is_wide(source[:4]):
        source = source.replace(b"\0", b"")
    return any(needle in source for needle in needles)


def is_wide(source: bytes | bytearray) -> bool:
    """Whether what starts with ``source`` looks like UTF-16 or UTF-32, in which no name can be found as it is."""
    return b"\0" in source or source.startswith((b"\xff\xfe", b"\xfe\xff"))


def imports(source: bytes) -> Iterator[tuple[int, str, bytes]]:
    """The imports of a file: how many dots, which module, and what :func:`members` reads.

    What only looks like an import, in a string, is among them.
    """
    source = joined(source)
    # Looking for the word and then for the start of its line is much faster than a search for lines that match.
    statement = re.compile(_STATEMENT)
    end, place = 0, source.find(_WORD)
    while place >= 0:
        start = max(source.rfind(b"\n", end, place) + 1, end)
        found = statement.match(source, start) or _match_inside(statement, source, start, place)
        # What looks like brackets may be words, that are never closed: the next line may hold the next statement.
        end = source.find(b"\n", place)
        if found is not None:
            end = min(found.end(), end) if end >= 0 else found.end()
            dots, module, names, modules = found.groups(b"")
            if modules:
                for part in modules.split(b","):
                    if words := part.split():
                        yield 0, words[0].decode("ascii"), b""
            else:
                yield dots.count(b"."), b"".join(module.split()).decode("ascii"), names
        place = source.find(_WORD, end) if end >= 0 else -1


def _match_inside(statement: re.Pattern[bytes], source: bytes, start: int, place: int) -> re.Match[bytes] | None:
    """The statement around ``place`` that stands behind another one, or behind what it depends on, in a line."""
    mark = max(source.rfind(b";", start, place), source.rfind(b":", start, place))
    return statement.match(source, mark + 1) if mark >= 0 else None


def joined(source: bytes) -> bytes:
    """``source`` with one kind of line ends, and continued lines as one."""
    if b"\r" in source:
        source = source.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return source.replace(b"\\\n", b" ") if b"\\" in source else source


def members(names: bytes) -> list[str]:
    """The names that are imported from a module, each of which may be a module, too."""
    return [name.decode("ascii") for name in re.findall(_MEMBER, re.sub(_COMMENT, b"", names))]
