"""How the work of the linter grows, counted in calls that it makes or lines that it runs, for seconds are nobody's to
promise."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, TypeVar

T = TypeVar("T")


def grows_with_the_text(
    shape: Callable[[int], T], lint: Callable[[T], object], size: int = 40, *, lines: bool = False
) -> bool:
    """Whether twice as much of ``shape``, a text or a project, takes about twice the work, and not four times: in
    calls, or in ``lines``, where loops call nothing."""
    listen = sys.settrace if lines else sys.setprofile

    def work(size: int) -> int:
        count = 0

        def on_event(frame: FrameType, event: str, argument: object) -> Any:
            nonlocal count
            count += event == ("line" if lines else "call")
            return on_event

        text = shape(size)
        before = sys.gettrace()
        listen(on_event)
        try:
            lint(text)
        finally:
            listen(before if lines else None)
        return count

    work(1)
    least, more, most = (work(size << power) for power in range(3))
    return most - more < 2.4 * (more - least)
