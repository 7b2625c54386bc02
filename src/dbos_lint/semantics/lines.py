"""The line of a function: what running it does to the engine, in order, its helpers' doings among it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from dbos_lint.catalog import api, frameworks, patterns
from dbos_lint.records import NamedTuple
from dbos_lint.semantics import refs
from dbos_lint.semantics.analysis import Analysis
from dbos_lint.semantics.calls import Callees
from dbos_lint.semantics.effects import DURABLE, LIFECYCLE
from dbos_lint.semantics.externals import known_as
from dbos_lint.semantics.refs import NOTHING, is_call, uncalled
from dbos_lint.semantics.registering import registered, registering
from dbos_lint.semantics.sites import AWAITED, DECORATOR, MODULE, Call, Ref
from dbos_lint.semantics.summary import Function, Module
from dbos_lint.semantics.values import (
    Constant,
    DecoratorValue,
    External,
    FunctionKey,
    FunctionValue,
    Instance,
    Partial,
    Value,
    Values,
)
from dbos_lint.syntax.spans import Span, holds

BUILD = "build"
LAUNCH = "launch"
DESTROY = "destroy"
NEEDS_LAUNCH = "needs-launch"
SETS_UP = "sets-up"
SERVES = "serves"
RESETS = "resets"
REGISTERS = "registers"
"""What recovery has to find: a workflow that is decorated or imported, an instance that is made."""
UNKNOWN = "unknown"

BEGINS = frozenset({api.LAUNCH, api.RESET})
"""What the engine is launched and reset by."""
ENDS = frozenset({api.DESTROY})
"""What ends it."""

_CONCERNED = frozenset({LIFECYCLE, DURABLE})
_DOING = api.TOO_EARLY | api.BEFORE_LAUNCH | {api.DBOS, api.LAUNCH, api.DESTROY, api.RESET}
# More events than a person writes in one line: what follows is left out.
_EVENTS = 400
# More calls than lead a person from one of them to where it happens.
_FRAMES = 60
_HANDLERS = frozenset(name.rpartition(".")[2] for name in api.BEFORE_LAUNCH)
# Keywords without which a call does something else.
_TELLING = {
    api.DESTROY: ("destroy_registry", "workflow_completion_timeout_sec"),
    api.RESET: ("system_database_url",),
}


class Frame(NamedTuple):
    """A function on the way to an event, and the call in it that leads there (the event itself in the last one)."""

    key: FunctionKey
    span: Span


class Event(NamedTuple):
    """Something that happens to the engine; ``name`` is what does it, ``label`` how the text says it.

    ``options`` are the keywords of the call that make it do something else.

    ``span`` and ``block`` are those of the call in the function whose line this is, ``frames`` the way from there.
    It is ``sure`` to happen whenever that call is reached.
    """

    kind: str
    name: str
    label: str
    span: Span
    block: int
    sure: bool
    frames: tuple[Frame, ...]
    options: tuple[str, ...] = ()


# Branches that are not taken, or not for its own sake, when a module is imported.
_NOT_AT_IMPORT = ("main", "typing", "launched")


class Lines:
    """The lines of the functions of one project, remembered."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self._events: dict[FunctionKey, tuple[Event, ...]] = {}
        self._handlers: dict[str, frozenset[int]] = {}

    def of_import(self, module: Module) -> Iterator[Event]:
        """What importing a module does."""
        for event in self.of(FunctionKey(module.path, MODULE)):
            if not any(module.within(event.block, kind) for kind in _NOT_AT_IMPORT):
                yield event

    def matters(self, key: FunctionKey) -> bool:
        """Whether running the function may launch, or set up what has to be set up before a launch."""
        return self.analysis.leads_to(key, frozenset({LIFECYCLE})) or self._has_handlers(key)

    def may_do(self, key: FunctionKey, names: frozenset[str]) -> bool:
        """Whether running the function may do to the engine what goes by one of ``names``: a quick look, without its
        line."""
        return self.analysis.leads_where(key, names, lambda each: self._may_do_itself(each, names))

    def _may_do_itself(self, key: FunctionKey, names: frozenset[str]) -> bool:
        facts = self.analysis.facts(key)
        # No edge leads to what threads run, nor to what decorates a function that is defined here.
        return (
            bool(facts.threads)
            or any(effect.name in names for effect in facts.effects if effect.kind == LIFECYCLE)
            or self._is_decorated_here(key)
        )

    def _is_decorated_here(self, key: FunctionKey) -> bool:
        """Whether a function of the project decorates one that is defined in this one."""
        module = self.analysis.resolver.module(key.module)
        known = self.analysis.calls.of(module)
        calls = module.functions[key.id].calls
        return any(known[call.number].runs for call in calls if call.flags & DECORATOR)

    def of(self, key: FunctionKey) -> tuple[Event, ...]:
        """What running a function does to the engine, in order."""
        if key not in self._events:
            if not self.analysis.leads_where(key, "lines", self._is_concerned):
                return ()
            for each in self._callees_first(key):
                if self._is_concerned(each):
                    found = sorted(self._find_events(each), key=lambda event: event.span[2:])
                    self._events[each] = tuple(found[:_EVENTS])
        return self._events[key]

    def _is_concerned(self, key: FunctionKey) -> bool:
        return self._has_handlers(key) or self.analysis.leads_to(key, _CONCERNED)

    def _callees_first(self, start: FunctionKey) -> Iterator[FunctionKey]:
        """``start`` and the functions it runs that are new, each after its callees: chains of calls may be long.

        What calls itself is taken to do nothing meanwhile.
        """
        self._events[start] = ()
        stack = [(start, iter(self.analysis.facts(start).edges))]
        while stack:
            key, edges = stack[-1]
            callee = next((edge.callee for edge in edges if edge.callee not in self._events), None)
            if callee is not None:
                self._events[callee] = ()
                stack.append((callee, iter(self.analysis.facts(callee).edges)))
            else:
                stack.pop()
                yield key

    def _has_handlers(self, key: FunctionKey) -> bool:
        """Whether functions that are defined in this one are handlers, or workflows."""
        parents = self._handlers.get(key.module)
        if parents is None:
            parents = self._handlers[key.module] = frozenset(
                function.parent
                for function in self.analysis.resolver.module(key.module).functions[1:]
                if function.decorators
                and any(_is_handler(function, terminal(decorator.ref)) for decorator in function.decorators)
            )
        return key.id in parents

    def _find_events(self, key: FunctionKey) -> Iterator[Event]:
        module = self.analysis.resolver.module(key.module)
        function = module.functions[key.id]
        env = self.analysis.calls.environment(key)
        known = self.analysis.calls.of(module)
        around: list[Call] = []
        for call in function.calls:
            while around and not holds(around[-1].span, call.span):
                around.pop()
            callees = known[call.number] if env is None else self.analysis.calls.callees(module, call, env)
            if callees.shared and callees.known and not any(map(_concerns_engine, callees.externals)):
                around.append(call)
                continue
            values = [v for v in callees.values if not isinstance(v, Constant)]
            now = bool(call.flags & AWAITED) or (bool(around) and self._runs(module, around[-1]))
            yield from self._of_call(key, call, callees, values, now)
            around.append(call)
        for manager in function.withs:
            for method in self.analysis.calls.manager_methods(module, manager, env):
                yield from self._through(key, method, manager.span, MODULE, False)
        yield from self._of_decorators(key, module)
        yield from self._of_imports(key, module, function)

    def _runs(self, module: Module, call: Call) -> bool:
        """Whether ``call`` runs the coroutine that it is given to its end."""
        externals = self.analysis.calls.callees(module, call).externals
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
                frames = (Frame(key, call.span),)
                yield Event(kind, name, label, call.span, call.block, sure, frames, _options(name, call))
        for name in registered(self.analysis.resolver, call, values):
            yield Event(REGISTERS, name, label, call.span, call.block, single, (Frame(key, call.span),))
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
        for event in self.of(self.analysis.resolver.key(callee)):
            if event.kind == UNKNOWN or len(event.frames) > _FRAMES:
                continue
            always = plain or module.blocks[outside_loops(module, event.block)].kind in ("function", "module")
            yield Event(
                event.kind,
                event.name,
                event.label,
                span,
                block,
                sure and event.sure and always,
                (Frame(key, span), *event.frames),
                event.options,
            )

    def _of_decorators(self, key: FunctionKey, module: Module) -> Iterator[Event]:
        """``@DBOS.alert_handler`` and ``@DBOS.workflow()`` on functions that are defined in this one."""
        for function in self.analysis.resolver.once(_decorated, module).get(key.id, ()):
            for decorator, values in self.analysis.resolver.decorated(FunctionValue(module.path, function.id)).layers:
                kind = _kind_of_decorator(values)
                if kind is not None:
                    label = f"@{_name(uncalled(decorator.ref))}{'()' * is_call(decorator.ref)}"
                    frames = (Frame(key, decorator.span),)
                    yield Event(kind, "", label, decorator.span, function.block, True, frames)

    def _of_imports(self, key: FunctionKey, module: Module, function: Function) -> Iterator[Event]:
        """The imports inside the function, and those of a main guard, of modules that define workflows."""
        for bindings in module.scopes[function.scope].bindings.values():
            for binding in bindings:
                if binding.kind == "import" and (key.id != MODULE or module.within(binding.block, "main")):
                    span = Span(binding.row, 0, binding.row, 0)
                    for path in registering(self.analysis.resolver, module, *binding.value):
                        frames = (Frame(key, span),)
                        yield Event(REGISTERS, path, f"import of {binding.value[0]}", span, binding.block, True, frames)


@cache
def _concerns_engine(external: External) -> bool:
    """Whether some call of what lies outside the project is an event."""
    name = external.name
    return (
        name in _DOING
        or name in patterns.CONFIGURED_CLASSES
        or known_as(external) in frameworks.SERVES
        or not frameworks.leaves_engine_alone(name)
    )


def _kind(external: External, call: Call) -> str | None:
    name = external.name
    if name == api.DBOS:
        return BUILD
    if name == api.LAUNCH:
        return LAUNCH
    if name == api.DESTROY:
        return DESTROY
    if name == api.RESET:
        return RESETS
    if name in api.TOO_EARLY:
        return NEEDS_LAUNCH
    if name in api.BEFORE_LAUNCH:
        # ``DBOS.alert_handler()`` is another mistake.
        return SETS_UP if call.args or call.keywords else None
    return SERVES if known_as(external) in frameworks.SERVES else None


def _options(name: str, call: Call) -> tuple[str, ...]:
    """The keywords of ``call`` that make it do something else."""
    return tuple(key for key, ref in call.keywords if key in _TELLING.get(name, ()) and _tells(key, ref))


def _tells(key: str, ref: Ref) -> bool:
    return ref == ("const", True) if key == "destroy_registry" else ref not in (("const", 0), ("const", None))


def _kind_of_decorator(values: Values) -> str | None:
    for value in values:
        if isinstance(value, External) and value.name in api.BEFORE_LAUNCH:
            return SETS_UP
        if isinstance(value, DecoratorValue) and value.kind == api.WORKFLOW:
            return REGISTERS
    return None


def _is_handler(function: Function, decorator: str) -> bool:
    return decorator in _HANDLERS or (decorator == api.WORKFLOW and function.parent != MODULE)


def _is_stranger(call: Call, callees: Callees) -> bool:
    """Whether the call may do anything: of a parameter, or of a package of which nothing is known."""
    objects = not callees.runs and all(isinstance(value, Instance) for value in callees.values)
    if not callees.known or objects:
        return isinstance(call.func, str) and "." not in call.func
    return any(not frameworks.leaves_engine_alone(external.name) for external in callees.externals)


def _decorated(_: object, module: Module) -> dict[int, list[Function]]:
    """The functions of ``module`` that have decorators, by the function in which they are defined."""
    found: dict[int, list[Function]] = {}
    for function in module.functions[1:]:
        if function.decorators:
            found.setdefault(function.parent, []).append(function)
    return found


def outside_loops(module: Module, block: int) -> int:
    """The block around the loops in which ``block`` lies: what a loop does is taken to happen."""
    while module.blocks[block].kind == "loop":
        block = module.blocks[block].parent
    return block


def terminal(ref: Ref, renamed: Mapping[str, str] = NOTHING) -> str:
    """The last name of a callee or decorator, called or not."""
    return refs.terminal(refs.uncalled(ref), renamed)


def _name(ref: Ref) -> str:
    return ref if isinstance(ref, str) else terminal(ref) or "call"
