"""Python's collector of garbage: it looks through all that a run knows, again and again, and finds nothing."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


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
