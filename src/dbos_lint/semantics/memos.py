"""Durable calls that a cache skips: under a decorator that remembers results, or where a program keeps them itself."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter
from typing import TYPE_CHECKING

from dbos_lint.catalog import api, frameworks
from dbos_lint.semantics.effects import DURABLE, GLOBAL_WRITE, MEMOIZED, SELF_MEMOIZED, SELF_WRITE, Effect
from dbos_lint.semantics.refs import text_of, uncalled
from dbos_lint.semantics.resolve import Resolver
from dbos_lint.semantics.scoping import Place
from dbos_lint.semantics.sites import MODULE, Call, Decorator, Ref, Write
from dbos_lint.semantics.summary import Function, Module
from dbos_lint.semantics.values import External, FunctionKey
from dbos_lint.semantics.writes import effect_of_write

if TYPE_CHECKING:
    from dbos_lint.semantics.analysis import Analysis

_DURABLE = frozenset({DURABLE})
MEMOS = frozenset({MEMOIZED, SELF_MEMOIZED})
"""The kinds of effect that are told here."""
_KINDS = {GLOBAL_WRITE: MEMOIZED, SELF_WRITE: SELF_MEMOIZED}


class Memos:
    """What the functions of one project remember of durable calls."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._found: dict[FunctionKey, tuple[Effect, ...]] = {}

    def of(self, key: FunctionKey) -> tuple[Effect, ...]:
        """The durable calls of one function that may be skipped."""
        known = self._found.get(key)
        if known is None:
            module = self._analysis.resolver.module(key.module)
            function = module.functions[key.id]
            known = self._found[key] = tuple(self._find(module, function, key))
        return known

    def _find(self, module: Module, function: Function, key: FunctionKey) -> Iterator[Effect]:
        # What a function in a function remembers is gone with the run that has made it.
        if function.decorators and function.parent == MODULE:
            decorator = memoizer(self._analysis.resolver, module, function)
            if decorator is not None and self._analysis.leads_to(key, _DURABLE):
                label = text_of(decorator.ref[1] if isinstance(decorator.ref, tuple) else decorator.ref, "a cache")
                yield Effect(MEMOIZED, function.qualname, f"{function.name}()", decorator.span, f"@{label}")
        for write in function.writes:
            if write.guard and write.value is not None:
                effect = effect_of_write(self._analysis.calls, module, function, write)
                call = _kept_call(module, function, write) if effect is not None and effect.kind in _KINDS else None
                if effect is not None and call is not None and self._is_durable(module, call, key):
                    label = f"{text_of(call.func, '')}()"
                    yield Effect(_KINDS[effect.kind], effect.name, label, call.span, effect.label)

    def _is_durable(self, module: Module, call: Call, key: FunctionKey) -> bool:
        calls = self._analysis.calls
        callees = calls.callees(module, call, calls.environment(key))
        return (
            bool(callees.durable)
            or not callees.names.isdisjoint(api.DURABLE)
            or any(self._analysis.leads_to(calls.resolver.key(callee), _DURABLE) for callee in callees.runs)
        )


def memoizer(resolver: Resolver, module: Module, function: Function) -> Decorator | None:
    """The decorator that remembers the results of ``function``; the outermost, if there are several."""
    if frameworks.MEMOIZES.isdisjoint(resolver.decorator_names(module, function)):
        return None
    place = Place(module.scopes[function.scope].parent, function.span.row, function.block)
    for decorator in function.decorators:
        values = resolver.resolve(module, uncalled(decorator.ref), place)
        if any(isinstance(value, External) and value.name in frameworks.MEMOIZES for value in values):
            return decorator
    return None


def _kept_call(module: Module, function: Function, write: Write) -> Call | None:
    """The call whose result is kept by ``write``."""
    # What is assigned stands behind what it is assigned to, if not in the same line.
    value, after = write.value, (write.span.end_row, write.span.end_col)
    if isinstance(value, str):
        bound = [
            binding
            for binding in module.scopes[write.scope].bindings.get(value, ())
            if binding.kind == "value" and binding.row <= write.span.row
        ]
        if not bound:
            return None
        value, after = bound[-1].value, (bound[-1].row, 0)
    value = _bare(value)
    if not isinstance(value, tuple) or value[0] != "call":
        return None
    made = (call for call in function.calls if (call.func, call.args, call.keywords) == value[1:])
    return min((call for call in made if call.span[:2] >= after), key=_span, default=None)


_span = attrgetter("span")


def _bare(value: Ref) -> Ref:
    """What is awaited or annotated."""
    while isinstance(value, tuple) and value[0] in ("await", "annotated"):
        value = value[1]
    return value
