"""Which calls enqueue a workflow, or start or call one without enqueueing it, and through which helpers."""

from __future__ import annotations

from collections.abc import Iterable

from dbos_lint.catalog import api
from dbos_lint.semantics.analysis import Analysis
from dbos_lint.semantics.calls import Callees
from dbos_lint.semantics.refs import may_be_callable
from dbos_lint.semantics.sites import Call
from dbos_lint.semantics.summary import Module
from dbos_lint.semantics.values import Entity, External, FunctionKey, FunctionValue, Instance, Partial, Values

BY_NAME = api.with_async(frozenset({f"{api.DBOS}.enqueue_workflow"}))
BY_OBJECT = api.with_async(frozenset({f"{api.QUEUE}.enqueue"}))
BY_OPTIONS = api.with_async(frozenset({f"{api.DBOS}.enqueue_workflow_with_options"}))
BY_CLIENT = api.with_async(frozenset({f"{api.CLIENT}.enqueue"})) | {f"{api.CLIENT}.enqueue_in_transaction"}
STARTS_AT_ONCE = api.with_async(frozenset({f"{api.DBOS}.start_workflow"}))
ENQUEUES = (api.STARTS - STARTS_AT_ONCE) | BY_CLIENT

NOTHING, RUNS, STARTS, MAY_ENQUEUE = range(4)
"""What a call does with enqueue options: nothing that concerns them, running a workflow or step that does not see them,
starting a workflow that may not have them, or, for all that is known, enqueueing one."""


QUEUE_OBJECT = Instance(External(api.QUEUE))
A_FUNCTION, A_QUEUE = "a function", "a queue object"


def instead_of_name(values: Values) -> str:
    """What stands where a queue's name belongs; empty where it may be a name."""
    if values and all(isinstance(value, (Entity, FunctionValue)) for value in values):
        return A_FUNCTION
    return A_QUEUE if values == (QUEUE_OBJECT,) else ""


class Enqueues:
    """What the calls of one project do with the options for enqueueing that hold around them."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self._found: dict[FunctionKey, int] = {}

    def of_call(self, module: Module, call: Call) -> int:
        """What ``call`` does with the options."""
        callees = self.analysis.calls.callees(module, call)
        if not callees.known or callees.threads or any(isinstance(v, (Partial, Instance)) for v in callees.values):
            return MAY_ENQUEUE
        if not callees.names.isdisjoint(ENQUEUES) or self._hands_on(module, call, callees):
            return MAY_ENQUEUE
        # A workflow that is called has options of its own; a step that is called outside workflows is a function.
        steps = [entity.function for entity in callees.durable if entity.kind != api.WORKFLOW]
        inside = [*callees.runs, *callees.aside, *steps, *(function for _, function in callees.delegations)]
        found = max(map(self._of_function, map(self.analysis.resolver.key, inside)), default=NOTHING)
        if not callees.names.isdisjoint(STARTS_AT_ONCE):
            found = max(found, STARTS)
        return max(found, RUNS if callees.durable else NOTHING)

    def of_calls(self, module: Module, calls: Iterable[Call]) -> int:
        """The most that any of ``calls`` does."""
        return max((self.of_call(module, call) for call in calls), default=NOTHING)

    def _of_function(self, key: FunctionKey) -> int:
        if key not in self._found:
            self._found[key] = NOTHING
            module = self.analysis.resolver.module(key.module)
            self._found[key] = self.of_calls(module, module.functions[key.id].calls)
        return self._found[key]

    def _hands_on(self, module: Module, call: Call, callees: Callees) -> bool:
        """Whether something of the project is handed to what lies outside, which may call it."""
        if not callees.externals or any(name.startswith("dbos.") for name in callees.names):
            return False
        for ref in (*call.args, *(ref for _, ref in call.keywords)):
            for value in self.analysis.calls.resolve(module, ref, call) if may_be_callable(ref) else ():
                if isinstance(value, (FunctionValue, Entity, Partial)):
                    return True
        return False
