"""Handlers of requests: what a request is about should be in the ID of the workflow that it starts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cached_property

from dbos_lint.catalog import patterns
from dbos_lint.rules.declared.pattern import HANDLER_WITHOUT_WORKFLOW_ID
from dbos_lint.rules.pattern.ids import given_to_workflow
from dbos_lint.rules.pattern.requests import request_names
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.body import Body
from dbos_lint.semantics.derived import derived, names_in
from dbos_lint.semantics.entrypoints import is_route
from dbos_lint.semantics.sites import Call
from dbos_lint.semantics.starts import Starts
from dbos_lint.semantics.summary import Function, Module
from dbos_lint.semantics.values import Entity, External

_IDENTITY = r"(?i)(^|[_-])(id|key|no|number|ref|reference|slug|uuid)$|[a-z]Id$"
# They start a workflow by its function, with its arguments; what is debounced or has options has a key of its own.
_BY_FUNCTION = frozenset(name for name in patterns.TAKES_ID if "start_workflow" in name or "enqueue" in name) - {
    name for name in patterns.TAKES_ID if "with_options" in name
}


class Handlers(Visitor):
    """Workflows that requests start."""

    @cached_property
    def _starts(self) -> Starts:
        return Starts(self.here.analysis)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, function: Function) -> None:
        if HANDLER_WITHOUT_WORKFLOW_ID.code not in self.here.enabled:
            return
        if not any(is_route(decorator.ref) for decorator in function.decorators):
            return
        body = self.here.body(function)
        given = {param.name for param in function.params} | request_names(self.here, function, body)
        told = derived(body, given, taken=True)
        names = derived(body, {name for name in told if re.search(_IDENTITY, name)}, taken=True)
        for start, call in body.calls():
            values = self.here.callees(call).values
            direct = bool(values) and all(
                isinstance(value, Entity) or (isinstance(value, External) and value.name in _BY_FUNCTION)
                for value in values
            )
            if not direct or not self._starts.starts(self.here.module, call) or self._has_id(start, body):
                continue
            if any(_is_identity(each, told, names) for each in given_to_workflow(self.here, start, call)):
                self.here.report(
                    HANDLER_WITHOUT_WORKFLOW_ID,
                    call.span,
                    "a request that says what it is about starts a workflow without an ID made from that: when the "
                    "request is repeated, the workflow runs again; start it in 'with SetWorkflowID(...)'",
                )

    def _has_id(self, node: ast.Call, body: Body) -> bool:
        """Whether the start may stand in a block that gives its workflow an ID, or a key by which it is started once.

        Such a block may be made by the project, or before it is entered.
        """
        for outer in body.ancestors(node):
            if isinstance(outer, (ast.With, ast.AsyncWith)):
                made = [item.context_expr for item in outer.items]
                calls = [body.record(each) for each in made if isinstance(each, ast.Call)]
                if any(call is not None and self._leads_to_key(call) for call in calls):
                    return True
        return any(
            self._is_key(self.here.module, call) and not isinstance(body.parent(start), ast.withitem)
            for start, call in body.calls()
        )

    def _leads_to_key(self, call: Call) -> bool:
        if self._is_key(self.here.module, call):
            return True
        for value in self.here.callees(call).runs:
            module, function = self.here.resolver.module(value.module), self.here.resolver.function(value)
            if any(self._is_key(module, inner) for inner in function.calls):
                return True
        return False

    def _is_key(self, module: Module, call: Call) -> bool:
        names = self.here.analysis.calls.callees(module, call).names
        if patterns.SET_ENQUEUE_OPTIONS in names:
            return any(name in ("deduplication_id", None) for name, _ in call.keywords)
        return patterns.SET_ID in names


def _is_identity(node: ast.expr, told: frozenset[str], names: frozenset[str]) -> bool:
    """Whether ``node`` is made from an identity of the request: ``names`` are, ``told`` may hold one."""
    used = names_in(node)
    if not used.isdisjoint(names):
        return True
    return not used.isdisjoint(told) and any(re.search(_IDENTITY, word) for word in _words(node))


def _words(node: ast.expr) -> Iterator[str]:
    """The names of attributes, and the keys, by which ``node`` reaches into objects."""
    for each in ast.walk(node):
        if isinstance(each, ast.Attribute):
            yield each.attr
        elif isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value
