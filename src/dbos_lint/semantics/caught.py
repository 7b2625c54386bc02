"""Whether an error that a call raises is caught in the function that makes the call."""

from __future__ import annotations

from dbos_lint.semantics.calls import Calls
from dbos_lint.semantics.refs import is_call
from dbos_lint.semantics.sites import Call
from dbos_lint.semantics.summary import Function, Module
from dbos_lint.semantics.values import External
from dbos_lint.syntax.spans import holds

_SUPPRESS = "contextlib.suppress"


def is_caught(calls: Calls, module: Module, function: Function, call: Call) -> bool:
    """Whether ``call``, of ``function``, stands in the body of a ``try`` with handlers or under ``suppress``."""
    if any(attempt.handlers and holds(attempt.body, call.span) for attempt in function.attempts):
        return True
    for managed in function.managed:
        if holds(managed.body, call.span) and is_call(managed.manager):
            made = calls.resolve(module, managed.manager[1], call)
            if External(_SUPPRESS) in made:
                return True
    return False
