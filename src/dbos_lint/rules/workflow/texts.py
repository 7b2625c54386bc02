"""Texts of objects that hold their addresses."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from dbos_lint.catalog import api
from dbos_lint.rules.declared.workflow import OBJECT_IDENTITY_IN_WORKFLOW
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.body import Body
from dbos_lint.semantics.ends import Sink
from dbos_lint.semantics.identities import has_no_text
from dbos_lint.semantics.scoping import Place
from dbos_lint.semantics.sites import Ref
from dbos_lint.semantics.summary import Function
from dbos_lint.semantics.values import FunctionKey, Values
from dbos_lint.syntax.trees import unparse

_MATTERS = Sink.STEERS | Sink.POLLS | Sink.DURABLE | Sink.SLEEPS
_TEXTS = frozenset({"str", "repr", "format"})
# The expressions that may make a text.
_MAKING = frozenset({ast.FormattedValue, ast.Call})


class Texts(Visitor):
    """Default texts of objects that decide what runs, or go into durable calls."""

    def visit_module(self) -> None:
        if OBJECT_IDENTITY_IN_WORKFLOW.code not in self.here.enabled:
            return
        for key in self.here.contexts.visits[api.WORKFLOW]:
            function = self.here.module.functions[key.id] if key.module == self.here.module.path else None
            if function is not None and function.name != "<lambda>":
                self._look_at(key, function)

    def _look_at(self, key: FunctionKey, function: Function) -> None:
        here = self.here
        body = here.body(function)
        texts = [
            (text, shown)
            for text, shown in _texts(body)
            if (values := self._resolve(body, function, shown))
            and all(has_no_text(here.resolver, value) for value in values)
        ]
        found = here.sinks_of(function, [text for text, _ in texts]) if texts else []
        for (text, shown), ends in zip(texts, found, strict=True):
            if ends & _MATTERS:
                chain = tuple(here.step(each) for each in here.contexts.chain(api.WORKFLOW, key))
                here.report(
                    OBJECT_IDENTITY_IN_WORKFLOW,
                    text,
                    f"text of '{unparse(shown)}' holds its address while workflow '{chain[0].label}' runs: each "
                    "process has another one; give its class a __repr__ or __str__, or use a key of the data",
                    chain,
                )

    def _resolve(self, body: Body, function: Function, node: ast.expr) -> Values:
        ref: Ref = None
        if isinstance(node, (ast.Name, ast.Attribute)):
            ref = unparse(node)
        elif isinstance(node, ast.Call):
            record = body.record(node)
            ref = None if record is None else ("call", record.func, record.args, record.keywords)
        return self.here.resolver.resolve(self.here.module, ref, Place(function.scope, node.lineno))


def _texts(body: Body) -> Iterator[tuple[ast.expr, ast.expr]]:
    """The expressions that make texts of objects, with what they show."""
    for node in body.walk():
        if node.__class__ not in _MAKING:
            continue
        if isinstance(node, ast.FormattedValue):
            yield node.value, node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _TEXTS and node.args:
            yield node, node.args[0]
