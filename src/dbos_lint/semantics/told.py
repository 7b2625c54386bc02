"""What the files of a project tell each other of names, as plain values: no text, tree or summary is needed for it.

Nothing here tells where in a file something stands, so that a file that is edited mostly tells what it did before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dbos_lint.catalog.names import ASKS, EVENT, OFFERS, PATCH, QUEUE, SCHEDULE, STREAM, TOPIC, WORKFLOW
from dbos_lint.records import NamedTuple

KINDS = frozenset({EVENT, PATCH, QUEUE, SCHEDULE, STREAM, TOPIC, WORKFLOW})
"""The kinds of names, each of which is the question what a file tells of it, as :class:`Told`."""
LOADS = "loads"
"""The question which files a file loads when it is imported, and which then or perhaps later."""
IMPORTS = "imports"
"""The question who may import whom, to judge by the bytes of all files."""
READ = "read"
"""The question whether a file can be read."""
DECORATED = "decorated"
"""The question which functions of a file have decorators, by their handles."""


class QueueMade(NamedTuple):
    """How a queue is registered: whether it is divided for certain; how many of its workflows run at once (None where
    that is not known), ``everywhere`` or in each process."""

    divides: bool = False
    places: int | float | None = None
    everywhere: bool = False


class Made(NamedTuple):
    """The function that is registered as a workflow: its file (empty for that which registers it) and what it is called
    there (:func:`handles`), its own name, and how many of the options ``class_name`` and ``instance_name`` it needs."""

    home: str
    handle: str
    function: str
    needs: int


class Told(NamedTuple):
    """That a file names something, as others are told: ``name`` is None where it is made at run time.

    ``api`` is the qualified name of what is given the name: empty where that is a guess, so that it is not ``sure``,
    and for a workflow that is registered. ``in_tests`` says that the file is there for tests, ``in_workflow`` that a
    workflow of its own makes the call.
    """

    path: str
    in_tests: bool
    side: str
    name: str | None
    api: str = ""
    sure: bool = True
    in_workflow: bool = False
    queue: QueueMade | None = None
    workflow: Made | None = None


class Known:
    """The names of one kind in the project, each with what mentions it.

    ``open`` are the sides (``OFFERS``, ``ASKS``) that have more names than the text tells.
    """

    __slots__ = ("asked", "offered", "open")

    def __init__(
        self, offered: Mapping[str, tuple[Told, ...]], asked: Mapping[str, tuple[Told, ...]], open: frozenset[str]
    ) -> None:
        self.offered = offered
        self.asked = asked
        self.open = open


def plain(all_told: Iterable[Told]) -> list[list[Any]]:
    """What a file tells, as lists, texts and numbers: without its path, under which it is kept."""
    return [[*told[1:-2], told.queue and list(told.queue), told.workflow and list(told.workflow)] for told in all_told]


def read(path: str, values: Any) -> tuple[Told, ...]:
    """What :func:`plain` was made of."""
    return tuple(_read(path, each) for each in values)


def _read(path: str, values: list[Any]) -> Told:
    queue, workflow = values[-2:]
    found = Told(path, *values[:-2])
    return found._replace(queue=queue and QueueMade(*queue), workflow=workflow and Made(*workflow))


def sorted_out(all_told: Iterable[Told], *, complete: bool) -> Known:
    """The names by what mentions them; unless that is ``complete``, there may be more."""
    by_side: dict[str, dict[str, list[Told]]] = {OFFERS: {}, ASKS: {}}
    opened = set() if complete else {OFFERS, ASKS}
    for told in all_told:
        if told.name is None:
            opened.add(told.side)
        else:
            by_side[told.side].setdefault(told.name, []).append(told)
    offered, asked = ({name: tuple(found) for name, found in by_side[side].items()} for side in (OFFERS, ASKS))
    return Known(offered, asked, frozenset(opened))
