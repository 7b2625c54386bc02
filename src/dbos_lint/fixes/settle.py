"""Many changes at once, and what to leave out where that does not work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")
S = TypeVar("S")


@dataclass(slots=True)
class Settled(Generic[T, S]):
    """What came of trying: the state that the ``kept`` items lead to (``None`` without any), and why the others were
    dropped."""

    state: S | None = None
    kept: tuple[T, ...] = ()
    dropped: list[tuple[T, str]] = field(default_factory=list)


def settle(items: Sequence[T], attempt: Callable[[Sequence[T]], S | str]) -> Settled[T, S]:
    """Take as many of ``items`` as work together, in their order.

    ``attempt`` gives the state that some items lead to, or the reason, as a string, why they do not work. Culprits are
    found by halving.
    """
    settled: Settled[T, S] = Settled()
    pending = [tuple(items)] if items else []
    while pending:
        some = pending.pop()
        state = attempt((*settled.kept, *some))
        if not isinstance(state, str):
            settled.state, settled.kept = state, (*settled.kept, *some)
        elif len(some) == 1:
            settled.dropped.append((some[0], state))
        else:
            half = len(some) // 2
            pending += [some[half:], some[:half]]
    return settled
