"""How the work of the linter grows, counted in calls that it makes, for seconds are nobody's to promise."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

T = TypeVar("T")


def grows_with_the_text(shape: Callable[[int], T], lint: Callable[[T], object], size: int = 40) -> bool:
    """Whether twice as much of ``shape``, a text or a project, takes about twice the work, and not four times."""

    def work(size: int) -> int:
        count = 0

        def on_event(frame: FrameType, event: str, argument: object) -> None:
            nonlocal count
            count += event == "call"

        text = shape(size)
        sys.setprofile(on_event)
        try:
            lint(text)
        finally:
            sys.setprofile(None)
        return count

    work(1)
    least, more, most = (work(size << power) for power in range(3))
    return most - more < 2.4 * (more - least)
