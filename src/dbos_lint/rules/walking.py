"""The one walk over a file that drives all visitors: each is shown what it wants to see, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any, TypeAlias

from dbos_lint import timings
from dbos_lint.rules.visitor import Here, Visitor
from dbos_lint.semantics.calls import Callees
from dbos_lint.semantics.values import DecoratorValue, Entity, External, FunctionValue, Value
from dbos_lint.settings import Settings

# Methods for nodes, in the order in which these are shown.
_SHOWN = ("visit_FunctionDef", "visit_ClassDef", "visit_Try", "visit_With", "visit_Loop")
_METHODS = ("visit_Call", *_SHOWN, "visit_effect", "visit_module")
_Method: TypeAlias = Callable[..., None]
_Wanted: TypeAlias = str | type[Value]


def walk(categories: Iterable[type[Visitor]], here: Here) -> None:
    """Show every node of the file, and every effect that happens in it, to the visitors that want it.

    One that raises costs nothing but what it would have found there.
    """
    visitors: list[Any] = []
    for visitor_type in (visitor for category in categories for visitor in (category, *category.parts)):
        try:
            visitors.append(visitor_type(here))
        except Exception as error:
            here.failures.add(visitor_type, error)
    if (clock := timings.running()) is not None:
        for visitor in visitors:
            clock.watch(visitor, _METHODS)
    nodes = here.collected.nodes
    _walk_calls(_with(visitors, "visit_Call"), here)
    shown: tuple[Iterable[tuple[Any, Any]], ...] = (
        nodes.functions,
        nodes.classes,
        nodes.tries,
        nodes.withs,
        nodes.loops,
    )
    for name, pairs in zip(_SHOWN, shown, strict=True):
        methods = [getattr(visitor, name) for visitor in _with(visitors, name)]
        for node, record in pairs if methods else ():
            for method in methods:
                try:
                    method(node, record)
                except Exception as error:
                    here.failures.add(method, error, node)
    _walk_effects(_with(visitors, "visit_effect"), here)
    for visitor in _with(visitors, "visit_module"):
        try:
            visitor.visit_module()
        except Exception as error:
            here.failures.add(visitor, error)


def _with(visitors: Sequence[Any], method: str) -> list[Any]:
    """Those of ``visitors`` that have the ``method``."""
    return [visitors[index] for index in _having(tuple([visitor.__class__ for visitor in visitors]), method)]


@cache
def _having(visitors: tuple[type[Visitor], ...], method: str) -> list[int]:
    return [index for index, visitor in enumerate(visitors) if hasattr(visitor, method)]


def _walk_effects(visitors: Iterable[Any], here: Here) -> None:
    curious = [visitor.visit_effect for visitor in visitors if visitor.effects is None]
    wanted: dict[tuple[str, str], list[_Method]] = {}
    for visitor in visitors:
        for pair in visitor.effects or ():
            wanted.setdefault(pair, []).append(visitor.visit_effect)
    try:
        for reached in here.contexts.reached(None if curious else wanted.keys()) if curious or wanted else ():
            for method in (*curious, *wanted.get((reached.context, reached.effect.kind), ())):
                try:
                    method(reached)
                except Exception as error:
                    here.failures.add(method, error, reached.span)
    except Exception as error:
        here.failures.add(here, error)


def _walk_calls(visitors: Sequence[Any], here: Here) -> None:
    """Show each call to the visitors that want it: most want those of a few names, and there are many visitors."""
    audience = _Audience(visitors, _decorators_are_configured(here.settings))
    # Most calls run what others run, too: what that is, is one object for all of them.
    shown: dict[Callees, tuple[_Method, ...]] = {}
    known = here.analysis.calls.of(here.module)
    for node, call in here.collected.nodes.calls:
        try:
            callees = known[call.number]
        except Exception as error:
            here.failures.add(here, error, node)
            continue
        methods = shown.get(callees)
        if methods is None:
            methods = shown[callees] = audience.of(callees)
        for method in methods:
            try:
                method(node, call)
            except Exception as error:
                here.failures.add(method, error, node)


class _Audience:
    """Who wants to see which calls; ``anything`` may be a decorator of dbos, if the settings name such."""

    def __init__(self, visitors: Sequence[Any], anything: bool) -> None:
        self._anything = anything
        self._methods: list[_Method] = [visitor.visit_Call for visitor in visitors]
        self._curious, self._wanted = _wishes(tuple([visitor.__class__ for visitor in visitors]))

    def of(self, callees: Callees) -> tuple[_Method, ...]:
        """The methods that want to see a call that may run ``callees``."""
        if not self._anything and not any(map(_may_concern, callees.values)):
            return ()  # most call what neither dbos nor the project has made
        known = (*sorted(callees.names), *_kinds(callees, self._anything))
        who = dict.fromkeys([*self._curious, *(one for each in known for one in self._wanted.get(each, ()))])
        return tuple([self._methods[one] for one in who])


@cache
def _wishes(visitors: tuple[type[Visitor], ...]) -> tuple[list[int], dict[_Wanted, list[int]]]:
    """Which of ``visitors`` want to see all calls that may concern a rule, and which what else."""
    curious: list[int] = []
    wanted: dict[_Wanted, list[int]] = {}
    for index, visitor in enumerate(visitors):
        if visitor.calls is None:
            curious.append(index)
        for what in (*(visitor.calls or ()), *visitor.called):
            wanted.setdefault(what, []).append(index)
    return curious, wanted


def _may_concern(value: Value) -> bool:
    return not isinstance(value, External) or value.name.startswith("dbos.")


def _kinds(callees: Callees, anything: bool) -> Iterator[type[Value]]:
    """The kinds of what a call runs and of what it calls."""
    yield from (value.__class__ for value in callees.values)
    if callees.durable:
        yield Entity
    if callees.runs or callees.delegations:
        yield FunctionValue
    if anything:
        yield DecoratorValue


def _decorators_are_configured(settings: Settings) -> bool:
    """Whether the settings name decorators: then any call may be one of those."""
    return bool(settings.workflow_decorators or settings.step_decorators or settings.transaction_decorators)
