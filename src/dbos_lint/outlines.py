"""What the other files of a project are told of a file by its bytes alone, without a parser.

Much of what is asked of a whole project is answered by it: no other file registers such a workflow, or is in the same
program. Such an answer stays while the outlines of all files are as they were, whatever else changes in them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from dbos_lint.consulted import text_state
from dbos_lint.mentions import imports, joined, mentions

COMPUTED = ""
"""Stands for the names of workflows that are made at run time."""
# How a file names functions, and the workflows that it gives a name of their own: by a literal, or by something else.
# Both begin with a literal: with ``\b`` in front of it the search takes several times as long, and finds the same.
_DEFINED = rb"def\s+(\w+)"
# What stands before: calls as well, one in the other.
_INNER = rb"(?:[^()]|\((?:[^()]|\((?:[^()]|\([^()]{0,500}\)){0,500}\)){0,500}\)){0,2000}?"
_NAMED = rb"workflow\s*\(" + _INNER + rb"\bname\s*=\s*(?:[\"']([^\"']+)[\"']|)"


class Outline:
    """The ``kinds`` of names that a file may hold, the ``words`` by which it may name workflows, whether it names dbos
    or a configured decorator, and what it imports; too much of it does no harm. What nobody asks for is not looked for.
    """

    def __init__(self, source: bytes, needles: Sequence[bytes]) -> None:
        """``needles`` are what :func:`dbos_lint.mentions.needles` tells."""
        self._source = source.replace(b"\r\n", b"\n")  # some read files so
        self.kinds = kinds_in(self._source)
        self.is_naming = mentions(self._source, needles)

    @cached_property
    def words(self) -> frozenset[str]:
        from dbos_lint.catalog.names import WORKFLOW

        return words_in(self._source) if WORKFLOW in self.kinds else frozenset()

    @cached_property
    def imports(self) -> tuple[tuple[int, str, bytes], ...]:
        return tuple(imports(self._source))

    @property
    def state(self) -> str:
        """What tells it from another."""
        return text_state(ascii((sorted(self.kinds), sorted(self.words), self.is_naming, self.imports)).encode())


def words_in(source: bytes) -> frozenset[str]:
    """The words by which a file may name workflows."""
    source = joined(source)
    found = {*re.findall(_DEFINED, source), *re.findall(_NAMED, source)}
    return frozenset(word.decode("utf-8", "replace") for word in found)


def kinds_in(source: bytes) -> frozenset[str]:
    """The kinds of names that a file may hold."""
    from dbos_lint.catalog.names import NEEDLES

    return frozenset(kind for kind, needles in NEEDLES.items() if any(needle in source for needle in needles))
