"""How many durable calls a function makes one after the other, as numbers are drawn for them.

Coroutines that are started together draw their first numbers in the order of starting. Whoever draws a second one does
it when its first call is done, and that is another order each time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from dbos_lint.catalog import api, types
from dbos_lint.semantics.calls import Callees
from dbos_lint.semantics.coroutines import makes_coroutine
from dbos_lint.semantics.effects import DURABLE
from dbos_lint.semantics.sites import AWAITED, MODULE, Call
from dbos_lint.semantics.summary import Module
from dbos_lint.semantics.values import Entity, FunctionKey, FunctionValue, Partial
from dbos_lint.syntax.spans import holds

if TYPE_CHECKING:
    from dbos_lint.semantics.analysis import Analysis

MANY = 2
"""More is not counted."""

_DURABLE = frozenset({DURABLE})
# Calls that are recorded without a number of their own that could be another one: a handle's result is asked for again.
_DRAW_NOTHING = frozenset(
    {
        f"{api.HANDLE}.get_result",
        f"{api.ASYNC_HANDLE}.get_result",
        "dbos.StepReservation.run",
        "dbos.StepReservation.run_async",
    }
)


class Sequences:
    """Counts the durable calls of the functions of one project."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._counts: dict[FunctionKey, int] = {}

    def draws(self, key: FunctionKey) -> int:
        """How many numbers a run of the function draws one after the other, in the longest case: 0, 1 or ``MANY``."""
        known = self._counts.get(key)
        if known is None:
            self._counts[key] = 0
            module = self._analysis.resolver.module(key.module)
            calls = module.functions[key.id].calls
            block = calls[0].block if calls else MODULE
            while block != MODULE and module.blocks[block].kind != "function":
                block = module.blocks[block].parent
            known = self._counts[key] = self.along(module, calls, key, block)
        return known

    def along(self, module: Module, calls: Sequence[Call], key: FunctionKey, block: int = MODULE) -> int:
        """How many numbers ``calls``, of the function ``key``, draw one after the other, all of them in ``block`` or
        behind it."""
        return _longest(module, block, list(self._drawn(module, calls, key)))

    def _drawn(self, module: Module, calls: Sequence[Call], key: FunctionKey) -> Iterator[tuple[Call, int]]:
        """The calls that draw numbers. Of coroutines that are started together, and not awaited one by one, only one:
        they draw their first numbers at once."""
        started: int | None = None
        for call in calls:
            drawn = self.of_call(module, call, key)
            if not drawn:
                continue
            if call.flags & AWAITED or not self._is_coroutine(module, call, key):
                started = None
                repeated = module.scopes[call.scope].kind == "comprehension"
                yield call, MANY if repeated else drawn
            else:
                stage = self._stage(module, call, calls, key)
                if stage != started or drawn == MANY:
                    yield call, drawn
                started = stage

    @staticmethod
    def _stage(module: Module, call: Call, calls: Sequence[Call], key: FunctionKey) -> int:
        """The number of the awaited call (``await asyncio.gather(...)``) that starts the coroutine, or -1."""
        launches = {launch.number for launch in module.functions[key.id].launches}
        around = [each for each in calls if each.number in launches and each.flags & AWAITED]
        return next((each.number for each in around if holds(each.span, call.span)), -1)

    def of_call(self, module: Module, call: Call, key: FunctionKey) -> int:
        """How many numbers ``call`` draws, by what it runs."""
        callees = self.callees(module, call, key)
        drawn = 1 if callees.durable or (callees.names & api.DURABLE) - _DRAW_NOTHING else 0
        for callee in callees.runs:
            inner = self._analysis.resolver.key(callee)
            if self._analysis.leads_to(inner, _DURABLE):
                drawn = max(drawn, self.draws(inner))
        return drawn

    def is_durable(self, module: Module, call: Call, key: FunctionKey) -> bool:
        """Whether ``call`` makes a call that dbos records, itself or in what it runs."""
        callees = self.callees(module, call, key)
        if callees.shared:
            return not callees.names.isdisjoint(api.DURABLE)
        return (
            bool(callees.durable)
            or not callees.names.isdisjoint(api.DURABLE)
            or any(map(self._leads_to, callees.runs))
            or self.is_threaded(module, call, key)
        )

    def is_threaded(self, module: Module, call: Call, key: FunctionKey) -> bool:
        """Whether ``call`` makes durable calls in a thread to which dbos's context is copied."""
        callees = self.callees(module, call, key)
        if callees.names.isdisjoint(types.COPIES_CONTEXT):
            return False
        for value in self._analysis.calls.argument(module, call, 0, "func"):
            while isinstance(value, Partial):
                value = value.callee
            if isinstance(value, Entity):
                return True
        return any(map(self._leads_to, callees.aside))

    def callees(self, module: Module, call: Call, key: FunctionKey) -> Callees:
        """What ``call``, made by the function ``key``, may run."""
        calls = self._analysis.calls
        return calls.callees(module, call, calls.environment(key))

    def _leads_to(self, callee: FunctionValue) -> bool:
        return self._analysis.leads_to(self._analysis.resolver.key(callee), _DURABLE)

    def _is_coroutine(self, module: Module, call: Call, key: FunctionKey) -> bool:
        """Whether ``call`` gives a coroutine, which draws nothing before it is awaited."""
        callees = self.callees(module, call, key)
        functions = [*callees.runs, *(entity.function for entity in callees.durable)]
        return any(map(api.gives_coroutine, callees.names)) or any(
            makes_coroutine(self._analysis.resolver, function) for function in functions
        )


def _longest(module: Module, block: int, drawn: list[tuple[Call, int]]) -> int:
    """The longest way through ``block``: branches exclude each other, loops come back, and who leaves is gone."""
    count, longest = 0, 0
    # The branches of the choice that is being looked at: what it counts from, and the longest of them.
    choice, start, branch = MODULE, 0, 0
    for child, inside in groupby(drawn, key=lambda pair: _child(module, block, pair[0].block)):
        within = list(inside)
        if child == block:
            count += sum(number for _, number in within)
            continue
        record = module.blocks[child]
        inner = _longest(module, child, within)
        if record.kind == "loop" and inner and not record.leaves:
            inner = MANY
        if not record.choice or record.choice != choice:
            choice, start, branch = record.choice, count, 0
        if record.leaves and record.kind != "loop":
            longest = max(longest, start + inner)
        else:
            branch = max(branch, inner)
            count = max(count, start + branch)
    return min(MANY, max(longest, count))


def _child(module: Module, outer: int, block: int) -> int:
    """The block directly within ``outer`` that holds ``block``; ``outer`` itself, where there is none."""
    inner = block
    while inner != MODULE and module.blocks[inner].parent != outer:
        inner = module.blocks[inner].parent
    return inner if inner != MODULE else outer
