"""With what a project's data are stored: pickle, unless its configuration names another serializer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from dbos_lint.catalog.names import SERIALIZER
from dbos_lint.semantics.analysis import Analysis
from dbos_lint.semantics.scoping import Place, place_of
from dbos_lint.semantics.sites import Ref
from dbos_lint.semantics.summary import Module
from dbos_lint.semantics.values import Entity, External, Instance

if TYPE_CHECKING:
    from dbos_lint.semantics.names import Names

PICKLE = "pickle"
PORTABLE = "portable"
OTHER = "other"

_OPTION = "serialization_type"
_FORMAT = "dbos.WorkflowSerializationFormat"
_PORTABLE = (Instance(External("dbos.DBOSPortableJSONSerializer")), External("dbos.DBOSPortableJSON"))


def serializer_of(analysis: Analysis, module: Module) -> str:
    """What the data of ``module``'s project are stored with: ``PICKLE``, ``PORTABLE`` JSON, or something ``OTHER``."""
    found = {each for _, all_found in analysis.names.answers(SERIALIZER, SERIALIZER, module) for each in all_found}
    return PICKLE if not found else found.pop() if len(found) == 1 else OTHER


def serializers_in(names: Names, module: Module) -> list[Any]:
    """What a file says of it."""
    resolved = (names.calls.resolver.resolve(module, ref, place) for ref, place in _given(module))
    return sorted(
        {PORTABLE if values and all(value in _PORTABLE for value in values) else OTHER for values in resolved}
    )


def format_of(analysis: Analysis, module: Module, ref: Ref, place: Place) -> str:
    """What an option ``serialization_type`` asks for: ``PICKLE``, ``PORTABLE``, or ``OTHER`` where that is not known;
    empty where it leaves it to the application."""
    values = analysis.resolver.resolve(module, ref, place)
    names = {value.name if isinstance(value, External) else "" for value in values}
    if names == {f"{_FORMAT}.PORTABLE"}:
        return PORTABLE
    if names == {f"{_FORMAT}.NATIVE"}:
        return PICKLE
    return "" if names == {f"{_FORMAT}.DEFAULT"} or ref == ("const", None) else OTHER


def format_of_workflow(analysis: Analysis, workflow: Entity) -> str:
    """What a workflow asks for its data to be stored as, as :func:`format_of` tells it."""
    home = analysis.resolver.module(workflow.function.module)
    function = analysis.resolver.function(workflow.function)
    place = Place(home.scopes[function.scope].parent, function.span.row, function.block)
    options = dict(workflow.options)
    return format_of(analysis, home, options[_OPTION], place) if _OPTION in options else ""


def _given(module: Module) -> Iterator[tuple[Ref, Place]]:
    """What is written down under the name ``serializer``: in a dict, as an item of one, as a keyword."""
    for scope in module.scopes:
        for bindings in scope.bindings.values():
            for binding in bindings:
                if binding.kind == "value":
                    value = binding.value
                    if isinstance(value, tuple) and value[0] == "annotated":
                        value = value[1]
                    for ref in _in_dict(value):
                        yield ref, Place(scope.id, binding.row, binding.block)
    for function in module.functions:
        for call in function.calls:
            found, refs = [], call.args
            if call.keywords:
                found, refs = _named(call.keywords), (*refs, *[ref for _, ref in call.keywords])
            for given in refs:
                if isinstance(given, tuple) and given[0] == "dict":
                    found += _in_dict(given)
            for ref in found:
                yield ref, place_of(call)
        for result in function.results:
            for ref in _in_dict(result):
                yield ref, Place(function.scope)
        for write in function.writes if function.id else module.stores:
            if write.key == SERIALIZER:
                yield write.value, Place(write.scope, write.span.row)


def _in_dict(ref: Ref) -> list[Ref]:
    return _named(ref[2]) if isinstance(ref, tuple) and ref[0] == "dict" and len(ref) > 1 else []


def _named(items: Iterable[tuple[str | None, Ref]]) -> list[Ref]:
    return [ref for name, ref in items if name == SERIALIZER and ref != ("const", None)]
