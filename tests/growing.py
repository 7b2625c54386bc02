"""How the work of the linter grows, counted in calls that it makes, for seconds are nobody's to promise."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType


def grows_with_the_text(shape: Callable[[int], str], lint: Callable[[str], object]) -> bool:
    """Whether twice as much of ``shape`` takes about twice the work, and not four times."""

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
    return work(160) - work(80) < 2.4 * (work(80) - work(40))
