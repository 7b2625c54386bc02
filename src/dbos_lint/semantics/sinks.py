"""Where values end up: the words in which rules ask."""

from __future__ import annotations

from enum import IntFlag


class Sink(IntFlag):
    """The ends to which a value comes; several at once, and none where it is dropped."""

    STEERS = 1
    """It decides whether, or how often, durable calls run."""
    DURABLE = 2
    """It is an argument of a durable call: a step, a child workflow, a start, a message ..."""
    SLEEPS = 4
    """It is how long ``DBOS.sleep`` sleeps."""
    WAITS = 8
    """It is a timeout, or a workflow's ID, which dbos does not ask for again once it has recorded the wait."""
    RECORDED = 16
    """It becomes data: an event, a value of a stream, the result or the error of the workflow."""
    LASTS = 32
    """It is kept in what outlives the function: a global, ``self``, a closure, an argument that it changes."""
    LOGGED = 64
    """It goes to logging, printing, tracing or metrics."""
    RETURNED = 128
    """The function gives it back, where that is not known to be a workflow's result."""
    UNKNOWN = 256
    """It goes where it cannot be followed."""

    @property
    def matters(self) -> bool:
        """Whether a run whose value is another may do anything else than log and wait."""
        return bool(self & ~(Sink.LOGGED | Sink.WAITS))

    @property
    def repeats(self) -> bool:
        """Whether recovery may run other code, or repeat an effect with another value; in doubt, it may."""
        return bool(self & (Sink.STEERS | Sink.DURABLE | Sink.SLEEPS | Sink.LASTS | Sink.UNKNOWN))
