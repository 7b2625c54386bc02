"""Which functions let an exception out that does not come back as it was from where dbos records it."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from dbos_lint.semantics.effects import RAISES_LOSSY, Effect
from dbos_lint.semantics.refs import is_call
from dbos_lint.semantics.scoping import Place
from dbos_lint.semantics.sites import Attempt, Handler, Read
from dbos_lint.semantics.summary import Function, Module
from dbos_lint.semantics.values import ClassValue, Container, External, FunctionKey, Instance, Value
from dbos_lint.syntax.spans import Span, holds

if TYPE_CHECKING:
    from dbos_lint.semantics.analysis import Analysis
    from dbos_lint.semantics.exceptions import Exceptions


class Raising:
    """What the functions of one project raise."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._found: dict[FunctionKey, tuple[Effect, ...]] = {}
        self._classes: dict[str, ClassValue] = {}

    @cached_property
    def _exceptions(self) -> Exceptions:
        from dbos_lint.semantics.exceptions import Exceptions  # few files raise what they make themselves

        return Exceptions(self._analysis.resolver)

    def of(self, key: FunctionKey) -> tuple[Effect, ...]:
        """The exceptions that one function raises by itself and that are not rebuilt as they were."""
        known = self._found.get(key)
        if known is None:
            module = self._analysis.resolver.module(key.module)
            function = module.functions[key.id]
            known = self._found[key] = tuple(self._find(module, function)) if function.raises else ()
        return known

    def is_caught(self, caller: FunctionKey, span: Span, effect: Effect) -> bool:
        """Whether ``caller`` may catch what the call at ``span`` lets out."""
        module = self._analysis.resolver.module(caller.module)
        return self._stops(module, module.functions[caller.id], span, self._classes[effect.name])

    def _find(self, module: Module, function: Function) -> Iterator[Effect]:
        for raised in function.raises:
            klass = self._class_of(module, raised)
            if klass is None:
                continue
            # How many arguments it gets is known where it is made.
            why = self._exceptions.lost(klass, len(raised.ref[2]) if is_call(raised.ref) else None)
            if why and not self._stops(module, function, raised.span, klass):
                name = self._analysis.resolver.qualified_name(klass)
                self._classes[name] = klass
                yield Effect(RAISES_LOSSY, name, self._analysis.resolver.klass(klass).name, raised.span, why)

    def _class_of(self, module: Module, raised: Read) -> ClassValue | None:
        values = self._analysis.calls.resolve(module, raised.ref, raised)
        if len(values) == 1 and isinstance(values[0], Instance) and isinstance(values[0].type, ClassValue):
            return values[0].type
        return None

    def _stops(self, module: Module, function: Function, span: Span, klass: ClassValue) -> bool:
        """Whether a ``try`` of ``function`` around ``span`` may catch exceptions of ``klass``."""
        return any(
            self._may_catch(module, attempt, handler, klass)
            for attempt in function.attempts
            if holds(attempt.body, span)
            for handler in attempt.handlers
        )

    def _may_catch(self, module: Module, attempt: Attempt, handler: Handler, klass: ClassValue) -> bool:
        """Whether a clause catches exceptions of ``klass``, or nobody can tell."""
        if handler.bare:
            return True
        place = Place(attempt.scope, attempt.body.row, attempt.block)
        values = self._analysis.resolver.resolve(module, handler.type, place)
        if len(values) == 1 and isinstance(values[0], Container):
            values = values[0].elements if values[0].whole else ()
        lineage = self._analysis.resolver.lineage(klass)
        return not values or any(_is_base(value, lineage) for value in values)


def _is_base(value: Value, lineage: tuple[ClassValue | External, ...]) -> bool:
    if value in lineage:
        return True
    caught = getattr(builtins, value.name, None) if isinstance(value, External) else None
    bases = [getattr(builtins, base.name, None) for base in lineage if isinstance(base, External)]
    return isinstance(caught, type) and any(isinstance(base, type) and issubclass(base, caught) for base in bases)
