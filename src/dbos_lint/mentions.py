"""Which files name dbos, and what files import: told by their bytes, without a parser and without the engine."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbos_lint.settings import Settings

_NAMES = (b"dbos", b"DBOS")
_WORD = b"import"
# One import statement, from the start of its line.
_STATEMENT = re.compile(
    rb"[ \t]*(?:from\b[ \t]*(?P<dots>\.*)[ \t]*(?P<module>[\w.]*?)[ \t]*\bimport\b"
    rb"(?P<names>[ \t]*\((?:[^)#]+|#[^\n]*)*|[^\n\\]*(?:\\\r?\n[^\n\\]*)*)"
    rb"|import[ \t]+(?P<modules>[\w., \t]+))"
)
_COMMENT = re.compile(rb"#[^\n]*")
_NAME = re.compile(rb"(\w+)(?:\s+as\s+\w+)?")


def needles(settings: Settings) -> tuple[bytes, ...]:
    """What a file holds that names dbos or a configured decorator."""
    decorators = (*settings.workflow_decorators, *settings.step_decorators, *settings.transaction_decorators)
    return (*_NAMES, *(name.rpartition(".")[2].rstrip("*").encode() for name in decorators))


def imports(source: bytes) -> Iterator[tuple[int, str, bytes]]:
    """The imports of a file: how many dots, which module, and what :func:`members` reads.

    What only looks like an import, in a string, is among them.
    """
    # Looking for the word and then for the start of its line is much faster than a search for lines that match.
    place = source.find(_WORD)
    while place >= 0:
        found = _STATEMENT.match(source, source.rfind(b"\n", 0, place) + 1)
        if found is not None:
            dots, module, names, modules = found.groups(b"")
            if modules:
                for part in modules.split(b","):
                    if words := part.split():
                        yield 0, words[0].decode("ascii"), b""
            else:
                yield len(dots), module.decode("ascii"), names
        end = source.find(b"\n", place)
        place = source.find(_WORD, end) if end >= 0 else -1


def members(names: bytes) -> list[str]:
    """The names that are imported from a module, each of which may be a module, too."""
    return [name.decode("ascii") for name in _NAME.findall(_COMMENT.sub(b"", names))]
