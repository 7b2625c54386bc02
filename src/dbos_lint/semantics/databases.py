"""Which database a test resets, and which one the application keeps its state in, as far as the text tells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dbos_lint.catalog import api
from dbos_lint.semantics.analysis import Analysis
from dbos_lint.semantics.dicts import Literal, dicts, is_dict, origin_of
from dbos_lint.semantics.imports import imported
from dbos_lint.semantics.lines import BUILD, RESETS, Event, Frame, terminal
from dbos_lint.semantics.literals import strings
from dbos_lint.semantics.refs import functions_calling, names_called
from dbos_lint.semantics.resolve import Resolver
from dbos_lint.semantics.scoping import Place, assigned, place_of
from dbos_lint.semantics.sites import MODULE, Call, Ref
from dbos_lint.semantics.summary import Module
from dbos_lint.semantics.testcode import is_test_file
from dbos_lint.semantics.values import External, Instance
from dbos_lint.syntax.spans import Span

_URL = "system_database_url"
_ENVIRONMENT = frozenset({"os.environ.get", "os.getenv"})
# Calls by which tests put something into the environment, or into a configuration, for a while.
_PUTS = frozenset({"setenv", "setitem", "putenv", "load_dotenv"})
_PUTTING = _PUTS | {"update", "setdefault", "dict"}
_DEPTH = 8

Address = tuple[str, str]
"""The variable of the environment, or the text, that a URL comes from: what it is, and its name."""


class Databases:
    """Configurations, by where they are written, and where their databases are."""

    __slots__ = ("addresses", "configurations")

    def __init__(self, configurations: frozenset[tuple[str, Span]], addresses: frozenset[Address]) -> None:
        self.configurations = configurations
        self.addresses = addresses


def addresses(resolver: Resolver, module: Module, ref: Ref, place: Place, depth: int = 0) -> Iterator[Address]:
    """Where the URL comes from that ``ref`` is. What is only there for a moment belongs to nobody else."""
    found = strings(resolver, module, ref, place) if depth < _DEPTH else ()
    if found is not None:
        yield from (("text", text) for text in found if text and ":memory:" not in text)
    elif isinstance(ref, tuple) and ref[0] == "or":
        for choice in ref[1:]:
            yield from addresses(resolver, module, choice, place, depth + 1)
    elif isinstance(ref, tuple) and ref[0] in ("call", "item"):
        asked = resolver.resolve(module, ref[1], place)
        names = {value.name for value in asked if isinstance(value, External)}
        key = ref[2] if ref[0] == "item" and "os.environ" in names else None
        if ref[0] == "call" and names & _ENVIRONMENT and ref[2] and isinstance(ref[2][0], tuple):
            key = ref[2][0][1] if ref[2][0][0] == "const" else None
        if isinstance(key, str) and "test" not in key.lower():
            yield "environment", key
    elif isinstance(ref, str):
        for value, at in assigned(module, ref, place):
            yield from addresses(resolver, module, value, at, depth + 1)
        origin = origin_of(resolver, module, ref, place)
        if origin is not None:
            yield from addresses(resolver, *origin, depth + 1)


class Resets:
    """The databases that the tests of one file reset."""

    def __init__(self, analysis: Analysis, module: Module) -> None:
        self.analysis = analysis
        self.module = module

    # ------------------------------------------------------------------ the application

    def of_application(self) -> Databases:
        """The configurations of the program that is tested: of what this file imports, and of its own main function."""
        resolver = self.analysis.resolver
        found = list(self._of_main())
        for home in imported(resolver.project, self.module):
            if not is_test_file(resolver, home):
                found += self._annotated(home)
                found += (
                    literal
                    for function in home.functions
                    for call in function.calls
                    for literal in self._built(home, call)
                )
        return Databases(
            frozenset((literal.module, literal.span) for literal in found),
            frozenset(address for literal in found for address in self._addresses(literal)),
        )

    def _of_main(self) -> Iterator[Literal]:
        for function in self.module.functions:
            for call in function.calls:
                if function.name == "main" or (function.id == MODULE and self.module.within(call.block, "main")):
                    yield from self._built(self.module, call)

    def _built(self, home: Module, call: Call) -> Iterator[Literal]:
        """What ``DBOS(config=...)`` is given, if that is what is called."""
        ref = dict(call.keywords).get("config")
        if ref is not None and api.DBOS in self.analysis.calls.callees(home, call).names:
            yield from dicts(self.analysis.resolver, home, ref, place_of(call))

    def _annotated(self, home: Module) -> Iterator[Literal]:
        """The dicts of a module that are annotated as configurations."""
        for name, bindings in home.scopes[MODULE].bindings.items():
            for binding in bindings:
                value = binding.value if binding.kind == "value" else None
                if isinstance(value, tuple) and value[0] == "annotated" and is_dict(value[1]):
                    place = Place(MODULE, binding.row, binding.block)
                    if Instance(External(api.CONFIG)) in self.analysis.resolver.resolve(home, value[2], place):
                        yield from dicts(self.analysis.resolver, home, name, Place(MODULE))

    def _addresses(self, literal: Literal) -> Iterator[Address]:
        home = self.analysis.resolver.module(literal.module)
        for key, ref in literal.items:
            if key == _URL:
                yield from addresses(self.analysis.resolver, home, ref, literal.place)

    # ------------------------------------------------------------------ the tests

    def resets(self, events: Sequence[Event], application: Databases) -> Iterator[Event]:
        """The resets among ``events``, the line of a test or fixture, of a database of the application."""
        for index, event in enumerate(events):
            if event.kind != RESETS:
                continue
            builds = [earlier for earlier in events[:index] if earlier.kind == BUILD]
            if event.options:
                module, call = self._call(event.frames[-1])
                place = place_of(call)
                found = addresses(self.analysis.resolver, module, dict(call.keywords)[_URL], place)
                if not application.addresses.isdisjoint(found):
                    yield event
            elif builds and self._is_of(application, builds[-1].frames[-1]):
                yield event

    def _is_of(self, application: Databases, frame: Frame) -> bool:
        """Whether an instance that is built at ``frame`` works on a database of the application."""
        literals = list(self._built(*self._call(frame)))
        if any((literal.module, literal.span) in application.configurations for literal in literals):
            return not self._is_redirected()
        return not all(application.addresses.isdisjoint(self._addresses(literal)) for literal in literals)

    def _call(self, frame: Frame) -> tuple[Module, Call]:
        module = self.analysis.resolver.module(frame.key.module)
        calls = module.functions[frame.key.id].calls
        return module, next(call for call in calls if call.span == frame.span)

    def _is_redirected(self) -> bool:
        """Whether this file puts another address into a configuration."""
        return any(write.key == _URL for write in self.module.stores) or any(
            write.key == _URL for function in self.module.functions for write in function.writes
        )


def puts_environment(resolver: Resolver, module: Module) -> bool:
    """Whether a file sets variables of the environment, or items for a while."""
    writes = [*module.stores, *(write for function in module.functions for write in function.writes)]
    if any(isinstance(write.target, str) and _is_environment(write.target, module) for write in writes):
        return True
    functions = functions_calling(module, resolver.once(names_called, module), _PUTTING)
    return any(_puts(call, module) for function in functions for call in function.calls)


def _is_environment(name: str, module: Module) -> bool:
    return module.renamed.get(name, name).endswith("environ")


def _puts(call: Call, module: Module) -> bool:
    target, _, method = call.func.rpartition(".") if isinstance(call.func, str) else ("", "", "")
    if _is_environment(target, module):
        return method in ("update", "setdefault")
    return terminal(call.func) in _PUTS or (method == "dict" and target.rpartition(".")[2] == "patch")
