"""The schedules that a program makes, as it writes them down."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cached_property

from dbos_lint.catalog import patterns
from dbos_lint.semantics.analysis import Analysis
from dbos_lint.semantics.collect import Collected
from dbos_lint.semantics.literals import Literal, literals
from dbos_lint.semantics.options import is_changed, written
from dbos_lint.semantics.refs import is_call
from dbos_lint.semantics.scoping import Place, binding_scope, inner_scope, place_of, reaching
from dbos_lint.semantics.sites import Call, Ref
from dbos_lint.semantics.summary import Module
from dbos_lint.semantics.values import Container, External, Values
from dbos_lint.syntax.spans import Span, span_of
from dbos_lint.syntax.trees import walk

_DICTS = frozenset({"dict", "dbos.ScheduleInput"})


class Field:
    """A value of a schedule, and where it is written, if that is in the linted file."""

    __slots__ = ("node", "ref")

    def __init__(self, ref: Ref, node: ast.expr | None) -> None:
        self.ref = ref
        self.node = node


class Schedule:
    """One schedule: ``node`` is the expression of the linted file that is it, or leads there.

    ``hides`` says that there may be more fields than are known. ``workflow`` is the key of its workflow.
    """

    __slots__ = ("fields", "hides", "module", "node", "place", "workflow")

    def __init__(
        self,
        module: Module,
        place: Place,
        node: ast.expr,
        fields: Mapping[str, Field],
        hides: bool,
    ) -> None:
        self.module = module
        self.place = place
        self.node = node
        self.fields = fields
        self.hides = hides

    def at(self, name: str) -> ast.expr:
        """Where a finding about the field ``name`` stands."""
        return self.fields[name].node or self.node


class Schedules:
    """The schedules of one file."""

    def __init__(self, analysis: Analysis, collected: Collected) -> None:
        self._resolver = analysis.resolver
        self._collected = collected
        self._module = collected.summary

    # ------------------------------------------------------------------ access

    def values(self, schedule: Schedule, name: str) -> Values:
        """What the field may be; nothing where it is not given."""
        field = schedule.fields.get(name)
        return self._resolver.resolve(schedule.module, field.ref, schedule.place) if field is not None else ()

    def literal(self, schedule: Schedule, name: str) -> Literal | object:
        """The literal that the field is; ``...`` when it is not given, is none, or may be several."""
        field = schedule.fields.get(name)
        found = literals(self._resolver, schedule.module, field.ref, schedule.place) if field is not None else None
        return found[0] if found is not None and len(found) == 1 else ...

    # ------------------------------------------------------------------ calls

    def created(self, node: ast.Call, call: Call) -> Schedule:
        """The schedule that a call of ``create_schedule`` makes."""
        fields = {
            name: Field(ref, keyword.value)
            for keyword, (name, ref) in zip(node.keywords, call.keywords, strict=True)
            if name is not None
        }
        hides = len(fields) < len(call.keywords)
        return Schedule(self._module, place_of(call), node, fields, hides)

    def applied(self, node: ast.Call, call: Call) -> Iterator[Schedule]:
        """The schedules of the list that a call of ``apply_schedules`` is given."""
        given = argument(node, call)
        if given is None:
            return
        for element, ref, place in self._elements(*given, place_of(call)):
            schedule = self._schedule(element, ref, place, call)
            if schedule is not None:
                yield schedule

    def _elements(self, node: ast.expr, ref: Ref, place: Place) -> Iterator[tuple[ast.expr, Ref, Place]]:
        """The elements of a list, each with the expression of this file that is it, or leads there."""
        if isinstance(node, (ast.List, ast.Tuple)) and isinstance(ref, tuple):
            first = node.elts[0] if node.elts else None
            if len(node.elts) == 1 and isinstance(first, ast.Starred):  # its reference is that of ``list(schedules)``
                yield from self._elements(first.value, ref[2][0], place)
                return
            for element, inner in zip(node.elts, ref[1:], strict=True):
                yield element, inner, place
        elif isinstance(ref, str):
            own = [each for each in self._assigned(ref, place) if isinstance(each[0], (ast.List, ast.Tuple))]
            if own:
                for value, inner, at in own:
                    yield from self._elements(value, inner, at)
                return
            for found in self._resolver.resolve(self._module, ref, place):
                for each in found.elements if isinstance(found, Container) else ():
                    if isinstance(each, Container) and each.display is not None:
                        yield node, each, place

    def _assigned(self, name: str, place: Place) -> Iterator[tuple[ast.expr, Ref, Place]]:
        """What ``name`` is assigned in this file."""
        scope = binding_scope(self._module, place.scope, name)
        if scope is None:
            return
        inside = inner_scope(self._module, place.scope) == scope.id
        for binding in reaching(self._module, scope.bindings[name], place if inside else None):
            value = self._values.get((name, binding.row))
            ref = binding.value
            if isinstance(ref, tuple) and ref[0] == "annotated":
                ref = ref[1]
            if binding.kind == "value" and value is not None:
                yield value, ref, Place(scope.id, binding.row, binding.block)

    @cached_property
    def _values(self) -> dict[tuple[str, int], ast.expr]:
        """What the names of this file are assigned, by name and row."""
        found: dict[tuple[str, int], ast.expr] = {}
        for node in walk(self._collected.tree):
            if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    if isinstance(target, ast.Name):
                        found[target.id, target.lineno] = node.value
        return found

    @cached_property
    def _dicts(self) -> dict[Span, ast.Dict]:
        """The dict displays of this file."""
        return {span_of(node): node for node in self._collected.nodes.dicts}

    # ------------------------------------------------------------------ one schedule

    def _schedule(self, node: ast.expr, ref: Ref | Container, place: Place, call: Call) -> Schedule | None:
        if isinstance(ref, Container):
            display = ref.display
            assert display is not None
            inside = place_of(display)
            return self._of_items(self._resolver.module(display.module), inside, display.items, node, display.span)
        if isinstance(ref, tuple) and ref[0] == "dict" and len(ref) > 1:
            return self._of_items(self._module, place, ref[2], node, ref[1])
        if isinstance(node, ast.Call) and is_call(ref):
            called = self._resolver.resolve(self._module, ref[1], place)
            if len(called) == 1 and isinstance(called[0], External) and called[0].name in _DICTS and not ref[2]:
                fields = {
                    name: Field(inner, keyword.value)
                    for keyword, (name, inner) in zip(node.keywords, ref[3], strict=True)
                    if name is not None
                }
                return Schedule(self._module, place, node, fields, len(fields) < len(ref[3]))
            return None
        if not isinstance(ref, str):
            return None
        own = list(self._assigned(ref, place))
        if len(own) == 1 and isinstance(own[0][0], ast.Call) and not self._is_changed(ref):
            value, inner, at = own[0]
            return self._schedule(value, inner, at, call)
        found = written(self._resolver, self._module, call, ref)
        if found is None:
            return None
        return self._of_items(found.module, found.place, found.items, node, found.span)

    def _is_changed(self, name: str) -> bool:
        return is_changed(self._resolver, {self._module.path}, name)

    def _of_items(
        self,
        module: Module,
        place: Place,
        items: tuple[tuple[str | None, Ref], ...],
        node: ast.expr,
        span: Span,
    ) -> Schedule:
        own = self._dicts.get(span) if module is self._module else None
        nodes = own.values if own is not None and len(own.values) == len(items) else [None] * len(items)
        fields = {name: Field(ref, value) for (name, ref), value in zip(items, nodes, strict=True) if name is not None}
        hides = any(name is None for name, _ in items)
        return Schedule(module, place, own or node, fields, hides)


def argument(node: ast.Call, call: Call) -> tuple[ast.expr, Ref] | None:
    """What a call of ``apply_schedules`` is given."""
    if node.args:
        return None if isinstance(node.args[0], ast.Starred) else (node.args[0], call.args[0])
    for keyword, (name, ref) in zip(node.keywords, call.keywords, strict=True):
        if name == "schedules":
            return keyword.value, ref
    return None


def workflow_key(name: str) -> tuple[str, bool] | None:
    """The key by which what ``name`` makes is told of its workflow, and whether it takes a list."""
    if name in patterns.CREATES_SCHEDULE:
        return patterns.CREATES_SCHEDULE[name], False
    return (patterns.APPLIES_SCHEDULES[name], True) if name in patterns.APPLIES_SCHEDULES else None
