"""What happens before and after ``DBOS.launch()``: the straight line of code in which a program starts.

The line of a function is what it does to the engine, in order, its helpers' doings among it. An event is *sure* when
it happens whenever its statement does; it is *certain* at another event when its block encloses that one's. Of what
is not certain, and of what cannot be followed, nothing is concluded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import NamedTuple

from dbos_lint.catalog import api, frameworks
from dbos_lint.semantics.contexts import Contexts, is_route
from dbos_lint.semantics.effects import DURABLE, LIFECYCLE, Analysis, Callees, known_as
from dbos_lint.semantics.resolve import Place
from dbos_lint.semantics.summary import AWAITED, DECORATOR, MODULE, Call, Function, Module, Ref, Span
from dbos_lint.semantics.values import (
    Constant,
    Container,
    External,
    FunctionKey,
    FunctionValue,
    Instance,
    Partial,
    Value,
)

BUILD = "build"
LAUNCH = "launch"
DESTROY = "destroy"
NEEDS_LAUNCH = "needs-launch"
SETS_UP = "sets-up"
SERVES = "serves"
UNKNOWN = "unknown"

YES = "yes"
NO = "no"
MAYBE = "maybe"
UNSEEN = "unseen"
"""Nothing in the line has told yet: what came before is not seen, and need not have been anything."""

_CONCERNED = frozenset({LIFECYCLE, DURABLE})
# More events than a person writes in one line: what follows is left out.
_EVENTS = 400
_BUILTIN_METHODS = frozenset(name for kind in (str, bytes, list, dict, set, int, float) for name in dir(kind))
_HANDLERS = frozenset(name.rpartition(".")[2] for name in api.BEFORE_LAUNCH)
# dbos 1 and 2 launch together with the application that they are given.
_HOST_KEYWORDS = frozenset({"fastapi", "flask"})


class Frame(NamedTuple):
    """A function on the way to an event, and the call in it that leads there (the event itself in the last one)."""

    key: FunctionKey
    span: Span


class Event(NamedTuple):
    """Something that happens to the engine; ``name`` is what does it, ``label`` how the text says it.

    ``span`` and ``block`` are those of the call in the function whose line this is, ``frames`` the way from there.
    """

    kind: str
    name: str
    label: str
    span: Span
    block: int
    sure: bool
    frames: tuple[Frame, ...]


class State(NamedTuple):
    """Whether there is an instance, and whether it is launched."""

    instance: str
    launched: str


class Line(NamedTuple):
    """The line of one function, and what holds when it begins."""

    function: Function
    entry: State
    events: tuple[Event, ...]


@dataclass(slots=True)
class Launches:
    """The lines of the functions of one module."""

    analysis: Analysis
    contexts: Contexts
    _events: dict[FunctionKey, tuple[Event, ...]] = field(default_factory=dict)
    _clear: dict[FunctionKey, bool] = field(default_factory=dict)

    @property
    def module(self) -> Module:
        return self.contexts.module

    # ------------------------------------------------------------------ lines

    def lines(self) -> Iterator[Line]:
        """The lines of the functions of this module in which the order matters."""
        for function in self.module.functions:
            events = self.events(FunctionKey(self.module.path, function.id))
            if any(event.kind in (LAUNCH, SETS_UP) for event in events):
                yield Line(function, self._entry(function), events)

    def at_import(self) -> tuple[Event, ...]:
        """What happens when this module is imported: nothing in a ``__main__.py``, which only is run."""
        return () if self._is_only_run() else tuple(self._import_of(self.module))

    def _is_only_run(self) -> bool:
        return PurePath(self.module.path).name == "__main__.py"

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
        return any(is_route(decorator.ref) for decorator in function.decorators)

    def _is_given_engine(self, function: Function) -> bool:
        """Whether a parameter may be, or stand for, an engine that others have launched."""
        module = self.module
        is_test = function.name.startswith("test") or "pytest.fixture" in self.analysis.resolver.decorator_names(
            module, function
        )
        params = function.params[1:] if function.owner is not None else function.params
        if is_test and params:
            return True
        place = Place(module.scopes[function.scope].parent, function.span.row, function.block)
        engine = Instance(External(api.DBOS))
        return any(engine in self.analysis.resolver.resolve(module, param.annotation, place) for param in params)

    # ------------------------------------------------------------------ other modules

    def _imported(self) -> list[Module]:
        """The modules of the project that this one imports, directly or not."""
        seen = {self.module.path}
        queue = [self.module]
        for module in queue:
            for path in self._imports(module):
                imported = self.analysis.resolver.project.module(path) if path not in seen else None
                seen.add(path)
                if imported is not None:
                    queue.append(imported)
        return queue[1:]

    def _imports(self, module: Module) -> Iterator[str]:
        project = self.analysis.resolver.project
        for name, attribute, level in _import_bindings(module):
            path = project.find(name, level, module.path)
            if path is None:
                continue
            yield path
            inner = project.submodule(path, attribute) if attribute else None
            if inner is not None:
                yield inner

    def _imports_strangers(self) -> bool:
        """Whether a module is imported of which it is not known that it leaves the engine alone."""
        project = self.analysis.resolver.project
        return any(
            project.find(name, level, module.path) is None and (level or not frameworks.leaves_engine_alone(name))
            for module in (self.module, *self._imported())
            for name, _, level in _import_bindings(module)
        )

    def _builds_at_import(self) -> bool:
        """Whether an imported module of the project builds an instance, or launches, when it is imported."""
        return any(event.kind in (BUILD, LAUNCH) for module in self._imported() for event in self._import_of(module))

    def _import_of(self, module: Module) -> Iterator[Event]:
        """What importing a module does."""
        for event in self.events(FunctionKey(module.path, MODULE)):
            if not module.within(event.block, "main") and not module.within(event.block, "typing"):
                yield event

    # ------------------------------------------------------------------ events

    def events(self, key: FunctionKey) -> tuple[Event, ...]:
        """What running a function does to the engine, in order."""
        known = self._events.get(key)
        if known is None:
            self._events[key] = ()
            if not _CONCERNED.isdisjoint(self.analysis.reach(key)) or self._has_handlers(key):
                found = sorted(self._find_events(key), key=lambda event: event.span[2:])
                self._events[key] = tuple(found[:_EVENTS])
            known = self._events[key]
        return known

    def _has_handlers(self, key: FunctionKey) -> bool:
        module = self.analysis.resolver.module(key.module)
        return any(
            _terminal(decorator.ref) in _HANDLERS
            for function in module.functions[1:]
            if function.parent == key.id
            for decorator in function.decorators
        )

    def _find_events(self, key: FunctionKey) -> Iterator[Event]:
        module = self.analysis.resolver.module(key.module)
        function = module.functions[key.id]
        env = self.analysis.environment(function, key)
        around: list[Call] = []
        for call in function.calls:
            while around and not _contains(around[-1].span, call.span):
                around.pop()
            callees = self.analysis.callees(module, call, env)
            values = [v for v in self.analysis.resolve(module, call.func, call, env) if not isinstance(v, Constant)]
            now = bool(call.flags & AWAITED) or (bool(around) and self._runs(module, around[-1]))
            yield from self._of_call(key, call, callees, values, now)
            around.append(call)
        for manager in function.withs:
            for method in self.analysis.manager_methods(module, manager, env):
                yield from self._through(key, method, manager.span, MODULE, False)
        yield from self._of_decorators(key, module)

    def _runs(self, module: Module, call: Call) -> bool:
        """Whether ``call`` runs the coroutine that it is given to its end."""
        externals = self.analysis.callees(module, call).externals
        return any(known_as(external) in frameworks.RUNNERS for external in externals)

    def _of_call(
        self, key: FunctionKey, call: Call, callees: Callees, values: Sequence[Value], now: bool
    ) -> Iterator[Event]:
        """The events of one call; ``now`` says that a coroutine it makes runs at once."""
        label = f"{_name(call.func)}()"
        single = len(values) == 1
        for external in callees.externals:
            kind = _kind(external, call)
            if kind is not None:
                waits = api.gives_coroutine(external.name) or frameworks.SERVES.get(known_as(external), False)
                sure = single and (now or not waits)
                name = f"{external.base}().launch" if kind == LAUNCH and external.base else external.name
                yield Event(kind, name, label, call.span, call.block, sure, (Frame(key, call.span),))
        for entity in callees.durable:
            if entity.kind == api.WORKFLOW:
                name = self.analysis.resolver.qualified_name(entity.function)
                sure = single and (now or not self.analysis.resolver.function(entity.function).is_async)
                yield Event(NEEDS_LAUNCH, name, label, call.span, call.block, sure, (Frame(key, call.span),))
        handed = any(known_as(external) in frameworks.RUNNERS for external in callees.externals)
        # What wraps a function runs before it.
        for callee in sorted(callees.runs, key=lambda callee: callee in values):
            function = self.analysis.resolver.function(callee)
            direct = handed or any(not isinstance(value, (External, Partial)) for value in values)
            sure = single and direct and not function.is_generator and (now or handed or not function.is_async)
            yield from self._through(key, callee, call.span, call.block, sure)
        for value in callees.threads:
            while isinstance(value, Partial):
                value = value.callee
            if isinstance(value, FunctionValue):
                yield from self._through(key, value, call.span, call.block, False)
        if not call.flags & DECORATOR and _is_stranger(call, callees):
            yield Event(UNKNOWN, "", label, call.span, call.block, True, (Frame(key, call.span),))

    def _through(self, key: FunctionKey, callee: FunctionValue, span: Span, block: int, sure: bool) -> Iterator[Event]:
        """The events of ``callee``, as those of the call that runs it."""
        module, function = self.analysis.resolver.module(callee.module), self.analysis.resolver.function(callee)
        plain = function.name == "<lambda>"
        if sure and function.decorators:
            # A cache, for one, may have done it before.
            sure = frameworks.CHANGES.isdisjoint(self.analysis.resolver.decorator_names(module, function))
        for event in self.events(self.analysis.resolver.key(callee)):
            if event.kind == UNKNOWN:
                continue
            always = plain or module.blocks[_outside_loops(module, event.block)].kind in ("function", "module")
            yield Event(
                event.kind,
                event.name,
                event.label,
                span,
                block,
                sure and event.sure and always,
                (Frame(key, span), *event.frames),
            )

    def _of_decorators(self, key: FunctionKey, module: Module) -> Iterator[Event]:
        """``@DBOS.alert_handler`` on functions that are defined in this one."""
        for function in module.functions[1:]:
            if function.parent != key.id:
                continue
            place = Place(module.scopes[function.scope].parent, function.span.row, function.block)
            for decorator in function.decorators:
                if not isinstance(decorator.ref, str):
                    continue
                for value in self.analysis.resolver.resolve(module, decorator.ref, place):
                    if isinstance(value, External) and value.name in api.BEFORE_LAUNCH:
                        frames = (Frame(key, decorator.span),)
                        label = f"@{decorator.ref}"
                        yield Event(SETS_UP, value.name, label, decorator.span, function.block, True, frames)

    # ------------------------------------------------------------------ what holds where

    def state(self, line: Line, index: int) -> State:
        """What holds when the event at ``index`` happens."""
        state = line.entry
        at = line.events[index].block
        for event in line.events[:index]:
            certain = event.sure and self.module.encloses(self._base(event), at)
            state = _after(state, event.kind) if certain else _perhaps_after(state, event.kind)
        return state

    def _base(self, event: Event) -> int:
        return _outside_loops(self.module, event.block)

    def without_instance(self, line: Line) -> Iterator[Event]:
        """The launches that are certainly reached while there is no instance."""
        for index, event in enumerate(line.events):
            # Who launches an instance has one.
            if event.name != api.LAUNCH or not event.sure or self.state(line, index).instance != NO:
                continue
            if self._builds_at_import():
                continue
            if line.function.id == MODULE:
                run = self._is_only_run() or self.module.within(event.block, "main")
                if not run or self._imports_strangers():
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

    def after_launch(self, line: Line) -> Iterator[Event]:
        """The set-up calls that certainly come when the engine is launched."""
        for index, event in enumerate(line.events):
            if event.kind == SETS_UP and event.sure and self.state(line, index).launched == YES:
                yield event

    # ------------------------------------------------------------------ what can be followed

    def _is_clear_until(self, frame: Frame) -> bool:
        """Whether all calls of a function that end before ``frame``'s can be followed."""
        module = self.analysis.resolver.module(frame.key.module)
        function = module.functions[frame.key.id]
        end = frame.span[2:]
        return all(self._is_clear_call(module, call) for call in function.calls if call.span[2:] < end)

    def _is_clear_call(self, module: Module, call: Call) -> bool:
        if call.flags & DECORATOR:
            return True
        callees = self.analysis.callees(module, call)
        if not callees.known:
            return not _is_call(call.func) and _terminal(call.func) in _BUILTIN_METHODS
        if not all(frameworks.leaves_engine_alone(external.name) for external in callees.externals):
            return False
        return all(self._is_clear(self.analysis.resolver.key(callee)) for callee in callees.runs)

    def _is_clear(self, key: FunctionKey) -> bool:
        known = self._clear.get(key)
        if known is None:
            self._clear[key] = True
            module = self.analysis.resolver.module(key.module)
            calls = module.functions[key.id].calls
            known = self._clear[key] = all(self._is_clear_call(module, call) for call in calls)
        return known

    # ------------------------------------------------------------------ start-up hooks

    def launches_when_run(self) -> bool:
        """Whether running this module as a program launches, in its main guard."""
        events = self.events(FunctionKey(self.module.path, MODULE))
        return any(event.kind == LAUNCH and self.module.within(event.block, "main") for event in events)

    def starts_with_host(self, everywhere: bool) -> bool:
        """Whether a lifespan or start-up hook launches: one of this module or, ``everywhere``, of an imported one."""
        return any(self._has_hook(module) for module in (self.module, *(self._imported() if everywhere else ())))

    def _has_hook(self, module: Module) -> bool:
        return any(self._launches(hook) for hook in self._hooks(module)) or any(
            self._is_hosted(module, call) for function in module.functions for call in function.calls
        )

    def _launches(self, hook: Value) -> bool:
        if isinstance(hook, FunctionValue):
            return any(event.kind == LAUNCH for event in self.events(FunctionKey(hook.module, hook.id)))
        return isinstance(hook, External) and hook.name == api.LAUNCH

    def _is_hosted(self, module: Module, call: Call) -> bool:
        return any(name in _HOST_KEYWORDS for name, _ in call.keywords) and External(api.DBOS) in (
            self.analysis.callees(module, call).externals
        )

    def _hooks(self, module: Module) -> Iterator[Value]:
        """The functions that run when a framework starts, as far as the module tells."""
        for function in module.functions[1:]:
            names = {_terminal(decorator.ref) for decorator in function.decorators}
            if names & frameworks.LIFESPAN_DECORATORS or (function.owner is not None and function.name == "ready"):
                yield FunctionValue(module.path, function.id)
        for function in module.functions:
            for call in function.calls:
                refs = [ref for name, ref in call.keywords if name in frameworks.LIFESPAN_KEYWORDS]
                if _terminal(call.func) == "add_event_handler":
                    refs.extend(call.args[1:2])
                for ref in refs:
                    for value in self.analysis.resolve(module, ref, call):
                        yield from value.elements if isinstance(value, Container) else (value,)

    def serves_by_name(self, event: Event) -> bool:
        """Whether a server call names its application, of another module, by a string: ``uvicorn.run("shop:app")``."""
        frame = event.frames[-1]
        module = self.analysis.resolver.module(frame.key.module)
        for call in module.functions[frame.key.id].calls:
            if call.span == frame.span:
                values = self.analysis.argument(module, call, 0, "app")
                return any(isinstance(value, Constant) and isinstance(value.value, str) for value in values)
        return False


def _import_bindings(module: Module) -> Iterator[tuple[str, str, int]]:
    for scope in module.scopes:
        for bindings in scope.bindings.values():
            for binding in bindings:
                if binding.kind == "import":
                    yield binding.value
        for name, level in scope.stars:
            yield (name, "", level)


def _kind(external: External, call: Call) -> str | None:
    name = external.name
    if name == api.DBOS:
        return BUILD
    if name == api.LAUNCH:
        return LAUNCH
    if name == api.DESTROY:
        return DESTROY
    if name in api.TOO_EARLY:
        return NEEDS_LAUNCH
    if name in api.BEFORE_LAUNCH:
        # ``DBOS.alert_handler()`` is another mistake.
        return SETS_UP if call.args or call.keywords else None
    return SERVES if known_as(external) in frameworks.SERVES else None


def _is_stranger(call: Call, callees: Callees) -> bool:
    """Whether the call may do anything: of a parameter, or of a package of which nothing is known."""
    if not callees.known:
        return isinstance(call.func, str) and "." not in call.func
    return any(not frameworks.leaves_engine_alone(external.name) for external in callees.externals)


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


def _outside_loops(module: Module, block: int) -> int:
    """The block around the loops in which ``block`` lies: what a loop does is taken to happen."""
    while module.blocks[block].kind == "loop":
        block = module.blocks[block].parent
    return block


def _contains(outer: Span, inner: Span) -> bool:
    return outer[:2] <= inner[:2] and inner[2:] <= outer[2:]


def _terminal(ref: Ref) -> str:
    """The last name of a callee or decorator, called or not."""
    if isinstance(ref, tuple) and ref[0] == "call":
        ref = ref[1]
    if isinstance(ref, tuple) and ref[0] == "attr":
        ref = ref[2]
    return ref.rpartition(".")[2] if isinstance(ref, str) else ""


def _is_call(ref: Ref) -> bool:
    return isinstance(ref, tuple) and ref[0] == "call"


def _name(ref: Ref) -> str:
    return ref if isinstance(ref, str) else _terminal(ref) or "call"
