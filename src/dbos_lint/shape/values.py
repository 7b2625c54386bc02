"""Shapes as values: what a function records, in which order, under which conditions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias, Union

from dbos_lint.records import NamedTuple
from dbos_lint.semantics.values import FunctionKey
from dbos_lint.syntax.spans import Span


class Place(NamedTuple):
    """Where something stands: a file's absolute path, and a span of its text."""

    filename: str
    span: Span


class Durable(NamedTuple):
    """A call that dbos records as ``name``."""

    name: str
    place: Place


class Runs(NamedTuple):
    """A call of a function of the project, which records what it records."""

    function: FunctionKey


class Choice(NamedTuple):
    """Branches of which one runs."""

    branches: tuple[Shape, ...]


class Loop(NamedTuple):
    """What runs any number of times."""

    body: Shape


class Patched(NamedTuple):
    """``if DBOS.patch(name): new else: old``."""

    name: str
    new: Shape
    old: Shape
    place: Place


class Deprecated(NamedTuple):
    """``DBOS.deprecate_patch(name)``."""

    name: str
    place: Place


Node: TypeAlias = Union["Durable", "Runs", "Choice", "Loop", "Patched", "Deprecated"]
Shape: TypeAlias = tuple[Node, ...]


class Token(NamedTuple):
    """A link of a shape laid out in a line: the name of what is recorded, or a bracket around a branch or loop."""

    text: str
    place: Place | None
    recorded: bool


class Patches(NamedTuple):
    """The patch names of a shape: those that are asked for, and those that are deprecated."""

    asked: frozenset[str]
    deprecated: frozenset[str]


_OPEN, _NEXT, _CLOSE = (Token(text, None, False) for text in "(|)")
_REPEAT = Token("*(", None, False)
# Deeper than people call helpers, and a bound on what functions that call one another make of each other.
_DEPTH = 30
_TOKENS = 20_000


class Layout:
    """Lays shapes out in a line of tokens. ``shapes`` holds those of all functions of the project."""

    def __init__(self, shapes: Mapping[FunctionKey, Shape]) -> None:
        self._shapes = shapes

    def tokens(self, shape: Shape, taken: Callable[[str], bool], marked: Callable[[str], bool]) -> list[Token]:
        """``shape`` where the patches that are ``taken`` are: a marker is recorded for those that are ``marked``."""
        found: list[Token] = []
        for token in self._tokens(shape, taken, marked, ()):
            found.append(token)
            if len(found) >= _TOKENS:
                break
        return found

    def patches(self, shape: Shape) -> Patches:
        """The patches that ``shape`` and what it runs ask for."""
        asked: set[str] = set()
        deprecated: set[str] = set()
        for node in self._nodes(shape, set()):
            if isinstance(node, Patched):
                asked.add(node.name)
            elif isinstance(node, Deprecated):
                deprecated.add(node.name)
        return Patches(frozenset(asked), frozenset(deprecated))

    def _nodes(self, shape: Shape, seen: set[FunctionKey]) -> Iterator[Node]:
        for node in shape:
            yield node
            if isinstance(node, Runs) and node.function not in seen:
                seen.add(node.function)
                yield from self._nodes(self._shapes.get(node.function, ()), seen)
            elif isinstance(node, Choice):
                for branch in node.branches:
                    yield from self._nodes(branch, seen)
            elif isinstance(node, Loop):
                yield from self._nodes(node.body, seen)
            elif isinstance(node, Patched):
                yield from self._nodes(node.new + node.old, seen)

    def _tokens(
        self, shape: Shape, taken: Callable[[str], bool], marked: Callable[[str], bool], inside: tuple[FunctionKey, ...]
    ) -> Iterator[Token]:
        for node in shape:
            if isinstance(node, Durable):
                yield Token(node.name, node.place, True)
            elif isinstance(node, Runs):
                if node.function not in inside and len(inside) < _DEPTH:
                    within = (*inside, node.function)
                    yield from self._tokens(self._shapes.get(node.function, ()), taken, marked, within)
            elif isinstance(node, Loop):
                yield from _bracketed(_REPEAT, [list(self._tokens(node.body, taken, marked, inside))])
            elif isinstance(node, Choice):
                branches = [list(self._tokens(branch, taken, marked, inside)) for branch in node.branches]
                yield from _bracketed(_OPEN, branches)
            elif isinstance(node, Patched):
                if taken(node.name) and marked(node.name):
                    yield Token(f"patch {node.name}", node.place, True)
                yield from self._tokens(node.new if taken(node.name) else node.old, taken, marked, inside)
            elif marked(node.name):
                yield Token(f"patch {node.name}", node.place, True)


def _bracketed(opening: Token, parts: list[list[Token]]) -> Iterator[Token]:
    """The parts in brackets; nothing where no part records anything."""
    if any(parts):
        yield opening
        for number, part in enumerate(parts):
            if number:
                yield _NEXT
            yield from part
        yield _CLOSE
