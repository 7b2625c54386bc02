"""What methods do to the very object that they are called on, also by its other methods."""

from __future__ import annotations

from collections.abc import Sequence

from dbos_lint.semantics.analysis import Analysis
from dbos_lint.semantics.contexts import LONGEST, Contexts
from dbos_lint.semantics.effects import SELF_WRITE, Effect
from dbos_lint.semantics.values import FunctionKey
from dbos_lint.semantics.writes import MADE

FILLING = frozenset({"unset", "missing", MADE})
"""Guards of a write that only fills what is empty: every process may do that for itself."""


def keeps_self(contexts: Contexts, context: str, chain: Sequence[FunctionKey]) -> bool:
    """Whether the functions of ``chain``, from the root of ``context`` down, all act on the root's own ``self``: not
    where the chain is too long to be told whole."""
    if len(chain) >= LONGEST:
        return False
    visits = contexts.visits[context]
    functions = contexts.module.functions
    for key in chain[1:]:
        visit = visits.get(key)
        if visit is None or visit.caller is None:
            return False
        caller, callee = functions[visit.caller.id], functions[key.id]
        if callee.owner is None and callee.parent == caller.id:
            # A function in the method sees its ``self``.
            continue
        if not any(call.span == visit.span and caller.calls_own_method(call) for call in caller.calls):
            return False
    return True


def changed_by(analysis: Analysis, start: FunctionKey) -> tuple[FunctionKey, Effect] | None:
    """The first change that the method ``start`` makes to its own object, and which method makes it."""
    queue, seen = [start], {start}
    for key in queue:
        for effect in analysis.effects(key, (SELF_WRITE,)):
            if effect.kind == SELF_WRITE and effect.detail not in FILLING:
                return key, effect
        module = analysis.resolver.module(key.module)
        function = module.functions[key.id]
        own = {call.span for call in function.calls if function.calls_own_method(call)}
        for edge in analysis.facts(key).edges:
            if edge.span in own and edge.callee not in seen:
                seen.add(edge.callee)
                queue.append(edge.callee)
    return None
