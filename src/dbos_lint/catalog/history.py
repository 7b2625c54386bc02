"""The API of dbos, release by release: ``history.json``, written by ``tools/history.py``.

A symbol is written without ``dbos.``, as users write it: ``X``, ``X.member``, ``X(parameter)``,
``X.method(parameter)``, ``X[key]`` of a TypedDict, and ``error.E``. Releases are known as ``major.minor``. Deprecated
is what the text of dbos calls so; what only its documentation calls an older way is not.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from functools import cache, cached_property
from typing import Any

from dbos_lint.catalog.stored import stored
from dbos_lint.records import NamedTuple

HISTORY = "history.json"
Version = tuple[int, int]


class Kind(str, Enum):
    """What a symbol is. Every parameter is told of ``CLASS`` and ``FUNCTION`` only; ``INTERNAL`` is there, and meant
    for nobody."""

    CLASS = "class"
    FUNCTION = "function"
    TYPE = "type"
    VALUE = "value"
    KEY = "key"
    PARAMETER = "parameter"
    MODULE = "module"
    CONSTRUCTOR = "constructor"
    INTERNAL = "internal"


class Status(Enum):
    """What a release makes of a symbol."""

    NOT_YET = "not yet"
    PRESENT = "present"
    DEPRECATED = "deprecated"
    REMOVED = "removed"


class Symbol(NamedTuple):
    """A symbol: there where ``since <= version < until``. ``instead`` says what to do without it.

    ``position`` is that of a positional parameter, counted without ``self``.
    """

    name: str
    kind: Kind
    since: Version
    until: Version | None = None
    deprecated: Version | None = None
    instead: str | None = None
    position: int | None = None

    @property
    def owner(self) -> str:
        """The class, function or module that it belongs to; empty for what dbos itself holds."""
        return self._parts[0]

    @property
    def last(self) -> str:
        """The name without its owner."""
        return self._parts[2]

    @property
    def _parts(self) -> tuple[str, str, str]:
        return self.name.rstrip(")]").replace("(", ".").replace("[", ".").rpartition(".")

    def status(self, version: Version) -> Status:
        if version < self.since:
            return Status.NOT_YET
        if self.until is not None and version >= self.until:
            return Status.REMOVED
        if self.deprecated is not None and version >= self.deprecated:
            return Status.DEPRECATED
        return Status.PRESENT

    def is_in(self, version: Version) -> bool:
        return self.status(version) in (Status.PRESENT, Status.DEPRECATED)


class History:
    """Every symbol, and every public module below ``dbos``. Made of rows only as far as it is asked for."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.releases: tuple[Version, ...] = tuple([version(text) for text in content["releases"]])
        self._rows: Mapping[str, Mapping[str, Any]] = content["symbols"]
        self._modules: Mapping[str, Mapping[str, Any]] = content["modules"]
        self._known: dict[str, Symbol] = {}
        self._groups: dict[str, dict[str, Symbol]] = {}
        self._owners: dict[str, bool] = {}

    @cached_property
    def _names(self) -> Sequence[str]:
        """All names in order: what belongs to one owner stands together."""
        return sorted(self._rows)

    @property
    def newest(self) -> Version:
        return self.releases[-1]

    def symbols(self) -> Iterator[Symbol]:
        return (self._symbol(name, row) for name, row in self._rows.items())

    def get(self, name: str) -> Symbol | None:
        row = self._rows.get(name)
        return None if row is None else self._symbol(name, row)

    def module(self, name: str) -> Symbol | None:
        """The public module ``name`` below ``dbos``."""
        row = self._modules.get(name)
        return None if row is None else self._made(name, {"kind": Kind.MODULE, **row})

    def parameters(self, function: str) -> Mapping[str, Symbol]:
        """The parameters that ``function`` has, had or will have, by name; those of the constructor of a class."""
        return self._of(f"{function}(")

    def keys(self, typed_dict: str) -> Mapping[str, Symbol]:
        """The keys that ``typed_dict`` has, had or will have, by name."""
        return self._of(f"{typed_dict}[")

    def has_members(self, owner: str) -> bool:
        """Whether anything is known of the members of a class or module."""
        known = self._owners.get(owner)
        if known is None:
            known = self._owners[owner] = any(True for _ in self._below(f"{owner}." if owner else ""))
        return known

    def members(self, owner: str) -> Mapping[str, Symbol]:
        """The members of a class or module, by name; those of dbos itself for an empty name."""
        return self._of(f"{owner}." if owner else "")

    def _of(self, prefix: str) -> Mapping[str, Symbol]:
        known = self._groups.get(prefix)
        if known is None:
            found = (self._symbol(name, self._rows[name]) for name in self._below(prefix))
            known = self._groups[prefix] = {symbol.last: symbol for symbol in found}
        return known

    def _below(self, prefix: str) -> Iterator[str]:
        """The names of what belongs to an owner, whose name and the sign that follows are ``prefix``."""
        for place in range(bisect_left(self._names, prefix), len(self._names)):
            name = self._names[place]
            if not name.startswith(prefix):
                return
            if _owner(name) == prefix:
                yield name

    def _symbol(self, name: str, row: Mapping[str, Any]) -> Symbol:
        symbol = self._known.get(name)
        if symbol is None:
            symbol = self._known[name] = self._made(name, row)
        return symbol

    def _made(self, name: str, row: Mapping[str, Any]) -> Symbol:
        since, until, deprecated = (version(row[key]) if key in row else None for key in _VERSIONS)
        kind = Kind(row["kind"])
        return Symbol(name, kind, since or self.releases[0], until, deprecated, row.get("instead"), row.get("at"))


def _owner(name: str) -> str:
    """The name of the owner of ``name``, as far as it is its owner's, and the sign that follows."""
    end = name[-1]
    return name[: name.index("(") + 1] if end == ")" else name[: name.rfind("[" if end == "]" else ".") + 1]


_VERSIONS = ("since", "until", "deprecated")


@cache
def version(text: str) -> Version:
    """``major.minor`` as numbers."""
    major, minor = text.split(".")[:2]
    return int(major), int(minor)


def label(release: Version) -> str:
    return f"{release[0]}.{release[1]}"


def closest(name: str, candidates: Iterable[Symbol], target: Version, cutoff: float = 0.6) -> Symbol | None:
    """The symbol that was perhaps meant by ``name``, among those that ``target`` has and does not call deprecated."""
    from difflib import get_close_matches

    public = (each for each in candidates if each.kind is not Kind.INTERNAL)
    there = {each.last: each for each in public if each.status(target) is Status.PRESENT}
    near = get_close_matches(name, there, n=1, cutoff=cutoff)
    return there[near[0]] if near else None


@cache
def history() -> History:
    """The history, read when a rule asks for it."""
    return History(stored(HISTORY))
