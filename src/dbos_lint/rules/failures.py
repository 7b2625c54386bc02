"""Parts of the rules that raised: they are told of, and what all others found stays."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import TracebackType

from dbos_lint.diagnostic import Rule
from dbos_lint.reading import LACK_OF_MEMORY
from dbos_lint.syntax.spans import Span

_RULES = "dbos_lint.rules."
_ENGINE = "the engine"
_MOST_NAMED = 3
_MOST_FRAMES = 20


class Failure:
    """A fault of the linter itself, which may hit many rules, and be met at many places: the first is told.

    ``parts`` say where among the rules, such as ``workflow/values``, with the codes of those there; ``row`` and
    ``column`` what of the linted file was looked at, 1 and 1 where that is not known; ``traceback`` is for whoever
    mends it.
    """

    __slots__ = ("column", "error", "parts", "row", "traceback")

    def __init__(self, error: str, row: int, column: int, traceback: str) -> None:
        self.error = error
        self.row = row
        self.column = column
        self.traceback = traceback
        self.parts: dict[str, tuple[str, ...]] = {}

    @property
    def message(self) -> str:
        """What a person is told."""
        named = ", ".join([*self.parts][:_MOST_NAMED])
        more = f" and {len(self.parts) - _MOST_NAMED} more" if len(self.parts) > _MOST_NAMED else ""
        if len(self.parts) == 1 and self.parts[named]:
            named += f" ({', '.join(self.parts[named])})"
        if self.error == RecursionError.__name__:
            return f"file is not linted by {named}{more}: it nests too deeply"
        if self.error == MemoryError.__name__:
            return f"file is not linted by {named}{more}: {LACK_OF_MEMORY}"
        return (
            f"file is not linted by {named}{more}: dbos-lint itself failed on it ({self.error}); please report this "
            "with the output of --debug"
        )


class Failures:
    """What went wrong in the rules for one file: each fault once."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, int], Failure] = {}

    def __iter__(self) -> Iterator[Failure]:
        yield from self._found.values()

    def add(self, owner: object, error: Exception, place: object = None) -> None:
        """Take down an ``error`` that ``owner``, a visitor or a method of one, raised when it looked at ``place``."""
        name = type(error).__name__
        # Where a stack ends that became too deep is chance.
        key = (name, "", 0) if isinstance(error, RecursionError) else (name, *_origin(error.__traceback__))
        if key not in self._found:
            from traceback import format_exception

            frames = format_exception(type(error), error, error.__traceback__, limit=-_MOST_FRAMES)
            if isinstance(place, Span):
                row, column = place.row, place.col + 1
            else:
                row, column = getattr(place, "lineno", 1), getattr(place, "col_offset", 0) + 1
            self._found[key] = Failure(name, row, column, "".join(frames))
        part, codes = _part(owner)
        self._found[key].parts[part] = codes


def _part(owner: object) -> tuple[str, tuple[str, ...]]:
    """Where the rules of a visitor, or of one of its methods, are declared: category and part; and their codes."""
    # A method may be inherited, or measured: where its visitor stands counts.
    method = getattr(owner, "__wrapped__", owner)
    module: str = getattr(getattr(method, "__self__", method), "__module__", "")
    part = module.removeprefix(_RULES).replace(".", "/") if module.startswith(_RULES) else _ENGINE
    if part in (_ENGINE, "visitor"):
        return _ENGINE, ()
    names = vars(sys.modules[module]).values() if module in sys.modules else ()
    return part, tuple(sorted({each.code for each in names if isinstance(each, Rule)}))


def _origin(traceback: TracebackType | None) -> tuple[str, int]:
    """Where an error was raised."""
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    return (traceback.tb_frame.f_code.co_filename, traceback.tb_lineno) if traceback is not None else ("", 0)
