"""What differs between two runs of the same code, and what only looks as if it did.

The list is data: ``nondeterminism.json``, one name a line, below what is said of it. The longest name wins, and an
allow entry whose condition holds beats a flag entry. An entry's ``confidence`` is ``high``, ``medium`` (the name alone
is not enough to be sure: for those who ask for guesses) or ``low`` (never reported; kept as a record).
"""

from __future__ import annotations

from ast import literal_eval
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache

from dbos_lint.catalog.globs import matching
from dbos_lint.catalog.stored import stored
from dbos_lint.records import NamedTuple

# Methods of a client that neither touch the network nor the database.
_INERT_METHODS = frozenset(
    ["close", "aclose", "dispose", "__enter__", "__exit__", "__aenter__", "__aexit__", "model_dump", "copy"]
)
VALUE_KINDS = frozenset(["clock", "random", "secret", "identity", "environment", "host", "process", "locale"])
"""Kinds that are a value: harmless where the value only reaches a log."""
EXTRA = "extra"
"""The kind of what the settings add without naming a kind."""


class Entry:
    """What is said of the ``names`` of sources or look-alikes: ``match`` is call, read, construct, client, method or
    prefix; ``guess`` says that the name alone is not enough to be sure."""

    __slots__ = ("flagged", "guess", "kind", "match", "names", "when")

    def __init__(
        self, names: Sequence[str], kind: str, match: str, when: str | None, flagged: bool, guess: bool
    ) -> None:
        self.names = names
        self.kind = kind
        self.match = match
        self.when = when
        self.flagged = flagged
        self.guess = guess


class Source(NamedTuple):
    """That something differs between runs, and how sure that is."""

    kind: str
    guess: bool = False


class Arguments:
    """The shape of a call's arguments: how many ``given`` are positional, the first one if it is a constant, and the
    keywords.

    ``splat`` says that ``*args`` or ``**kwargs`` hides some.
    """

    __slots__ = ("first", "given", "keywords", "splat")

    def __init__(self, given: int, first: object, keywords: frozenset[str | None], splat: bool = False) -> None:
        self.given = given
        self.first = first
        self.keywords = keywords
        self.splat = splat


def _listed() -> Iterator[Entry]:
    content = stored("nondeterminism.json")
    for part in ("allow", "flag"):
        for row in content[part]:
            sure = row.get("confidence")
            if sure != "low":
                yield Entry(row["names"], row["kind"], row["match"], row.get("when"), part == "flag", sure == "medium")


_LISTED = tuple(_listed())


@cache
def _by_name() -> Mapping[str, Sequence[Entry]]:
    """The entries of each name, the allow entries first."""
    found: dict[str, list[Entry]] = {}
    for entry in _LISTED:
        for name in entry.names:
            found.setdefault(name, []).append(entry)
    return found


def _entries(name: str) -> Sequence[Entry]:
    return _by_name().get(name, ())


def _flagged(matches: Collection[str], kinds: Collection[str] | None = None) -> Iterator[str]:
    """The names of the flag entries of such ``kinds``, or of all."""
    for entry in _LISTED:
        if entry.flagged and entry.match in matches and (kinds is None or entry.kind in kinds):
            yield from entry.names


def _terminals(kinds: Collection[str], matches: Collection[str]) -> frozenset[str]:
    return frozenset([name.rpartition(".")[2] for name in _flagged(matches, kinds)])


READ_TERMINALS: frozenset[str] = _terminals(VALUE_KINDS | {"user-input"}, ("read",))
"""Last names of what is a finding when it is merely read."""
VALUE_TERMINALS: frozenset[str] = _terminals(VALUE_KINDS, ("call", "construct", "read")) - {"get", "name"}
"""Last names of what gives a value that differs."""


class Nondeterminism:
    """The catalogue together with what the settings add and take away; ``guesses`` says whether what is not sure
    counts."""

    __slots__ = ("_extra", "_known", "guesses")

    def __init__(self, extra: tuple[str, ...] = (), known: tuple[str, ...] = (), guesses: bool = False) -> None:
        added = [pattern.partition(":") for pattern in extra]
        self._extra = [(matching(pattern), kind or EXTRA) for pattern, _, kind in added]
        self._known = [matching(pattern) for pattern in known]
        self.guesses = guesses

    @property
    def adds(self) -> bool:
        """Whether the settings add anything."""
        return bool(self._extra)

    @property
    def by_settings(self) -> bool:
        """Whether the settings add or take away anything."""
        return bool(self._extra or self._known)

    def is_known(self, name: str) -> bool:
        """Whether the settings declare ``name`` deterministic."""
        return any(fits(name) for fits in self._known)

    def added_kind(self, name: str) -> str | None:
        """The kind under which the settings add ``name``: ``pattern`` or ``pattern:kind``."""
        return next((kind for fits, kind in self._extra if fits(name)), None)

    def of_call(self, name: str, base: str, arguments: Arguments) -> Source | None:
        """The nondeterminism of calling ``name``, or None.

        ``base`` is the class of the instance through which ``name`` was reached, or empty.
        """
        if self.by_settings:
            if self.is_known(name):
                return None
            added = self.added_kind(name)
            if added:
                return Source(added)
        entries = _entries(name)
        if entries:
            holding = [entry for entry in entries if _holds(entry.when, arguments)]
            if any(not entry.flagged for entry in holding):
                return None
            for entry in holding:
                if entry.match in ("call", "construct", "method"):
                    return self._made_by(entry)
            if holding or not base:
                return None
        return self._of_client(name, base) if base else None

    def of_read(self, name: str) -> Source | None:
        """The nondeterminism of reading the attribute ``name``, or None."""
        if self.by_settings:
            if self.is_known(name):
                return None
            added = self.added_kind(name)
            if added:
                return Source(added)
        for entry in _entries(name):
            if entry.flagged and entry.match == "read":
                return self._made_by(entry)
        return None

    def _of_client(self, name: str, base: str) -> Source | None:
        """What calling something of a client object is: its class says what any call on it does."""
        if name.rpartition(".")[2] in _INERT_METHODS:
            return None
        for entry in _entries(base):
            if entry.flagged and entry.match == "client":
                return self._made_by(entry)
        return None

    def _made_by(self, entry: Entry) -> Source | None:
        return Source(entry.kind, entry.guess) if self.guesses or not entry.guess else None


def is_flagged(name: str) -> bool:
    """Whether the list names a source ``name``, on whatever condition."""
    return any(entry.flagged for entry in _entries(name))


@cache
def is_listed(name: str) -> bool:
    """Whether the list has something to say of calling ``name``."""
    return any(entry.flagged and entry.match in ("call", "method") for entry in _entries(name))


@cache
def is_client(name: str) -> bool:
    """Whether calling ``name`` makes a client object."""
    return any(entry.flagged and entry.match == "client" for entry in _entries(name))


@cache
def _acting() -> frozenset[str]:
    return frozenset({*_flagged(("client",)), *(name.rpartition(".")[0] for name in _flagged(("method",)))})


@cache
def is_allowed(name: str) -> bool:
    """Whether the list says of calling ``name`` itself that it does no harm."""
    return any(not entry.flagged and entry.match == "call" and entry.when is None for entry in _entries(name))


@cache
def asks_first(name: str) -> bool:
    """Whether what calling ``name`` is depends on the first argument."""
    return any((entry.when or "").startswith("first-arg") for entry in _entries(name))


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


@cache
def _constants(texts: str) -> tuple[object, ...]:
    constants: tuple[object, ...] = literal_eval(f"({texts},)")
    return constants


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
    "first-arg": lambda text, a: a.first in _constants(text),
    "first-arg-in": lambda texts, a: a.first in _constants(texts),
    "first-arg-not": lambda text, a: a.first not in _constants(text),
}
