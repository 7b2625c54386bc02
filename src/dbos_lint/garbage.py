"""Python's collector of garbage: it looks through all that a run knows, again and again, and finds nothing."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_OFTEN = 100_000


def less_often() -> None:
    """Let the collector come once for many thousand new objects, as type checkers do: it was made for small programs,
    and looks again and again through all that a large one knows."""
    often, *rest = gc.get_threshold()
    if 0 < often < _OFTEN:
        gc.set_threshold(_OFTEN, *rest)


@contextmanager
def left_alone(*, kept: bool = False) -> Iterator[None]:
    """Collect nothing: trees and summaries are in no circles, and looking through them takes a third of the time.

    ``kept`` says that what is there in the end is mostly here to stay: nor is it looked through later.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            if kept:
                gc.freeze()
            gc.enable()
