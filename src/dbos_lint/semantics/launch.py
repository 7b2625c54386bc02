"""What comes before and after ``DBOS.launch()`` in the straight line of code in which a program starts.

An event is *certain* at another one when it is sure and its block encloses that one's. Of what is not certain, and of
what cannot be followed, nothing is concluded.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from dbos_lint.catalog import api, frameworks
from dbos_lint.records import NamedTuple
from dbos_lint.semantics.analysis import Analysis
from dbos_lint.semantics.contexts import Contexts
from dbos_lint.semantics.decorating import applied
from dbos_lint.semantics.entrypoints import is_route
from dbos_lint.semantics.imports import imported, imports_strangers
from dbos_lint.semantics.lines import (
    BEGINS,
    BUILD,
    DESTROY,
    LAUNCH,
    REGISTERS,
    RESETS,
    SETS_UP,
    UNKNOWN,
    Event,
    Frame,
    Lines,
    outside_loops,
    terminal,
)
from dbos_lint.semantics.refs import is_call
from dbos_lint.semantics.registering import is_loaded_before
from dbos_lint.semantics.scoping import Place
from dbos_lint.semantics.sites import DECORATOR, MODULE, Call
from dbos_lint.semantics.summary import Function, Module
from dbos_lint.semantics.values import External, FunctionKey, Instance

if TYPE_CHECKING:
    from dbos_lint.semantics.endings import Endings

YES = "yes"
NO = "no"
MAYBE = "maybe"
UNSEEN = "unseen"
"""Nothing in the line has told yet: what came before is not seen, and need not have been anything."""

_BUILTIN_METHODS = frozenset(name for kind in (str, bytes, list, dict, set, int, float) for name in dir(kind))
_FIXTURES = frozenset({"pytest.fixture", "pytest_asyncio.fixture"})
# The events without which there is nothing to say of a line.
_TELLING = frozenset({LAUNCH, SETS_UP, RESETS, REGISTERS})


class State(NamedTuple):
    """Whether there is an instance, and whether it is launched."""

    instance: str
    launched: str


class Line:
    """The line of one function, and what holds when it begins."""

    __slots__ = ("entry", "events", "function")

    def __init__(self, function: Function, entry: State, events: tuple[Event, ...]) -> None:
        self.function = function
        self.entry = entry
        self.events = events


class Launches:
    """The lines of the functions of one module, and what holds in them."""

    def __init__(self, analysis: Analysis, contexts: Contexts) -> None:
        self.analysis = analysis
        self.contexts = contexts
        self._clear: set[FunctionKey] = set()
        self._states: dict[tuple[int, State, int], list[State]] = {}

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self.analysis)

    @cached_property
    def endings(self) -> Endings:
        """Who ends what is launched."""
        from dbos_lint.semantics.endings import Endings

        return Endings(self.analysis, self._lines)

    @property
    def module(self) -> Module:
        return self.contexts.module

    # ------------------------------------------------------------------ lines

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The lines of the functions of this module in which the order matters."""
        return tuple(self._telling_lines())

    def _telling_lines(self) -> Iterator[Line]:
        for function in self.module.functions:
            key = FunctionKey(self.module.path, function.id)
            # What is not launched before, nor here, is neither too early nor too late.
            tells = (self._runs_launched(function) or self._lines.may_do(key, BEGINS)) and self._lines.matters(key)
            events = self._lines.of(key) if tells else ()
            if any(event.kind in _TELLING for event in events):
                yield Line(function, self._entry(function), events)

    def events(self, function: Function) -> tuple[Event, ...]:
        """What running a function of this module does to the engine, in order."""
        return self._lines.of(FunctionKey(self.module.path, function.id))

    def beginning(self, function: Function) -> tuple[Event, ...]:
        """The same, if it may launch the engine or reset it; else nothing."""
        return self.events(function) if self._lines.may_do(FunctionKey(self.module.path, function.id), BEGINS) else ()

    def at_import(self) -> tuple[Event, ...]:
        """What happens when this module is imported: nothing in a ``__main__.py``, which only is run, nor in a page."""
        if self._is_only_run():
            return ()
        events = tuple(self._lines.of_import(self.module))
        if events:
            from dbos_lint.semantics.hosts import is_page

            return () if is_page(self._lines, self.module) else events
        return events

    @cached_property
    def queues_at_import(self) -> frozenset[Event]:
        """The queues that are registered when this module is imported, while nothing can have launched the engine."""
        events = self.at_import()
        if not any(event.name in api.REGISTERS_QUEUE for event in events):
            return frozenset()
        others = imported(self.analysis.resolver.project, self.module)
        if any(event.kind == LAUNCH for module in others for event in self._lines.of_import(module)):
            return frozenset()
        line = Line(
            self.module.functions[MODULE], State(MAYBE, NO), self._lines.of(FunctionKey(self.module.path, MODULE))
        )
        found = frozenset(
            event
            for index, event in enumerate(line.events)
            if event in events
            and event.sure
            and event.name in api.REGISTERS_QUEUE
            and self.state(line, index).launched == NO
        )
        if not found:
            return found
        from dbos_lint.semantics.late import may_be_loaded_late

        return frozenset() if may_be_loaded_late(self._lines, self.module.path) else found

    def _is_only_run(self) -> bool:
        return os.path.basename(self.module.path) == "__main__.py"

    def ends_early(self) -> Iterator[Event]:
        """The launches of the program that this module is, where it ends before its work in the background is done."""
        program = self.module.functions[MODULE]
        events = [event for event in self.events(program) if self.is_run(event)]
        if any(event.kind == LAUNCH for event in events):
            from dbos_lint.semantics.programs import unfinished

            only_run = self._is_only_run()
            calls = [call for call in program.calls if only_run or self.module.within(call.block, "main")]
            yield from unfinished(self, events, calls)

    def is_run(self, event: Event) -> bool:
        """Whether the event, of the module's own line, happens when the module is run, and not when it is imported."""
        return self._is_only_run() or self.module.within(event.block, "main")

    def _entry(self, function: Function) -> State:
        if function.id == MODULE:
            return State(MAYBE, MAYBE) if self._builds_at_import() else State(NO, NO)
        if self._runs_launched(function):
            return State(YES, YES)
        if function.parent != MODULE or self._is_given_engine(function):
            return State(MAYBE, MAYBE)
        return State(MAYBE, UNSEEN)

    def _runs_launched(self, function: Function) -> bool:
        """Whether the function runs only in a launched engine: it is durable, or answers requests."""
        if function.id in self.contexts.entities or function.id in self.contexts.delegated:
            return True
        return any(map(is_route, applied(self.module, function)))

    def _is_given_engine(self, function: Function) -> bool:
        """Whether a parameter may be, or stand for, an engine that others have launched."""
        module = self.module
        names = self.analysis.resolver.decorator_names(module, function)
        is_test = function.name.startswith("test") or bool(names & _FIXTURES)
        params = function.params[1:] if function.owner is not None else function.params
        if is_test and any(param.name not in frameworks.PYTEST_FIXTURES for param in params):
            return True
        place = Place(module.scopes[function.scope].parent, function.span.row, function.block)
        engine = Instance(External(api.DBOS))
        return any(engine in self.analysis.resolver.resolve(module, param.annotation, place) for param in params)

    def _builds_at_import(self) -> bool:
        """Whether an imported module of the project builds an instance, or launches, when it is imported."""
        modules = imported(self.analysis.resolver.project, self.module)
        return any(event.kind in (BUILD, LAUNCH) for module in modules for event in self._lines.of_import(module))

    # ------------------------------------------------------------------ what the module does

    def launches_when_run(self) -> bool:
        """Whether running this module as a program launches, in its main guard."""
        events = self._lines.of(FunctionKey(self.module.path, MODULE))
        return any(event.kind == LAUNCH and self.module.within(event.block, "main") for event in events)

    def launches_with_host(self, everywhere: bool) -> bool:
        """Whether a lifespan or start-up hook launches: one of this module or, ``everywhere``, of an imported one."""
        from dbos_lint.semantics.hosts import launches_with_host

        others = imported(self.analysis.resolver.project, self.module) if everywhere else ()
        return any(launches_with_host(self._lines, module) for module in (self.module, *others))

    def serves_by_name(self, event: Event) -> bool:
        """Whether a server call names its application, which is in another module, by a string."""
        from dbos_lint.semantics.hosts import serves_by_name

        return serves_by_name(self._lines, event)

    # ------------------------------------------------------------------ what holds where

    def state(self, line: Line, index: int) -> State:
        """What holds when the event at ``index`` happens."""
        at = line.events[index].block
        # What has happened before one event has happened before the next.
        states = self._states.setdefault((line.function.id, line.entry, at), [line.entry])
        for event in line.events[len(states) - 1 : index]:
            certain = event.sure and self.module.encloses(self._base(event), at)
            states.append(_after(states[-1], event.kind) if certain else _perhaps_after(states[-1], event.kind))
        return states[index]

    def _base(self, event: Event) -> int:
        return outside_loops(self.module, event.block)

    def without_instance(self, line: Line) -> Iterator[Event]:
        """The launches that are certainly reached while there is no instance."""
        for index, event in enumerate(line.events):
            # Who launches an instance has one.
            if event.name != api.LAUNCH or not event.sure or self.state(line, index).instance != NO:
                continue
            if self._builds_at_import():
                continue
            if line.function.id == MODULE and not self.is_run(event):
                continue
            if line.function.id == MODULE and imports_strangers(self.analysis.resolver.project, self.module):
                continue
            if all(self._is_clear_until(frame) for frame in event.frames):
                yield event

    def before_launch(self, line: Line, kind: str) -> Iterator[Event]:
        """The events of ``kind`` that come before the launch of the same line."""
        for index, event in enumerate(line.events):
            if event.kind == kind and event.sure and self._launches_later(line, index):
                yield event

    def _launches_later(self, line: Line, index: int) -> bool:
        event, state = line.events[index], self.state(line, index)
        if state.launched not in (NO, UNSEEN):
            return False
        base = self._base(event)
        built = any(earlier.kind == BUILD for earlier in line.events[:index])
        for later in line.events[index + 1 :]:
            # An instance that is built later on, or destroyed, means that there may have been one before.
            if later.kind == DESTROY or (later.kind == BUILD and state.launched == UNSEEN):
                return False
            if later.kind == LAUNCH and later.sure:
                block = self._base(later)
                if state.launched == UNSEEN and not built:
                    return block == base
                return self.module.encloses(base, block) and not self._is_fallback(base, block)
        return False

    def _is_fallback(self, outer: int, inner: int) -> bool:
        """Whether ``inner`` lies in a handler within ``outer``: it runs because what stands before failed."""
        while inner != outer:
            if self.module.blocks[inner].kind == "except":
                return True
            inner = self.module.blocks[inner].parent
        return False

    def after_launch(self, line: Line, kind: str) -> Iterator[Event]:
        """The events of ``kind`` that certainly come when the engine is launched."""
        for index, event in enumerate(line.events):
            if event.kind == kind and event.sure and self.state(line, index).launched == YES:
                yield event

    def is_loaded_before(self, event: Event) -> bool:
        """Whether the module that ``event``, an import inside a function, loads may have been loaded before."""
        frame = event.frames[-1]
        resolver = self.analysis.resolver
        return is_loaded_before(resolver, resolver.module(frame.key.module), frame.key.id, frame.span.row, event.name)

    def without_effect(self, line: Line) -> Iterator[Event]:
        """The resets that come while there is certainly no instance: destroyed before, or built below."""
        for index, event in enumerate(line.events):
            if event.kind == RESETS and event.sure and not event.options:
                state = self.state(line, index)
                if state.instance == NO or (state.launched == UNSEEN and self._builds_later(line, index)):
                    yield event

    def _builds_later(self, line: Line, index: int) -> bool:
        """Whether the line has to build its instance below, and not before."""
        before, after = line.events[:index], line.events[index + 1 :]
        if any(event.kind in (BUILD, UNKNOWN) for event in before) or self._builds_somewhere():
            return False
        base = self._base(line.events[index])
        later = next((event for event in after if event.kind in (BUILD, DESTROY)), None)
        return later is not None and later.kind == BUILD and later.sure and self._base(later) == base

    def _builds_somewhere(self) -> bool:
        """Whether this module, or one that it imports, builds an instance when it is imported."""
        own = self._lines.of_import(self.module)
        return self._builds_at_import() or any(event.kind in (BUILD, LAUNCH) for event in own)

    # ------------------------------------------------------------------ what can be followed

    def _is_clear_until(self, frame: Frame) -> bool:
        """Whether all calls of a function that end before ``frame``'s can be followed."""
        module = self.analysis.resolver.module(frame.key.module)
        function = module.functions[frame.key.id]
        end = frame.span[2:]
        return all(self._is_clear_call(module, call) for call in function.calls if call.span[2:] < end)

    def _is_clear_call(self, module: Module, call: Call) -> bool:
        """Whether ``call``, and each call that it leads to, can be followed and leaves the engine alone."""
        callees = self.clear_callees(module, call)
        if callees is None:
            return False
        queue = [key for key in callees if key not in self._clear]
        seen = set(queue)
        for key in queue:
            module = self.analysis.resolver.module(key.module)
            for inner in module.functions[key.id].calls:
                callees = self.clear_callees(module, inner)
                if callees is None:
                    return False
                queue.extend(dict.fromkeys(each for each in callees if each not in seen and each not in self._clear))
                seen.update(callees)
        self._clear.update(seen)
        return True

    def clear_callees(self, module: Module, call: Call) -> list[FunctionKey] | None:
        """The functions that ``call`` runs; None if it may do what is not seen."""
        if call.flags & DECORATOR:
            return []
        callees = self.analysis.calls.callees(module, call)
        if not callees.known:
            is_clear = not is_call(call.func) and terminal(call.func) in _BUILTIN_METHODS
            return [] if is_clear else None
        if not all(frameworks.leaves_engine_alone(external.name) for external in callees.externals):
            return None
        return [self.analysis.resolver.key(callee) for callee in callees.runs]


def _after(state: State, kind: str) -> State:
    if kind == BUILD:
        # Somebody who builds an instance while one is launched has destroyed that one out of sight.
        return State(YES, MAYBE if state.launched == YES else state.launched)
    if kind == LAUNCH:
        return State(YES, YES)
    if kind == DESTROY:
        return State(NO, NO)
    return _perhaps_after(state, kind)


def _perhaps_after(state: State, kind: str) -> State:
    if kind == BUILD:
        return State(_join(state.instance, YES), MAYBE if state.launched == YES else state.launched)
    if kind == LAUNCH:
        return State(_join(state.instance, YES), _join(state.launched, YES))
    if kind == DESTROY:
        return State(_join(state.instance, NO), _join(state.launched, NO))
    return State(MAYBE, MAYBE) if kind == UNKNOWN else state


def _join(first: str, second: str) -> str:
    return first if first == second else MAYBE
