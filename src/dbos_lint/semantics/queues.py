"""What the text tells of queues: the limits that a call gives them, and which queue an object is."""

from __future__ import annotations

from collections.abc import Mapping

from dbos_lint.catalog import api
from dbos_lint.semantics.calls import Calls
from dbos_lint.semantics.literals import literals, strings
from dbos_lint.semantics.naming import options_of
from dbos_lint.semantics.origins import calls_behind
from dbos_lint.semantics.scoping import Place, place_of
from dbos_lint.semantics.sites import Call, Ref
from dbos_lint.semantics.summary import Module

REGISTERS_BY_CLIENT = api.with_async(frozenset({f"{api.CLIENT}.register_queue"}))
REGISTERS = api.with_async(frozenset({f"{api.DBOS}.register_queue"})) | REGISTERS_BY_CLIENT | {api.QUEUE}
_GIVES_QUEUE = REGISTERS | api.with_async(frozenset({f"{api.DBOS}.retrieve_queue", f"{api.CLIENT}.retrieve_queue"}))
_POSITIONAL = ("name", "concurrency", "limiter")
PER_PARTITION = ("partition_concurrency", "partition_worker_concurrency", "partition_limiter")
LIMITERS = ("limiter", "partition_limiter")
CONCURRENCIES = ("global_concurrency", "concurrency", "worker_concurrency", *PER_PARTITION[:2])
SETTERS = {
    f"{api.QUEUE}.set_{name}{end}": name
    for name in (*CONCURRENCIES, *LIMITERS, "polling_interval_sec")
    for end in ("", "_async")
}
"""What sets which limit of a queue that there is."""


class Limits:
    """What a call says of a queue, by parameter: a literal, a limiter as a dict, or ``...`` where it is not known.

    What is given as ``None`` is left out. ``open`` says that ``**more`` may hold anything.
    """

    __slots__ = ("given", "open")

    def __init__(self, given: Mapping[str, object], open: bool) -> None:
        self.given = given
        self.open = open

    def number(self, name: str) -> int | float | None:
        """The number that a parameter is given; None where it is none, or not known."""
        value = self.given.get(name)
        return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None

    @property
    def concurrency(self) -> int | float | None:
        """How many workflows of the queue run at once."""
        return self.number("concurrency" if "global_concurrency" not in self.given else "global_concurrency")

    @property
    def is_partitioned(self) -> bool | None:
        """Whether each enqueue must name a partition; None if that cannot be told."""
        values = [self.given[name] for name in (*PER_PARTITION, "partition_queue") if name in self.given]
        if any(value is not ... and value is not False for value in values):
            return True
        return None if self.open or ... in values else False

    @property
    def is_unlimited(self) -> bool:
        """Whether nothing limits how many workflows of the queue run."""
        return not self.open and not any(name in self.given for name in (*CONCURRENCIES, *LIMITERS, "partition_queue"))


def limits_of(calls: Calls, module: Module, call: Call) -> Limits:
    """The limits that ``call``, which registers a queue, gives it."""
    given: dict[str, object] = {}
    hidden = False
    for name, ref in (*zip(_POSITIONAL, call.args, strict=False), *call.keywords):
        more = options_of(calls, module, call, ref) if name is None else None
        if name is not None:
            given[name] = value_of(calls, module, call, name, ref)
        elif more is None or any(key is None for key, _ in more.items):
            hidden = True
        else:
            for key, inner in more.items:
                found = literals(calls.resolver, more.module, inner, more.place)
                given[str(key)] = found[0] if found is not None and len(found) == 1 else ...
    return Limits({name: value for name, value in given.items() if value is not None}, hidden)


def names_of_object(calls: Calls, module: Module, ref: Ref, place: Place) -> tuple[str, ...]:
    """The names that the queue object ``ref`` may have; none where that cannot be told."""
    found: list[str] = []
    for origin in calls_behind(calls.resolver, module, ref, place):
        _, _, args, keywords = origin.ref
        name = dict(keywords).get("name", args[0] if args else None)
        names = strings(calls.resolver, origin.module, name, origin.place) if origin.name in _GIVES_QUEUE else None
        if names is None:
            return ()
        found.extend(names)
    return tuple(dict.fromkeys(found))


def value_of(calls: Calls, module: Module, call: Call, name: str, ref: Ref) -> object:
    """What ``ref``, in the arguments of ``call``, says of the parameter ``name``; ``...`` where that is not known."""
    place = place_of(call)
    found = literals(calls.resolver, module, ref, place)
    if found is not None:
        return found[0] if len(found) == 1 else ...
    return _limiter(calls, module, call, ref) if name in LIMITERS else ...


def _limiter(calls: Calls, module: Module, call: Call, ref: Ref) -> object:
    written = options_of(calls, module, call, ref)
    if written is None or any(key is None for key, _ in written.items):
        return ...
    limiter: dict[str, object] = {}
    for key, value in written.items:
        found = literals(calls.resolver, written.module, value, written.place)
        limiter[str(key)] = found[0] if found is not None and len(found) == 1 else ...
    return limiter
