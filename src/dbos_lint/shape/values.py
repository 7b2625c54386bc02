"""Shapes as values: what a function records, in which order, under which conditions."""

from __future__ import annotations

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
