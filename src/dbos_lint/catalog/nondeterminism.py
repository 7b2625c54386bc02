"""What differs between two runs of the same code, and what only looks as if it did.

The list is data: ``nondeterminism.json``, one entry a line. The longest name wins, and an allow entry whose condition
holds beats a flag entry.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import NamedTuple

# Kinds whose medium-confidence entries count by default: doing I/O is I/O, whichever library does it.
_MEDIUM_KINDS = frozenset(
    [
        "network",
        "cloud",
        "llm",
        "email",
        "messaging",
        "payment",
        "database",
        "filesystem",
        "subprocess",
        "user-input",
        "identity",
        "random",
    ]
)
# Entries that need more than their name to be a finding.
_OFF = frozenset(
    [
        "random.seed",
        "random.getstate",
        "random.setstate",
        "numpy.random.seed",
        "numpy.random.set_state",
        "linecache.checkcache",
        "linecache.getline",
        "linecache.getlines",
        "importlib.resources.open_binary",
        "importlib.resources.open_text",
        "importlib.resources.read_binary",
        "importlib.resources.read_text",
        "logging.config.fileConfig",
        "pdb.set_trace",
        # How a process ends, whatever runs in it.
        "os._exit",
        "os.abort",
        # Agent runners make no call themselves: integrations run them with models whose calls are steps.
        "agents.Runner.run",
        "agents.Runner.run_sync",
        "pydantic_ai.Agent.run",
        "pydantic_ai.Agent.run_sync",
        "pydantic_ai.Agent.run_stream",
    ]
)
# Medium entries that count in spite of their kind.
_MEDIUM_ON = frozenset(
    [
        "sys.argv",
        "decouple.config",
        "dotenv.dotenv_values",
        "dotenv.get_key",
        "dotenv.load_dotenv",
        "asyncio.AbstractEventLoop.time",
        "whenever.Instant.now",
        "whenever.ZonedDateTime.now",
        "whenever.ZonedDateTime.now_in_system_tz",
    ]
)
# Methods of a client that neither touch the network nor the database.
_INERT_METHODS = frozenset(
    ["close", "aclose", "dispose", "__enter__", "__exit__", "__aenter__", "__aexit__", "model_dump", "copy"]
)
VALUE_KINDS = frozenset(["clock", "random", "secret", "identity", "environment", "host", "process", "locale"])
"""Kinds that are a value: harmless where the value only reaches a log."""
EXTRA = "extra"
"""The kind of what the settings add without naming a kind."""


class Entry(NamedTuple):
    """A source or a look-alike: ``match`` is call, read, construct, client, method or prefix."""

    name: str
    kind: str
    match: str
    when: str | None
    flagged: bool


class Arguments(NamedTuple):
    """The shape of a call's arguments: how many ``given`` are positional, the first one if it is a constant, and the
    keywords.

    ``splat`` says that ``*args`` or ``**kwargs`` hides some.
    """

    given: int
    first: object
    keywords: frozenset[str | None]
    splat: bool = False


@cache
def _entries() -> dict[str, tuple[Entry, ...]]:
    data = json.loads(files(__package__).joinpath("nondeterminism.json").read_text(encoding="utf-8"))
    table: dict[str, list[Entry]] = {}
    for part in ("allow", "flag"):
        for entry in data[part]:
            name, kind, match = entry["name"], entry["kind"], entry["match"]
            if part == "flag" and not _counts(entry):
                continue
            table.setdefault(name, []).append(Entry(name, kind, match, entry.get("when"), part == "flag"))
    return {name: tuple(entries) for name, entries in table.items()}


def _counts(entry: dict[str, str]) -> bool:
    name = entry["name"]
    if name in _OFF:
        return False
    return entry.get("confidence") != "medium" or name in _MEDIUM_ON or entry["kind"] in _MEDIUM_KINDS


def _terminals(kinds: frozenset[str], matches: frozenset[str]) -> frozenset[str]:
    return frozenset(
        name.rpartition(".")[2]
        for name, entries in _entries().items()
        for entry in entries
        if entry.flagged and entry.kind in kinds and entry.match in matches
    )


READ_TERMINALS: frozenset[str] = _terminals(VALUE_KINDS | {"user-input"}, frozenset({"read"}))
"""Last names of what is a finding when it is merely read."""
RANDOM_TERMINALS: frozenset[str] = _terminals(frozenset({"random", "secret"}), frozenset({"call", "construct"}))
"""Last names of what gives a random value."""
VALUE_TERMINALS: frozenset[str] = _terminals(VALUE_KINDS, frozenset({"call", "construct", "read"})) - {"get", "name"}
"""Last names of what gives a value that differs: only for these is the flow of the value looked at."""


@dataclass(frozen=True, slots=True)
class Nondeterminism:
    """The catalogue together with what the settings add and take away."""

    extra: tuple[str, ...] = ()
    known: tuple[str, ...] = ()

    def is_known(self, name: str) -> bool:
        """Whether the settings declare ``name`` deterministic."""
        return any(fnmatchcase(name, pattern) for pattern in self.known)

    def added_kind(self, name: str) -> str | None:
        """The kind under which the settings add ``name``: ``pattern`` or ``pattern:kind``."""
        for pattern in self.extra:
            glob, _, kind = pattern.partition(":")
            if fnmatchcase(name, glob):
                return kind or EXTRA
        return None

    def of_call(self, name: str, base: str, arguments: Arguments) -> str | None:
        """The kind of nondeterminism of calling ``name``, or None.

        ``base`` is the class of the instance through which ``name`` was reached, or empty.
        """
        if self.extra or self.known:
            if self.is_known(name):
                return None
            added = self.added_kind(name)
            if added:
                return added
        entries = _entries().get(name)
        if entries is not None:
            holding = [entry for entry in entries if _holds(entry.when, arguments)]
            if any(not entry.flagged for entry in holding):
                return None
            for entry in holding:
                if entry.match in ("call", "construct", "method"):
                    return entry.kind
            if holding or not base:
                return None
        return _of_client(name, base) if base else None

    def of_read(self, name: str) -> str | None:
        """The kind of nondeterminism of reading the attribute ``name``, or None."""
        if self.extra or self.known:
            if self.is_known(name):
                return None
            added = self.added_kind(name)
            if added:
                return added
        for entry in _entries().get(name, ()):
            if entry.flagged and entry.match == "read":
                return entry.kind
        return None


def _of_client(name: str, base: str) -> str | None:
    """The kind of calling something of a client object: its class says what any call on it does."""
    if name.rpartition(".")[2] in _INERT_METHODS:
        return None
    for entry in _entries().get(base, ()):
        if entry.flagged and entry.match == "client":
            return entry.kind
    return None


def is_listed(name: str) -> bool:
    """Whether the list has something to say of calling ``name``."""
    return any(entry.flagged and entry.match in ("call", "method") for entry in _entries().get(name, ()))


def is_client(name: str) -> bool:
    """Whether calling ``name`` makes a client object."""
    return any(entry.flagged and entry.match == "client" for entry in _entries().get(name, ()))


@cache
def _acting() -> frozenset[str]:
    flagged = [entry for entries in _entries().values() for entry in entries if entry.flagged]
    clients = {entry.name for entry in flagged if entry.match == "client"}
    return frozenset(clients | {entry.name.rpartition(".")[0] for entry in flagged if entry.match == "method"})


def has_effects(name: str) -> bool:
    """Whether calls on an instance of the class ``name`` are in the catalogue."""
    return name in _acting()


def _holds(when: str | None, arguments: Arguments) -> bool:
    if when is None:
        return True
    condition, _, operand = when.partition(":")
    holds = _CONDITIONS.get(condition)
    return holds is not None and holds(operand, arguments)


def _missing(index: int, arguments: Arguments) -> bool:
    return arguments.given <= index and not arguments.splat


_TIMEZONES = frozenset({"tz", "tzinfo"})
_CONDITIONS: dict[str, Callable[[str, Arguments], bool]] = {
    "no-args": lambda _, a: a.given == 0 and not a.keywords and not a.splat,
    "arg-given": lambda index, a: a.given > int(index) or bool(a.keywords) or a.splat,
    "missing-arg": lambda index, a: _missing(int(index), a),
    "no-name-arg": lambda _, a: a.given == 0 and "name" not in a.keywords and not a.splat,
    "kwarg-missing": lambda name, a: name not in a.keywords and not a.splat,
    "kwarg-given": lambda name, a: name in a.keywords or a.splat,
    "no-tz-arg": lambda _, a: a.given < 2 and not (_TIMEZONES & a.keywords) and not a.splat,
    "tz-arg-given": lambda _, a: a.given >= 2 or bool(_TIMEZONES & a.keywords) or a.splat,
    "first-arg": lambda text, a: repr(a.first) == text,
    "first-arg-in": lambda texts, a: repr(a.first) in texts.split(","),
    "first-arg-not": lambda text, a: repr(a.first) != text,
}
