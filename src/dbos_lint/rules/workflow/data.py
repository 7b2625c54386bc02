"""What workflows are given and give back: dbos stores it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from dbos_lint.catalog import api
from dbos_lint.rules.declared.workflow import UNSERIALIZABLE_WORKFLOW_DATA
from dbos_lint.rules.visitor import Here, Visitor
from dbos_lint.semantics.data import annotated, argument, arguments, returned
from dbos_lint.semantics.pickling import Pickling
from dbos_lint.semantics.scoping import Place, place_of
from dbos_lint.semantics.serializers import OTHER
from dbos_lint.semantics.sites import Call, Ref
from dbos_lint.semantics.summary import Function
from dbos_lint.semantics.values import Entity

_WHY = "dbos stores it with pickle, which refuses it; pass what describes it, and make it in the step that uses it"


class Data(Visitor):
    """Data of workflows that cannot be stored."""

    calls = api.STORES_ARGUMENTS.keys() | api.STORES_VALUE.keys()
    called = (Entity,)

    def __init__(self, here: Here) -> None:
        super().__init__(here)
        self._pickling = Pickling(here.resolver)

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        for where, expression, ref in self._stored(node, call):
            self._judge(expression, ref, place_of(call), where)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, function: Function) -> None:
        entity = self.here.entity(function)
        if entity is None or entity.kind != api.WORKFLOW or function.is_generator:
            return
        place = self.here.place(function)
        for annotation, ref in annotated(node, function):
            self._judge(annotation, ref, place, f"an argument of workflow '{function.name}'")
        result = f"the result of workflow '{function.name}'"
        found = [
            self._judge(expression, ref, at, result)
            for expression, ref, at in returned(self.here.body(function), function)
        ]
        if node.returns is not None and not any(found):
            self._judge(node.returns, function.returns, place, result)

    def _stored(self, node: ast.Call, call: Call) -> Iterator[tuple[str, ast.expr, Ref]]:
        """What ``call`` stores: what it is called, its expression, and its reference."""
        callees = self.here.callees(call)
        first = max([api.STORES_ARGUMENTS.get(name, -1) for name in callees.names], default=-1)
        if first < 0 and any(_is_workflow(value) for value in callees.durable):
            first = 0
        for expression, ref in arguments(node, call, first) if first >= 0 else ():
            yield "an argument of a workflow", expression, ref
        for name in callees.names & api.STORES_VALUE.keys():
            position, keyword = api.STORES_VALUE[name]
            for expression, ref in argument(node, call, position, keyword):
                yield f"the {keyword} of {name.removeprefix('dbos.')}", expression, ref

    def _judge(self, expression: ast.expr, ref: Ref, place: Place, where: str) -> bool:
        """Report ``expression``, which is stored as ``where``, if pickle refuses it."""
        refused = self._pickling.of(self.here.module, ref, place)
        if not refused or self.here.serializer == OTHER:
            return False
        self.here.report(UNSERIALIZABLE_WORKFLOW_DATA, expression, f"{where} is {refused}: {_WHY}")
        return True


def _is_workflow(value: Entity) -> bool:
    return value.kind == api.WORKFLOW
