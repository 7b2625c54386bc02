"""How functions are made durable: by a decorator, by calling one, by handing them to ``run_step``.

Beside what :mod:`dbos_lint.semantics.entities` tells of a module's own functions, a declaration says how and with
which options, also of functions of other modules.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbos_lint.catalog import api
from dbos_lint.semantics.analysis import Analysis
from dbos_lint.semantics.options import Options, of_argument, of_keywords
from dbos_lint.semantics.resolve import Resolver
from dbos_lint.semantics.scoping import Place, place_of
from dbos_lint.semantics.sites import DECORATOR, Call, Ref
from dbos_lint.semantics.summary import Function, Module
from dbos_lint.semantics.values import (
    DecoratorValue,
    Entity,
    External,
    FunctionValue,
    Partial,
    Values,
)
from dbos_lint.syntax.spans import Span

# Decorators that leave a function what it is.
_TRANSPARENT = frozenset({"staticmethod", "classmethod"})
# Keywords under which the calls take their options and their function.
_OPTIONS = ("dbos_step_options", "ds_options")
_FUNCTION = ("func",)


class Declaration:
    """That ``target`` is made durable as ``kind`` by ``name``, the qualified name of a decorator or call of dbos.

    ``target`` and ``options`` are None when they cannot be told, ``name`` is empty for a decorator of the project.
    ``span`` is the decorator or the call.
    """

    __slots__ = ("kind", "name", "options", "span", "target")

    def __init__(
        self,
        kind: str,
        name: str,
        target: FunctionValue | Entity | None,
        options: Options | None,
        span: Span,
    ) -> None:
        self.kind = kind
        self.name = name
        self.target = target
        self.options = options
        self.span = span

    @property
    def label(self) -> str:
        """How messages name what makes it: ``DBOS.run_step`` for ``dbos.DBOS.run_step``."""
        return self.name.removeprefix("dbos.")


def by_decorators(analysis: Analysis, module: Module, function: Function) -> Iterator[Declaration]:
    """The declarations among the decorators of ``function``, from the bottom up."""
    resolver = analysis.resolver
    place = Place(module.scopes[function.scope].parent, function.span.row, function.block)
    own = FunctionValue(module.path, function.id)
    target: FunctionValue | Entity | None = own
    for decorator, values in resolver.decorated(own).layers:
        made = _made_by(resolver, values)
        if made is None:
            if decorator.ref not in _TRANSPARENT and target is own:
                target = None
        elif made.kind != api.OTHER_DECORATOR:
            options = _options_of(analysis, module, decorator.ref, made, place, decorator.span)
            yield Declaration(made.kind, made.name, target, options, decorator.span)
            target = Entity(made.kind, own, made.options)


def _made_by(resolver: Resolver, values: Values) -> DecoratorValue | None:
    """The decorator of dbos, or of the settings, that ``values`` are."""
    for value in values:
        if isinstance(value, DecoratorValue):
            return value
        name = resolver.qualified_name(value) if isinstance(value, FunctionValue) else ""
        if isinstance(value, External):
            name = value.name
            if name in api.DECORATORS:
                return DecoratorValue(api.DECORATORS[name], name)
        kind = resolver.configured_kind(name) if name else None
        if kind is not None:
            return DecoratorValue(kind, "")
    return None


def _options_of(
    analysis: Analysis, module: Module, ref: Ref, made: DecoratorValue, place: Place, span: Span
) -> Options | None:
    """The options of the decorator ``ref``, where this very expression gives them."""
    if not isinstance(ref, tuple) or ref[0] != "call":
        return None if made.options else Options({}, module.path, span)
    if analysis.resolver.resolve(module, ref[1], place)[:1] != (External(made.name),):
        return None
    return of_keywords(analysis.resolver, module, ref[3], place, span)


def by_call(analysis: Analysis, module: Module, call: Call) -> Declaration | None:
    """What ``call`` declares: ``DBOS.step(...)(f)``, ``ds.transaction(f)``, ``DBOS.run_step(options, f)``."""
    values = analysis.calls.callees(module, call).values
    value = values[0] if len(values) == 1 else None
    if isinstance(value, External) and value.name in api.RUNS_STEP:
        ref = given(call, 0, _OPTIONS)
        options = None if ref is None else of_argument(analysis, module, call, ref)
        target = _target(analysis, module, call, given(call, 1, _FUNCTION))
        return Declaration(api.RUNS_STEP[value.name], value.name, target, options, call.span)
    if len(call.args) != 1:
        return None
    made = _made_by(analysis.resolver, values[:1]) if isinstance(value, (DecoratorValue, External)) else None
    if made is None or made.kind == api.OTHER_DECORATOR or call.flags & DECORATOR:
        return None
    place = place_of(call)
    target = _target(analysis, module, call, call.args[0])
    options = _options_of(analysis, module, call.func, made, place, call.span)
    return Declaration(made.kind, made.name, target, options, call.span)


def given(call: Call, position: int, names: tuple[str, ...]) -> Ref:
    """The argument of ``call`` at ``position`` or under one of ``names``; None when it is not given or unknown."""
    if position < len(call.args):
        return call.args[position] if all(ref is not None for ref in call.args[:position]) else None
    return next((ref for name, ref in call.keywords if name in names), None)


def _target(analysis: Analysis, module: Module, call: Call, ref: Ref) -> FunctionValue | Entity | None:
    values = analysis.calls.resolve(module, ref, call)
    value = values[0] if len(values) == 1 else None
    while isinstance(value, Partial):
        value = value.callee
    if isinstance(value, FunctionValue):
        return value if is_transparent(analysis.resolver, value) else None
    return value if isinstance(value, Entity) else None


def is_transparent(resolver: Resolver, value: FunctionValue) -> bool:
    """Whether the function is what its ``def`` says: only decorators of dbos, and such as leave it what it is."""
    for decorator, values in resolver.decorated(value).layers:
        if decorator.ref not in _TRANSPARENT and _made_by(resolver, values) is None:
            return False
    return True
