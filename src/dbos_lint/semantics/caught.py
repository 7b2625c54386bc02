"""Whether an error that a call raises is caught in the function that makes the call."""

from __future__ import annotations

from dbos_lint.semantics.calls import Calls
from dbos_lint.semantics.sites import Call
from dbos_lint.semantics.summary import Function, Module
from dbos_lint.semantics.values import External
from dbos_lint.syntax.spans import Span

_SUPPRESS = "contextlib.suppress"


def is_caught(calls: Calls, module: Module, function: Function, call: Call) -> bool:
    """Whether ``call``, of ``function``, stands in the body of a ``try`` with handlers or under ``suppress``."""
    if any(attempt.handlers and _holds(attempt.body, call.span) for attempt in function.attempts):
        return True
    for managed in function.managed:
        if _holds(managed.body, call.span) and isinstance(managed.manager, tuple) and managed.manager[0] == "call":
            made = calls.resolve(module, managed.manager[1], call)
            if External(_SUPPRESS) in made:
                return True
    return False


def _holds(outer: Span, inner: Span) -> bool:
    return outer[:2] <= inner[:2] and inner[2:] <= outer[2:]
