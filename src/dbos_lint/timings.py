"""Where the time goes, for ``--timings``: measured only where somebody asks for it, and else for next to nothing.

A phase counts what runs in it and in no phase within it, so that all of them together are the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import wraps
from time import perf_counter
from typing import Any

from dbos_lint.paths import shown

# The phases of a run, in the order in which it begins them; what is in none of them is the last.
PHASES = ("start", "find", "read", "load", "parse", "collect", "judge", "keep", "report", "other")
_RULES = "judge "
_MOST = 15


class Clock:
    """Adds up how long each phase takes. ``now`` tells the time."""

    def __init__(self, now: Callable[[], float] = perf_counter) -> None:
        self.spent: dict[str, float] = {}
        self.files: dict[str, float] = {}
        self._now = now
        self._open = ["other"]
        self._since = now()

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        self._turn()
        self._open.append(name)
        try:
            yield
        finally:
            self._turn()
            self._open.pop()

    @contextmanager
    def file(self, path: str) -> Iterator[None]:
        before = self._now()
        try:
            yield
        finally:
            self.files[path] = self.files.get(path, 0.0) + self._now() - before

    def watch(self, visitor: object, methods: Iterable[str]) -> None:
        """Make each of the ``methods`` that ``visitor`` has a phase of judging, called as its part of the rules is."""
        part = type(visitor).__module__.removeprefix("dbos_lint.rules.").replace(".", "/")
        for name in methods:
            method = getattr(visitor, name, None)
            if method is not None:
                setattr(visitor, name, self._watched(method, f"{_RULES}{part}"))

    def stop(self) -> None:
        """Count the time until now."""
        self._turn()

    def _turn(self) -> None:
        now = self._now()
        self.spent[self._open[-1]] = self.spent.get(self._open[-1], 0.0) + now - self._since
        self._since = now

    def _watched(self, method: Callable[..., None], name: str) -> Callable[..., None]:
        @wraps(method)
        def watched(*args: Any) -> None:
            with self.phase(name):
                method(*args)

        return watched

    # ------------------------------------------------------------------ what came out

    @property
    def phases(self) -> dict[str, float]:
        """The seconds of each of the :data:`PHASES`."""
        found = dict.fromkeys(PHASES, 0.0)
        for name, seconds in self.spent.items():
            found["judge" if name.startswith(_RULES) else name] += seconds
        return found

    @property
    def parts(self) -> dict[str, float]:
        """The seconds of each part of the rules, and of what they all share."""
        shared = {"engine": self.spent.get("judge", 0.0)}
        return shared | {name[len(_RULES) :]: each for name, each in self.spent.items() if name.startswith(_RULES)}

    def table(self, cwd: str) -> list[str]:
        """All of it in rows of text, in milliseconds; of the parts and files the slowest."""
        phases = self.phases
        total = sum(phases.values())
        files = {shown(path, cwd): seconds for path, seconds in self.files.items()}
        rows = [f"{'total':<8}{_ms(total)}"]
        rows += (f"{name:<8}{_ms(seconds)}  {seconds / total:4.0%}" for name, seconds in phases.items())
        rows += ["judge, by part of the rules:", *_slowest(self.parts)]
        rows += ["slowest files:", *_slowest(files)]
        return rows


def _slowest(spent: dict[str, float]) -> Iterator[str]:
    ranked = sorted(spent.items(), key=lambda item: (-item[1], item[0]))
    yield from (f"{_ms(seconds)}  {name}" for name, seconds in ranked[:_MOST])
    if len(ranked) > _MOST:
        yield f"{_ms(sum(seconds for _, seconds in ranked[_MOST:]))}  {len(ranked) - _MOST} others"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:9.1f} ms"


_clock: Clock | None = None
_NOTHING = nullcontext()


def running() -> Clock | None:
    """The clock, if this run is measured."""
    return _clock


def phase(name: str) -> AbstractContextManager[None]:
    """What runs within it is the phase ``name``."""
    return _NOTHING if _clock is None else _clock.phase(name)


def file(path: str) -> AbstractContextManager[None]:
    """What runs within it is for the file ``path``."""
    return _NOTHING if _clock is None else _clock.file(path)


@contextmanager
def measured() -> Iterator[Clock]:
    """Measure what runs within; what this process did before is the start."""
    global _clock
    from time import process_time

    clock = Clock()
    clock.spent["start"] = process_time()
    _clock = clock
    try:
        yield clock
    finally:
        _clock = None
        clock.stop()
