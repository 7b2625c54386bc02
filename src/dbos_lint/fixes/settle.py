"""Many changes at once, and what to leave out where that does not work."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

TOO_MANY = "too many fixes of the file do not work for all of them to be tried"
T = TypeVar("T")
S = TypeVar("S")


@dataclass(slots=True)
class Settled(Generic[T, S]):
    """What came of so many ``attempts``: the state that the ``kept`` items lead to (``None`` without any), and why the
    others were dropped."""

    state: S | None = None
    kept: tuple[T, ...] = ()
    dropped: list[tuple[T, str]] = field(default_factory=list)
    attempts: int = 0


def settle(items: Sequence[T], attempt: Callable[[Sequence[T]], S | str], most: int = sys.maxsize) -> Settled[T, S]:
    """Take as many of ``items`` as work together, in their order.

    ``attempt`` gives the state that some items lead to, or the reason, as a string, why they do not work. Culprits are
    found by halving, for which ``most`` attempts are made: what is not settled by then is dropped.
    """
    settled: Settled[T, S] = Settled()
    pending = [tuple(items)] if items else []
    while pending:
        some = pending.pop()
        if settled.attempts >= most:
            settled.dropped += [(each, TOO_MANY) for each in some]
            continue
        settled.attempts += 1
        state = attempt((*settled.kept, *some))
        if not isinstance(state, str):
            settled.state, settled.kept = state, (*settled.kept, *some)
        elif len(some) == 1:
            settled.dropped.append((some[0], state))
        else:
            half = len(some) // 2
            pending += [some[half:], some[:half]]
    return settled
