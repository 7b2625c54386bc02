"""Steps that retry by themselves."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dbos_lint.catalog import api
from dbos_lint.rules.declared.step import HANDWRITTEN_RETRY
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.refs import text_of, uncalled
from dbos_lint.semantics.sites import Ref
from dbos_lint.semantics.summary import Function
from dbos_lint.semantics.values import External
from dbos_lint.syntax.spans import Span

if TYPE_CHECKING:
    from dbos_lint.semantics import retrying

_INSTEAD = "dbos does that, and logs each attempt: @DBOS.step(retries_allowed=True, max_attempts=...)"
_RETRIES = frozenset(
    {
        "backoff.on_exception",
        "retry.api.retry",
        "retry.retry",
        "retrying.retry",
        "stamina.retry",
        "tenacity.retry",
    }
)
"""Decorators that call a function again when it raises."""
_ATTEMPTS = frozenset({"stamina.retry_context", "tenacity.AsyncRetrying", "tenacity.Retrying"})
"""What gives an attempt after the other to a loop."""
_SLEEPS = frozenset({"time.sleep", "asyncio.sleep", "anyio.sleep", "trio.sleep", "gevent.sleep", "eventlet.sleep"})


class Retries(Visitor):
    """Retries that dbos would do: loops, and the decorators of other libraries."""

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, function: Function) -> None:
        if len(function.decorators) < 2 or not self._is_step(function):
            return
        for decorator in function.decorators:
            ref = uncalled(decorator.ref)
            if self._is_one_of(_RETRIES, ref, function):
                self._report(decorator.span, f"decorator {text_of(ref, '')} retries")

    def visit_Loop(self, node: retrying.Loop, function: Function) -> None:
        if self._is_step(function) and (
            self._sleeps_between_attempts(node, function) or self._takes_attempts(node, function)
        ):
            width = len("while" if isinstance(node, ast.While) else "for" if isinstance(node, ast.For) else "async for")
            span = Span(node.lineno, node.col_offset, node.lineno, node.col_offset + width)
            self._report(span, "loop retries")

    def _is_step(self, function: Function) -> bool:
        entity = self.here.entity(function)
        return api.STEP in (entity.kind if entity is not None else "", self.here.contexts.delegated.get(function.id))

    def _sleeps_between_attempts(self, node: retrying.Loop, function: Function) -> bool:
        from dbos_lint.semantics import retrying  # few steps have loops

        return any(
            self._calls_one_of(_SLEEPS, call, function)
            for attempt in retrying.attempts(node)
            for call in retrying.waits(node, attempt)
        )

    def _takes_attempts(self, node: retrying.Loop, function: Function) -> bool:
        """Whether a retry library gives the loop one attempt after the other."""
        iterable = None if isinstance(node, ast.While) else node.iter
        return isinstance(iterable, ast.Call) and self._calls_one_of(_ATTEMPTS, iterable, function)

    def _calls_one_of(self, names: frozenset[str], node: ast.Call, function: Function) -> bool:
        call = self.here.body(function).record(node)
        return call is not None and not names.isdisjoint(self.here.names_called(call))

    def _is_one_of(self, names: frozenset[str], ref: Ref, function: Function) -> bool:
        values = self.here.resolver.resolve(self.here.module, ref, self.here.place(function))
        return bool(values) and all(isinstance(value, External) and value.name in names for value in values)

    def _report(self, span: Span, what: str) -> None:
        self.here.report(HANDWRITTEN_RETRY, span, f"{what} what the step does: {_INSTEAD}")
