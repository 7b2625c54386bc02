"""What is wrong around durable calls: the order in which they come, races and timeouts that nobody records, handlers
that catch what dbos raises. All of it is an effect of the function in which it stands."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dbos_lint.catalog import api, waits
from dbos_lint.semantics.effects import DURABLE, Effect
from dbos_lint.semantics.orders import Orders, Unordered, runs_in
from dbos_lint.semantics.refs import given, is_call, names_called, receiver_and_method, terminal, text_of
from dbos_lint.semantics.scoping import Place, assigned, binding_scope, place_of
from dbos_lint.semantics.sequences import MANY, Sequences
from dbos_lint.semantics.sites import MODULE, Attempt, Binding, Call, Launch, Loop, Managed, Member, Ref
from dbos_lint.semantics.summary import Function, Module
from dbos_lint.semantics.values import Constant, Container, External, FunctionKey, Value
from dbos_lint.semantics.within import Within
from dbos_lint.syntax.spans import Span

if TYPE_CHECKING:
    from dbos_lint.semantics.analysis import Analysis

UNORDERED = "unordered"
"""Durable calls in the order of something that has none; the detail names the :class:`Unordered`."""
WAITS_FOR_SET = "waits-for-set"
INTERLEAVED = "interleaved"
"""Coroutines whose durable calls draw their numbers in another order each time; the detail says which."""
IN_THREADS, BESIDE, TOGETHER = "threads", "beside", "together"
RACES = "races"
TIMED = "timed"
CATCHES_CANCELLATION = "catches-cancellation"
CATCHES_ERRORS = "catches-errors"
DURABLE_IN_FINALLY = "durable-in-finally"
FORGOTTEN = "forgotten-task"
HAZARDS = frozenset({UNORDERED, WAITS_FOR_SET, INTERLEAVED, RACES, TIMED, FORGOTTEN})
HAZARDS |= {CATCHES_CANCELLATION, CATCHES_ERRORS, DURABLE_IN_FINALLY}
"""All of these kinds."""

_DURABLE = frozenset({DURABLE})
_NONE = ("const", None)


class Hazards:
    """The hazards of the functions of one project, remembered."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._orders = Orders(analysis.resolver)
        self._sequences = Sequences(analysis)
        self._found: dict[FunctionKey, tuple[Effect, ...]] = {}

    def of(self, key: FunctionKey) -> tuple[Effect, ...]:
        """The hazards that stand in the text of the function."""
        known = self._found.get(key)
        if known is None:
            module = self._analysis.resolver.module(key.module)
            function = module.functions[key.id]
            if self._may_have(module, function, key):
                finder = _Finder(self._analysis, self._orders, self._sequences, module, function, key)
                known = tuple(finder.hazards())
            else:
                known = ()
            self._found[key] = known
        return known

    def _may_have(self, module: Module, function: Function, key: FunctionKey) -> bool:
        called = self._analysis.resolver.once(names_called, module)[function.id]
        if not (function.loops or function.attempts or function.managed or function.launches):
            return not called.isdisjoint(waits.MENTIONED)
        return not called.isdisjoint(waits.THREADS) or self._analysis.leads_to(key, _DURABLE)


class _Finder:
    """The search in one function."""

    def __init__(
        self,
        analysis: Analysis,
        orders: Orders,
        sequences: Sequences,
        module: Module,
        function: Function,
        key: FunctionKey,
    ) -> None:
        self._analysis = analysis
        self._orders = orders
        self._sequences = sequences
        self._module = module
        self._function = function
        self._key = key
        self._calls = {call.number: call for call in function.calls}
        self._durable = Within(())

    def hazards(self) -> Iterator[Effect]:
        durable = [call for call in self._function.calls if self._is_durable(call)]
        if not durable:
            return
        self._durable = Within(durable)
        yield from self._loops(durable)
        for attempt in self._function.attempts:
            yield from self._attempt(attempt)
        for managed in self._function.managed:
            yield from self._managed(managed)
        for launch in self._function.launches:
            # Those of a lambda stand in another function.
            if launch.number in self._calls:
                yield from self._launch(launch, self._calls[launch.number])
        yield from self._alarms(durable)

    # ------------------------------------------------------------------ questions

    def _is_durable(self, call: Call) -> bool:
        return self._sequences.is_durable(self._module, call, self._key)

    def _names(self, call: Call) -> frozenset[str]:
        return self._sequences.callees(self._module, call, self._key).names

    def _resolve(self, ref: Ref, place: Place) -> tuple[Value, ...]:
        env = self._analysis.calls.environment(self._key)
        return self._analysis.resolver.resolve(self._module, ref, place, env)

    def _order(self, ref: Ref, call: Call) -> Unordered | None:
        place = place_of(call)
        return self._orders.of(self._module, ref, place, self._analysis.calls.environment(self._key))

    # ------------------------------------------------------------------ order

    def _loops(self, durable: list[Call]) -> Iterator[Effect]:
        env = self._analysis.calls.environment(self._key)
        told: list[Loop] = []
        by_block, by_scope = self._by_loop(durable), self._by_comprehension(durable)
        for loop in self._function.loops:
            inside = by_block.get(loop.block, ()) if loop.block else by_scope.get(loop.inner, ())
            drawing = (call for call in inside if runs_in(self._module, loop, call) and self._draws_number(call))
            first = next(drawing, None)
            if first is None or self._is_made_by(loop, told):
                continue
            why = self._orders.of_loop(self._module, loop, env)
            if why is not None:
                told.append(loop)
                label = text_of(loop.iterable, why.value)
                yield Effect(UNORDERED, text_of(first.func, ""), label, loop.span, why.name)
        for call in durable:
            names = self._names(call)
            if not names.isdisjoint(waits.MAPS) and len(call.args) > 1:
                why = self._order(call.args[1], call)
                if why is not None:
                    yield Effect(UNORDERED, "", text_of(call.args[1], why.value), call.span, why.name)
            elif api.ASYNCIO_WAIT in names and self._is_race(call):
                tasks = call.args[0] if call.args else given(call, "fs")
                if self._order(tasks, call) is not None:
                    yield Effect(WAITS_FOR_SET, api.ASYNCIO_WAIT, text_of(tasks, "a set of tasks"), call.span)

    def _draws_number(self, call: Call) -> bool:
        """Whether the place of ``call`` among the others counts."""
        return bool(self._sequences.of_call(self._module, call, self._key)) or self._sequences.is_threaded(
            self._module, call, self._key
        )

    def _is_made_by(self, loop: Loop, others: list[Loop]) -> bool:
        """Whether ``loop`` iterates over what one of ``others`` makes: when that has an order, this one has it too."""
        name = loop.iterable
        scope = binding_scope(self._module, loop.scope, name) if isinstance(name, str) and "." not in name else None
        if scope is None or not others:
            return False
        calls = self._methods.get(name, ())
        return any(
            any(_holds(binding, other) for binding in scope.bindings[name])
            or any(runs_in(self._module, other, call) for call in calls)
            for other in others
        )

    @cached_property
    def _methods(self) -> dict[Ref, list[Call]]:
        """The calls of methods, by whose they are."""
        found: dict[Ref, list[Call]] = {}
        for call in self._function.calls:
            found.setdefault(receiver_and_method(call.func)[0], []).append(call)
        return found

    # ------------------------------------------------------------------ coroutines side by side

    def _launch(self, launch: Launch, call: Call) -> Iterator[Effect]:
        names = self._names(call)
        label = f"{text_of(call.func, '')}()"
        if not names.isdisjoint(waits.GATHERS):
            how = self._interleaves(launch)
            if how:
                yield Effect(INTERLEAVED, "", label, call.span, how)
        elif not names.isdisjoint(waits.MAKES_TASK):
            if launch.end is None and names.isdisjoint(waits.GROUPS) and any(map(self._runs_durable, launch.members)):
                yield Effect(FORGOTTEN, "", label, call.span)
            if self._runs_beside(launch, call):
                yield Effect(INTERLEAVED, "", label, call.span, BESIDE)
        elif any(map(self._runs_durable, launch.members)):
            if not names.isdisjoint(waits.WAIT_FOR) and _limit(call, 1, "timeout") not in (None, _NONE):
                yield Effect(TIMED, "", label, call.span)
            elif not names.isdisjoint(waits.AS_COMPLETED) or (not names.isdisjoint(waits.WAIT) and self._is_race(call)):
                yield Effect(RACES, "", label, call.span)

    def _runs_durable(self, member: Member) -> bool:
        return member.number in self._calls and self._is_durable(self._calls[member.number])

    def _draws(self, member: Member) -> int:
        """How many numbers a coroutine draws one after the other."""
        call = self._calls.get(member.number)
        return self._sequences.of_call(self._module, call, self._key) if call is not None else 0

    def _interleaves(self, launch: Launch) -> str:
        """How the coroutines that a ``gather`` runs get in each other's way; tasks are their own launches' concern."""
        chains, threads, others = 0, 0, 0
        for member in launch.members:
            if member.in_task or not self._runs_durable(member):
                continue
            weight = MANY if member.repeated else 1
            if self._sequences.is_threaded(self._module, self._calls[member.number], self._key):
                threads += weight
            else:
                others += weight
                chains += weight if self._draws(member) == MANY else 0
        if chains >= MANY:
            return TOGETHER
        return IN_THREADS if threads and threads + others >= MANY else ""

    def _runs_beside(self, launch: Launch, call: Call) -> bool:
        """Whether a task draws several numbers while others, or the function itself, do too."""
        if not self._is_chain(launch):
            return False
        start, end = call.span[2:], launch.end or (self._function.span.end_row, self._function.span.end_col)
        meanwhile = [each for each in self._function.calls if start <= each.span[:2] and each.span[2:] <= end]
        return (
            launch.repeated
            or self._sequences.along(self._module, meanwhile, self._key, call.block) == MANY
            or any(self._overlaps(other, call) for other in self._function.launches if other is not launch)
        )

    def _is_chain(self, launch: Launch) -> bool:
        return any(self._draws(member) == MANY for member in launch.members)

    def _overlaps(self, other: Launch, call: Call) -> bool:
        """Whether the task of ``other``, a chain itself, is still running when ``call`` starts another one."""
        first = self._calls.get(other.number)
        if first is None or self._names(first).isdisjoint(waits.MAKES_TASK) or not self._is_chain(other):
            return False
        return first.span < call.span and (other.end is None or other.end > call.span[:2])

    # ------------------------------------------------------------------ races and timeouts

    def _is_race(self, call: Call) -> bool:
        """Whether a wait ends before all are done: at the first one, or when the time is up."""
        if _limit(call, 1, "timeout") not in (None, _NONE):
            return True
        until = given(call, "return_when") or (call.args[2] if len(call.args) > 2 else None)
        values = self._resolve(until, place_of(call))
        return any(
            (isinstance(value, External) and value.name in waits.FIRST)
            or (isinstance(value, Constant) and value.value in waits.FIRST)
            for value in values
        )

    def _alarms(self, durable: list[Call]) -> Iterator[Effect]:
        called = self._analysis.resolver.once(names_called, self._module)[self._function.id]
        for call in () if called.isdisjoint(waits.ALARM_TERMINALS) else self._function.calls:
            name = terminal(call.func, self._module.renamed)
            if name in waits.ALARM_TERMINALS and not self._names(call).isdisjoint(waits.ALARMS):
                seconds = _limit(call, 0 if name == "alarm" else 1, "seconds")
                if seconds != ("const", 0) and any(call.span < each.span for each in durable):
                    yield Effect(TIMED, "", f"{text_of(call.func, '')}()", call.span)

    def _by_loop(self, durable: list[Call]) -> dict[int, list[Call]]:
        """The durable calls in the block of each loop."""
        blocks = {loop.block for loop in self._function.loops}
        found: dict[int, list[Call]] = {}
        for call in durable if blocks else ():
            block = call.block
            while block != MODULE:
                if block in blocks:
                    found.setdefault(block, []).append(call)
                block = self._module.blocks[block].parent
        return found

    def _by_comprehension(self, durable: list[Call]) -> dict[int, list[Call]]:
        """The durable calls in each comprehension, by its scope."""
        found: dict[int, list[Call]] = {}
        for call in durable:
            scope = call.scope
            while self._module.scopes[scope].kind == "comprehension":
                found.setdefault(scope, []).append(call)
                scope = self._module.scopes[scope].parent
            found.setdefault(scope, []).append(call)
        return found

    # ------------------------------------------------------------------ handlers and managers

    def _attempt(self, attempt: Attempt) -> Iterator[Effect]:
        if self._runs_within(attempt.body):
            place = Place(attempt.scope, attempt.body.row, attempt.block)
            cancels = errors = False
            for handler in attempt.handlers:
                caught = {"BaseException"} if handler.bare else self._classes(handler.type, place)
                if not cancels and caught & waits.CATCH_CANCELLATION:
                    cancels = True
                    if not handler.raises:
                        yield Effect(CATCHES_CANCELLATION, "", _clause(handler.bare, caught), handler.span)
                if not errors and caught & waits.CATCH_UNEXPECTED:
                    errors = True
                    if "Exception" in caught and "BaseException" not in caught and not handler.raises:
                        yield Effect(CATCHES_ERRORS, "", "except Exception", handler.span)
        for call in self._durable.of(attempt.final) if attempt.final is not None else ():
            yield Effect(DURABLE_IN_FINALLY, "", f"{text_of(call.func, '')}()", call.span)

    def _classes(self, ref: Ref, place: Place) -> set[str]:
        """The names of the exception classes that a clause names."""
        refs = ref[1:] if isinstance(ref, tuple) and ref[0] == "tuple" else (ref,)
        values = [value for part in refs for value in self._resolve(part, place)]
        elements = [each for value in values for each in (value.elements if isinstance(value, Container) else (value,))]
        return {value.name for value in elements if isinstance(value, External)}

    def _managed(self, managed: Managed) -> Iterator[Effect]:
        if not self._runs_within(managed.body):
            return
        made = self._made(managed)
        if made is None:
            return
        (_, func, args, keywords), place = made
        names = {value.name for value in self._resolve(func, place) if isinstance(value, External)}
        label = f"{text_of(func, '')}()"
        if names & waits.SUPPRESSES:
            caught = {name for ref in args for name in self._classes(ref, place)}
            if caught & waits.CATCH_CANCELLATION:
                yield Effect(CATCHES_CANCELLATION, "", label, managed.span)
            elif "Exception" in caught:
                yield Effect(CATCHES_ERRORS, "", label, managed.span)
        elif names & waits.TIMEOUTS:
            limits = [*args[:1], *(ref for _, ref in keywords)]
            if limits and limits[0] != _NONE:
                yield Effect(TIMED, "", label, managed.span)

    def _runs_within(self, body: Span) -> bool:
        """Whether ``body`` makes durable calls, or waits for a task that does."""
        return bool(self._durable.of(body)) or any(
            launch.end is not None
            and body[:2] <= launch.end <= body[2:]
            and any(map(self._runs_durable, launch.members))
            for launch in self._function.launches
        )

    def _made(self, managed: Managed) -> tuple[tuple[Any, ...], Place] | None:
        """The call that makes the manager, which a variable may hold, and where it stands."""
        ref, place = managed.manager, place_of(managed)
        if isinstance(ref, str):
            given = list(assigned(self._module, ref, place))
            ref, place = given[0] if len(given) == 1 else (None, place)
        return (ref, place) if is_call(ref) else None


def _holds(binding: Binding, loop: Loop) -> bool:
    """Whether what is assigned there holds ``loop``, a comprehension: in the same row, or laid out over several."""
    if binding.row >= loop.span.row:
        return binding.row == loop.span.row
    return binding.kind == "value" and loop.block == MODULE and loop.iterable in _iterables(binding.value)


def _iterables(ref: Ref) -> Iterator[Ref]:
    """What the comprehensions in ``ref`` iterate over."""
    todo = [ref]
    while todo:
        part = todo.pop()
        if isinstance(part, tuple):
            if part[:1] == ("comp",):
                yield from part[2:3]
            todo += part


def _limit(call: Call, position: int, name: str) -> Ref | None:
    """The reference of a time that is given to ``call``: ``None`` where there is none, else something."""
    if position < len(call.args):
        return call.args[position] or "?"
    for keyword, ref in call.keywords:
        if keyword == name:
            return ref or "?"
    return None


def _clause(bare: bool, caught: set[str]) -> str:
    if bare:
        return "a bare except"
    return "except BaseException" if "BaseException" in caught else "except DBOSWorkflowCancelledError"
