"""References -> symbols of dbos, as its history names them: ``DBOS.send``, ``Queue``, ``error.DBOSException``."""

from __future__ import annotations

from collections.abc import Iterator

from dbos_lint.catalog.history import Kind, history
from dbos_lint.records import NamedTuple
from dbos_lint.semantics.calls import Calls
from dbos_lint.semantics.sites import Call, Read, Ref
from dbos_lint.semantics.summary import Module
from dbos_lint.semantics.values import ClassValue, External, Instance, Value, Values

_DBOS = "dbos"
# Names that only the resolver knows, and those of private classes, with the public ones.
_PUBLIC = {
    "QueueDebouncer": "Debouncer",
    "WorkflowHandleClientPolling": "WorkflowHandle",
    "WorkflowHandleClientAsyncPolling": "WorkflowHandleAsync",
}
_OWNERS = frozenset({Kind.CLASS, Kind.TYPE, Kind.MODULE})


class Use(NamedTuple):
    """A member of ``owner`` (empty for dbos itself) that the text names. ``inherited`` says that it is got through a
    class of the project, which may have it from elsewhere."""

    owner: str
    member: str
    inherited: bool = False

    @property
    def symbol(self) -> str:
        return f"{self.owner}.{self.member}" if self.owner else self.member


class Symbols:
    """The symbols that the references of one project name, remembered."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._resolver = calls.resolver
        self._history = history()
        self._known: dict[tuple[Values, str], tuple[Use, ...]] = {}
        self._publics: dict[str, str | None] = {}

    def uses(self, module: Module, ref: Ref, record: Call | Read) -> tuple[Use, ...]:
        """What ``ref``, of ``record``, names after a dot: of ``DBOS.tracer.set_provider``, ``DBOS.tracer`` and the
        whole."""
        if isinstance(ref, str):
            base, _, rest = ref.partition(".")
        elif isinstance(ref, tuple) and ref[0] == "attr":
            base, rest = ref[1], ref[2]
        else:
            return ()
        values = self._calls.resolve(module, base, record) if rest else ()
        if not values:
            return ()
        key = (values, rest)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = tuple(self._members(values, rest.split(".")))
        return known

    def _members(self, values: Values, members: list[str]) -> Iterator[Use]:
        for member in members:
            if not any(map(_may_lead_to_dbos, values)):
                return
            found = {self._use(value, member) for value in values}
            use = found.pop()
            if use is not None and not found:
                yield use
            values = self._resolver.attributes(values, member, 0)

    def called(self, values: Values) -> str | None:
        """The symbol of the class or function that is called, if that is certain."""
        if len(values) != 1 or not isinstance(values[0], External):
            return None
        return self._public(values[0].name)

    def _use(self, value: Value, member: str) -> Use | None:
        """What ``member`` of ``value`` is."""
        if isinstance(value, Instance) and isinstance(value.type, ClassValue):
            got = self._resolver.attribute(value, member)
            name = self._public(got[0].name) if len(got) == 1 and isinstance(got[0], External) else None
            owner, _, own = (name or "").rpartition(".")
            return Use(owner, member, inherited=True) if own == member else None
        held = value.type if isinstance(value, Instance) else value
        if not isinstance(held, External) or held.base:
            return None
        public = self._public(held.name)
        if public is None:
            return None
        use, known = Use(public, member), self._history.get(public)
        if public and known is None:
            return None
        # A value has members of its own only where the history says so: ``DBOS.tracer.set_provider``.
        tells = known is None or known.kind in _OWNERS or self._history.get(use.symbol) is not None
        return use if tells else None

    def _public(self, name: str) -> str | None:
        """The symbol of a qualified name; None outside dbos, and where it is private."""
        if name not in self._publics:
            self._publics[name] = self._find_public(name)
        return self._publics[name]

    def _find_public(self, name: str) -> str | None:
        package, _, rest = name.partition(".")
        if package != _DBOS or any(part.startswith("_") for part in rest.split(".")):
            return None
        first, dot, more = rest.partition(".")
        if first in _PUBLIC:
            return f"{_PUBLIC[first]}{dot}{more}"
        module, _, last = rest.rpartition(".")
        # What is exported is also found in the public module that defines it.
        return last if module and self._history.get(module) is None and self._history.module(module) else rest


def _may_lead_to_dbos(value: Value) -> bool:
    return not isinstance(value, External) or value.name.partition(".")[0] == _DBOS
