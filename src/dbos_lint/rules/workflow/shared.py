"""Workflow code that depends on state of the process, which other code changes."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from dbos_lint.catalog import api
from dbos_lint.rules.declared.workflow import MUTABLE_GLOBAL_READ_IN_WORKFLOW
from dbos_lint.rules.visitor import Here, Visitor
from dbos_lint.semantics.body import Body
from dbos_lint.semantics.ends import Sink
from dbos_lint.semantics.scoping import binding_scope
from dbos_lint.semantics.shared import Shared
from dbos_lint.semantics.sites import MODULE
from dbos_lint.semantics.summary import Function
from dbos_lint.semantics.values import FunctionKey
from dbos_lint.syntax.spans import span_of

_MATTERS = Sink.STEERS | Sink.POLLS | Sink.CHECKED | Sink.DURABLE | Sink.SLEEPS


class SharedState(Visitor):
    """Reads of variables of the module that other code changes after import."""

    def __init__(self, here: Here) -> None:
        super().__init__(here)
        self._attributes_of: dict[str, set[str | None]] = {}

    def visit_module(self) -> None:
        here = self.here
        if MUTABLE_GLOBAL_READ_IN_WORKFLOW.code not in here.enabled or not here.contexts.visits[api.WORKFLOW]:
            return
        shared = Shared(here.contexts)
        if not shared.changes:
            return
        for key in here.contexts.visits[api.WORKFLOW]:
            function = here.module.functions[key.id] if key.module == here.module.path else None
            if function is not None and function.name != "<lambda>":
                self._look_at(key, function, shared)

    def _look_at(self, key: FunctionKey, function: Function, shared: Shared) -> None:
        here = self.here
        body = here.body(function)
        reads = [
            node
            for node in body.walk()
            if isinstance(node, ast.Name)
            and node.id in shared.changes
            and isinstance(node.ctx, ast.Load)
            and self._is_shared(function, node.id)
            and self._sees(body, node, shared, node.id)
        ]
        found = here.sinks_of(function, list(reads)) if reads else []
        for node, ends in zip(reads, found, strict=True):
            if ends & _MATTERS:
                writer, change = shared.changes[node.id][0]
                chain = tuple(here.step(each) for each in here.contexts.chain(api.WORKFLOW, key))
                here.report(
                    MUTABLE_GLOBAL_READ_IN_WORKFLOW,
                    node,
                    f"'{node.id}' decides what workflow '{chain[0].label}' does, and '{writer.name}' changes it "
                    f"(line {change.span.row}): recovery, in another process, sees another value; read it in a "
                    "step, or pass it in",
                    chain,
                )

    def _is_shared(self, function: Function, name: str) -> bool:
        owner = binding_scope(self.here.module, function.scope, name)
        return owner is not None and owner.id == MODULE

    def _sees(self, body: Body, node: ast.Name, shared: Shared, name: str) -> bool:
        """Whether the read may see a change: of an object whose attributes are set, only these attributes change."""
        attribute = body.parent(node)
        if not isinstance(attribute, ast.Attribute):
            return True
        call = body.parent(attribute)
        if isinstance(call, ast.Call) and call.func is attribute:
            return True
        changed = self._changed(shared, name)
        return None in changed or attribute.attr in changed

    def _changed(self, shared: Shared, name: str) -> set[str | None]:
        if name not in self._attributes_of:
            self._attributes_of[name] = set(self._attributes(shared, name))
        return self._attributes_of[name]

    def _attributes(self, shared: Shared, name: str) -> Iterator[str | None]:
        """The attributes that are set; None where the variable itself, or an item of it, is changed."""
        for function, change in shared.changes[name]:
            if function.name == "<lambda>":
                yield None
                continue
            for node in self.here.body(function).walk():
                if isinstance(node, ast.expr) and span_of(node) == change.span:
                    target = node
                    if isinstance(target, ast.Call) and isinstance(target.func, ast.Attribute):
                        target = target.func.value
                    while isinstance(target, ast.Subscript):
                        target = target.value
                    yield target.attr if isinstance(target, ast.Attribute) else None
