"""The ends to which values come, and the equations that say how they come there."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntFlag

from dbos_lint.records import NamedTuple
from dbos_lint.semantics.flows import Origin
from dbos_lint.semantics.values import FunctionKey


class Sink(IntFlag):
    """The ends to which a value comes; several at once, and none where it is dropped."""

    STEERS = 1
    """It decides whether, or how often, durable calls run."""
    POLLS = 2
    """It is in the condition of a ``while`` around durable calls."""
    CHECKED = 4
    """Whether there is any value at all matters."""
    DURABLE = 8
    """It is an argument of a durable call: a step, a child workflow, a start, a message ..."""
    SLEEPS = 16
    """It is how long ``DBOS.sleep`` sleeps."""
    WAITS = 32
    """It is a timeout, or a workflow's ID, for which dbos does not ask again once it has recorded the wait."""
    RECORDED = 64
    """It becomes data: an event, a value of a stream, the result or the error of the workflow."""
    LASTS = 128
    """It is kept in what outlives the function: a global, a closure, an argument that is changed."""
    LOGGED = 256
    """It goes to logging, printing, tracing or metrics."""
    UNKNOWN = 512
    """It goes where it cannot be followed."""
    RETURNED = 1024
    """The function gives it back, and what its callers do with it is not known."""
    KEPT = 2048
    """It is kept in ``self``, and what comes of the object is not known."""
    ESCAPES = 4096
    """It decides whether the function raises."""

    @property
    def matters(self) -> bool:
        """Whether a run that has another value may do anything else than log and wait."""
        return bool(self & ~_HARMLESS)

    @property
    def repeats(self) -> bool:
        """Whether recovery may run other code, or repeat an effect with another value; in doubt, it may."""
        return bool(self & ~(_HARMLESS | Sink.RECORDED))


_HARMLESS = Sink.LOGGED | Sink.WAITS
OPEN = Sink.RETURNED | Sink.KEPT | Sink.ESCAPES
"""What the callers of a function decide."""
NONE = Sink(0)


class Node(NamedTuple):
    """An origin in a function."""

    key: FunctionKey
    origin: Origin


class Into(NamedTuple):
    """A value goes into ``node``, a parameter of a function that is run: what that function returns of it goes on as
    ``result``, and what it keeps in its ``self`` as ``object``, or to an end. What matters there comes to ``instead``,
    if that is given."""

    node: Node
    result: Node | Sink
    object: Node | Sink
    instead: Sink = Sink(0)


class Equation:
    """What becomes of a node: some ends at once, and what becomes of others."""

    __slots__ = ("ends", "into", "nodes")

    def __init__(self, ends: Sink, nodes: tuple[Node, ...], into: tuple[Into, ...]) -> None:
        self.ends = ends
        self.nodes = nodes
        self.into = into

    def onwards(self) -> Iterator[Node]:
        """The nodes on which this one depends."""
        yield from self.nodes
        for into in self.into:
            for each in into:
                if isinstance(each, Node):
                    yield each
