"""Which functions of a module are handed on as values, so that more than the calls seen may run them."""

from __future__ import annotations

from collections.abc import Iterator

from dbos_lint.semantics.analysis import Analysis
from dbos_lint.semantics.scoping import Place, place_of
from dbos_lint.semantics.sites import Call, Ref
from dbos_lint.semantics.summary import Module
from dbos_lint.semantics.values import Entity, FunctionValue, Partial, Value


def escaping(analysis: Analysis, module: Module) -> frozenset[int]:
    """The functions of ``module`` that it passes, returns or keeps somewhere, for others to call."""
    return frozenset(_escaping(analysis, module))


def _escaping(analysis: Analysis, module: Module) -> Iterator[int]:
    for function in module.functions:
        for call in function.calls:
            yield from _arguments(analysis, module, call)
        place = Place(function.scope, function.span.end_row, function.block)
        for result in (*function.results, *function.yields):
            yield from _named(analysis, module, result, place)
    for scope in module.scopes:
        for bindings in scope.bindings.values():
            for binding in bindings:
                # Another name for a function is only a name; what holds it is more.
                if binding.kind == "value" and isinstance(binding.value, tuple) and binding.value[0] != "lambda":
                    place = Place(scope.id, binding.row - 1, binding.block)
                    yield from _named(analysis, module, binding.value, place)
    for klass in module.classes:
        for values in klass.attributes.values():
            for ref, scope_id in values:
                yield from _named(analysis, module, ref, Place(scope_id))


def _arguments(analysis: Analysis, module: Module, call: Call) -> Iterator[int]:
    """The functions among the arguments of ``call``, but for those that the callee is seen to call."""
    run = {(function.module, function.id) for function in analysis.calls.callees(module, call).runs}
    place = place_of(call)
    for ref in (*call.args, *(ref for _, ref in call.keywords)):
        for id in _named(analysis, module, ref, place):
            if (module.path, id) not in run:
                yield id


def _named(analysis: Analysis, module: Module, ref: Ref, place: Place) -> Iterator[int]:
    """The functions of ``module`` that ``ref`` or a part of it denotes, without being called."""
    if isinstance(ref, str):
        for value in analysis.resolver.resolve(module, ref, place):
            function = _function_of(value)
            if function is not None and function.module == module.path:
                yield function.id
    elif isinstance(ref, tuple) and ref:
        kind = ref[0]
        if kind == "lambda":
            yield ref[1]
        elif kind in ("list", "tuple", "set", "or"):
            for part in ref[1:]:
                yield from _named(analysis, module, part, place)
        elif kind == "dict":
            for _, part in ref[2] if len(ref) > 2 else ():
                yield from _named(analysis, module, part, place)
        elif kind == "annotated" or kind == "await":
            yield from _named(analysis, module, ref[1], place)
        elif kind == "attr" and isinstance(ref[1], tuple):
            for value in analysis.resolver.resolve(module, ref, place):
                function = _function_of(value)
                if function is not None and function.module == module.path:
                    yield function.id


def _function_of(value: Value) -> FunctionValue | None:
    while isinstance(value, Partial):
        value = value.callee
    if isinstance(value, Entity):
        value = value.function
    return value if isinstance(value, FunctionValue) else None
