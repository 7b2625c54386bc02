"""Caches over durable calls."""

from __future__ import annotations

import ast

from dbos_lint.catalog import api
from dbos_lint.rules.declared.workflow import MEMOIZED_DURABLE_CALL
from dbos_lint.rules.visitor import Visitor, happening
from dbos_lint.semantics.contexts import Reached
from dbos_lint.semantics.effects import MEMOIZED, SELF_MEMOIZED
from dbos_lint.semantics.layers import layers
from dbos_lint.semantics.memos import memoizer
from dbos_lint.semantics.selves import keeps_self
from dbos_lint.semantics.summary import Function

_WHY = (
    "a hit makes no durable call, so recovery, whose cache is empty, calls it where the record of another stands; put "
    "the cache under @DBOS.step()"
)


class Memos(Visitor):
    """Durable calls that are skipped when their result is remembered."""

    effects = happening((MEMOIZED, SELF_MEMOIZED), api.WORKFLOW)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, function: Function) -> None:
        """A cache over a step. Over a workflow it is skipped itself, which is DBS118."""
        entity = self.here.entity(function)
        if entity is None or entity.kind == api.WORKFLOW or len(function.decorators) < 2:
            return
        cache = memoizer(self.here.resolver, self.here.module, function)
        kinds = {layer.decorator: layer.kind for layer in layers(self.here.resolver, self.here.module, function)}
        below = function.decorators[function.decorators.index(cache) + 1 :] if cache is not None else ()
        if cache is not None and any(kinds[decorator] for decorator in below):
            message = f"a cache remembers what {entity.kind} '{function.name}' returns: {_WHY}"
            self.here.report(MEMOIZED_DURABLE_CALL, cache.span, message)

    def visit_effect(self, reached: Reached) -> None:
        effect = reached.effect
        if reached.context != api.WORKFLOW or effect.kind not in (MEMOIZED, SELF_MEMOIZED):
            return
        if effect.kind == SELF_MEMOIZED and not keeps_self(self.here.contexts, api.WORKFLOW, reached.chain):
            return
        what = f"{effect.label}, which makes durable calls, is remembered by {effect.detail}"
        self.here.report_reached(
            MEMOIZED_DURABLE_CALL, reached, f"{what} while workflow '{self.here.root(reached)}' runs", f": {_WHY}"
        )
