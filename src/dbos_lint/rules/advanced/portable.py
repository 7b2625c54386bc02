"""Data that travel as portable JSON."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from dbos_lint.catalog import api
from dbos_lint.catalog.portable import BECOMES, CONVERTED_BACK
from dbos_lint.rules.declared.advanced import PORTABLE_TYPE_LOSS
from dbos_lint.rules.visitor import Here, Visitor
from dbos_lint.semantics.data import annotated, argument, arguments, returned
from dbos_lint.semantics.pickling import Pickling
from dbos_lint.semantics.portability import Portability
from dbos_lint.semantics.scoping import Place, place_of
from dbos_lint.semantics.serializers import PORTABLE, format_of, format_of_workflow
from dbos_lint.semantics.signatures import parameters
from dbos_lint.semantics.sites import Call, Param, Ref
from dbos_lint.semantics.summary import Function, Module
from dbos_lint.semantics.values import Entity, External, Instance

_OPTION = "serialization_type"


class Portable(Visitor):
    """Values that portable JSON changes or refuses."""

    calls = api.STORES_ARGUMENTS.keys() | api.STORES_VALUE.keys()
    called = (Entity,)

    def __init__(self, here: Here) -> None:
        super().__init__(here)
        self._portability = Portability(here.resolver)
        self._pickling = Pickling(here.resolver)

    # ------------------------------------------------------------------ declared

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, function: Function) -> None:
        entity = self.here.entity(function)
        if entity is not None and not function.is_generator:
            found = [*self._parameters(node, function, entity), *self._results(node, function, entity)]
            # It is cheap to look at the text, and not so to ask what the application stores with.
            if found and self._is_portable(entity):
                for expression, what, where in found:
                    self._report(expression, what, where)

    def _parameters(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef, function: Function, entity: Entity
    ) -> Iterator[tuple[ast.expr, str, str]]:
        """Annotations of parameters of a workflow: arguments of steps are not stored."""
        place = self.here.place(function)
        for annotation, ref in annotated(node, function) if entity.kind == api.WORKFLOW else ():
            what = self._portability.annotated(self.here.module, annotation, place)
            if what and not _is_validated(entity) and not self._is_converted(self.here.module, ref, place):
                yield annotation, what, f"an argument of workflow '{function.name}'"

    def _results(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef, function: Function, entity: Entity
    ) -> Iterator[tuple[ast.expr, str, str]]:
        where = f"the result of {entity.kind} '{function.name}'"
        shown = False
        for expression, ref, place in returned(self.here.body(function), function):
            what = self._what(expression, ref, place)
            shown = shown or bool(what)
            if what:
                yield expression, what, where
        if node.returns is not None and not shown:
            what = self._portability.annotated(self.here.module, node.returns, self.here.place(function))
            if what:
                yield node.returns, what, where

    def _is_portable(self, entity: Entity) -> bool:
        """Whether what ``entity`` is given, if it is a workflow, and what it gives back is stored as portable JSON."""
        # Steps are stored as the application stores, whatever their workflow asks for.
        asked = format_of_workflow(self.here.analysis, entity) if entity.kind == api.WORKFLOW else ""
        return (asked or self.here.serializer) == PORTABLE

    def _is_converted(self, module: Module, annotation: Ref, place: Place) -> bool:
        """Whether dbos turns an argument back into what its annotation says."""
        values = self.here.resolver.resolve(module, annotation, place)
        exact = isinstance(annotation, tuple) and annotation[0] == "instance" and len(values) == 1
        return exact and values[0] in [Instance(External(name)) for name in CONVERTED_BACK]

    # ------------------------------------------------------------------ given

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        place = place_of(call)
        first, workflow = self._started(call)
        found = self._lossy(arguments(node, call, first), place) if workflow is not None else []
        if found and workflow is not None and self._is_portable(workflow):
            converted = self._converted(node.args[first:], node.keywords, workflow)
            for expression, what in found:
                if id(expression) not in converted and not (_is_validated(workflow) and what in BECOMES):
                    self._report(expression, what, "an argument of a workflow")
        for name in self.here.names_called(call) & api.STORES_VALUE.keys():
            found = self._lossy(argument(node, call, *api.STORES_VALUE[name]), place)
            if found and self._stores_portably(call, place):
                for expression, what in found:
                    self._report(expression, what, f"the {api.STORES_VALUE[name][1]} of {name.removeprefix('dbos.')}")

    def _lossy(self, given: Iterable[tuple[ast.expr, Ref]], place: Place) -> list[tuple[ast.expr, str]]:
        found = [(expression, self._what(expression, ref, place)) for expression, ref in given]
        return [(expression, what) for expression, what in found if what]

    def _started(self, call: Call) -> tuple[int, Entity | None]:
        """The workflow that ``call`` calls, starts or enqueues, and where its arguments begin."""
        callees = self.here.callees(call)
        first, targets = 0, [entity for entity in callees.durable if entity.kind == api.WORKFLOW]
        for name in callees.names & api.FUNCTION_ARGUMENT.keys() & api.STORES_ARGUMENTS.keys():
            first = api.STORES_ARGUMENTS[name]
            values = self.here.analysis.calls.argument(self.here.module, call, api.FUNCTION_ARGUMENT[name])
            targets = [value for value in values if isinstance(value, Entity)]
        return first, targets[0] if len(targets) == 1 else None

    def _converted(self, args: list[ast.expr], keywords: list[ast.keyword], workflow: Entity) -> frozenset[int]:
        """The arguments that dbos converts back, by the identity of their nodes."""
        resolver = self.here.resolver
        module, function = resolver.module(workflow.function.module), resolver.function(workflow.function)
        place = Place(module.scopes[function.scope].parent)
        params: tuple[Param, ...] = parameters(resolver, workflow) or ()
        names = {param.name for param in params if self._is_converted(module, param.annotation, place)}
        given = [(param.name, arg) for param, arg in zip(params, args, strict=False)]
        given += [(keyword.arg, keyword.value) for keyword in keywords if keyword.arg is not None]
        return frozenset(id(arg) for name, arg in given if name in names)

    def _stores_portably(self, call: Call, place: Place) -> bool:
        """Whether an event, a message or a value of a stream is stored as portable JSON."""
        options = dict(call.keywords)
        if _OPTION in options:
            asked = format_of(self.here.analysis, self.here.module, options[_OPTION], place)
            if asked:
                return asked == PORTABLE
        # Else it goes by the workflow that is running.
        contexts = self.here.contexts
        function = self.here.function(call)
        for key in contexts.visits[api.WORKFLOW]:
            if key.module == self.here.module.path and key.id == function.id:
                root = contexts.entities.get(contexts.root(api.WORKFLOW, key).id)
                return root is not None and self._is_portable(root)
        return self.here.serializer == PORTABLE

    # ------------------------------------------------------------------ answers

    def _what(self, expression: ast.expr, ref: Ref, place: Place) -> str:
        """What an expression is, if portable JSON changes or refuses it."""
        module = self.here.module
        what = next(self._portability.literals(expression), "") or self._portability.of(module, ref, place)
        # What pickle refuses, too, is DBS224 or DBS312.
        return "" if not what or self._pickling.of(module, ref, place) else what

    def _report(self, expression: ast.expr, what: str, where: str) -> None:
        becomes = BECOMES.get(what)
        then = f"comes back as {becomes} on replay and for who reads it" if becomes else "is refused with TypeError"
        message = f"{where} is {what}, which in portable JSON {then}; use the types that JSON has"
        self.here.report(PORTABLE_TYPE_LOSS, expression, message)


def _is_validated(workflow: Entity) -> bool:
    """Whether a validator makes of the arguments what the parameters are annotated as."""
    return "validate_args" in dict(workflow.options)
