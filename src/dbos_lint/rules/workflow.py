"""Workflow code: what makes a recovered run differ from the recorded one."""

from __future__ import annotations

import ast

from dbos_lint.catalog import api
from dbos_lint.catalog.nondeterminism import EXTRA
from dbos_lint.diagnostic import Rule
from dbos_lint.rules.declared.workflow import (
    CLOCK_IN_WORKFLOW,
    CONSOLE_INPUT_IN_WORKFLOW,
    DATABASE_IN_WORKFLOW,
    DUPLICATE_WORKFLOW_NAME,
    ENVIRONMENT_IN_WORKFLOW,
    FILESYSTEM_IN_WORKFLOW,
    GENERATOR_WORKFLOW,
    GLOBAL_WRITE_IN_WORKFLOW,
    NETWORK_IN_WORKFLOW,
    NON_DURABLE_SLEEP,
    NOT_A_WORKFLOW,
    RANDOM_IN_WORKFLOW,
    SUBPROCESS_IN_WORKFLOW,
    THREAD_IN_WORKFLOW,
    THREAD_STARTS_WORKFLOW,
    UUID_IN_WORKFLOW,
)
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.contexts import Reached
from dbos_lint.semantics.effects import (
    CLOSURE_WRITE,
    DURABLE_IN_THREAD,
    GLOBAL_WRITE,
    WORKFLOW_IN_THREAD,
)
from dbos_lint.semantics.entities import Registration
from dbos_lint.semantics.summary import Call, Function, Ref
from dbos_lint.semantics.values import Constant, Coroutine, Entity, FunctionValue, Partial, Value

_STEP = "do it in a step (DBOS.run_step) and use what the step returns"
_ONCE = "recovery does it again; do it in a step"
# Kind of effect: the rule, what happens, and what to do about it.
_EFFECTS: dict[str, tuple[Rule, str, str]] = {
    **dict.fromkeys(("clock", EXTRA), (CLOCK_IN_WORKFLOW, "is read", f"recovery reads another time; {_STEP}")),
    **dict.fromkeys(("random", "secret"), (RANDOM_IN_WORKFLOW, "is drawn", f"recovery draws another value; {_STEP}")),
    "identity": (UUID_IN_WORKFLOW, "is called", f"recovery makes another identifier; {_STEP}"),
    **dict.fromkeys(
        ("environment", "host", "process", "locale"),
        (ENVIRONMENT_IN_WORKFLOW, "is read", f"it may differ on the machine that recovers; {_STEP}"),
    ),
    "filesystem": (FILESYSTEM_IN_WORKFLOW, "is called", f"files may have changed when it recovers; {_STEP}"),
    **dict.fromkeys(
        ("network", "cloud", "llm", "payment", "email", "messaging"),
        (NETWORK_IN_WORKFLOW, "is called", f"{_ONCE}"),
    ),
    "database": (DATABASE_IN_WORKFLOW, "is called", f"{_ONCE} or a datasource transaction"),
    "subprocess": (SUBPROCESS_IN_WORKFLOW, "is called", f"{_ONCE}"),
    "user-input": (CONSOLE_INPUT_IN_WORKFLOW, "is called", "recovery asks again; wait for the answer with DBOS.recv"),
    "sleep": (
        NON_DURABLE_SLEEP,
        "is called",
        "the wait starts over on recovery; use DBOS.sleep, or await DBOS.sleep_async in async code",
    ),
}


class WorkflowVisitor(Visitor):
    """What workflow code must not do, and how workflows must not be declared."""

    def visit_effect(self, reached: Reached) -> None:
        kind = reached.effect.kind
        if reached.context == api.WORKFLOW:
            if kind in _EFFECTS:
                self._nondeterminism(reached)
            elif kind in (GLOBAL_WRITE, CLOSURE_WRITE):
                self._write(reached)
            elif kind == DURABLE_IN_THREAD:
                self._thread(reached)

    def _nondeterminism(self, reached: Reached) -> None:
        rule, verb, advice = _EFFECTS[reached.effect.kind]
        self._report(rule, reached, f"{reached.effect.label} {verb}", advice)

    def _write(self, reached: Reached) -> None:
        effect = reached.effect
        guard = effect.detail
        if effect.kind == CLOSURE_WRITE:
            owner, _, guard = effect.detail.partition(":")
            if self.here.contexts.runs_as(int(owner), api.WORKFLOW):
                return
        if guard == "unset":
            return
        advice = (
            "after a crash the write is lost or happens twice; return the value, or keep it in a database in a step"
        )
        self._report(GLOBAL_WRITE_IN_WORKFLOW, reached, f"{effect.label} is changed", advice)

    def _thread(self, reached: Reached) -> None:
        effect = reached.effect
        self._report(
            THREAD_IN_WORKFLOW,
            reached,
            f"{effect.label} runs {effect.detail} in a thread",
            "dbos's context does not reach it: nothing is recorded, and recovery does it again; call it directly, "
            "or start a child workflow",
        )

    def _report(self, rule: Rule, reached: Reached, what: str, advice: str) -> None:
        trace = self.here.trace(reached)
        route = self.here.route(trace)
        self.here.report(rule, reached.span, f"{what} while workflow '{trace[0].label}' runs{route}: {advice}", trace)

    # ------------------------------------------------------------------ declarations

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, function: Function) -> None:
        entity = self.here.entity(function)
        if entity is None or entity.kind != api.WORKFLOW:
            return
        if function.is_generator:
            self.here.report(
                GENERATOR_WORKFLOW,
                function.span,
                f"workflow '{function.name}' is a generator: dbos cannot record what it yields (TypeError: cannot "
                "pickle 'generator' object); return a list, or write to a stream",
            )

    def visit_module(self) -> None:
        self._duplicate_names()
        self._threads()

    def _duplicate_names(self) -> None:
        """Two workflows of this module under one registered name: the second replaces the first."""
        here = self.here
        seen: dict[str, Registration] = {}
        for registration in here.contexts.registrations:
            function = here.module.functions[registration.function]
            if registration.entity.kind != api.WORKFLOW or function.name == "<lambda>":
                continue
            name = self._registered_name(registration.entity, function)
            if name is None:
                continue
            first = seen.setdefault(name, registration)
            if first is not registration and not self._exclusive(first, registration):
                if self._forgotten_between(first, registration):
                    seen[name] = registration
                    continue
                here.report(
                    DUPLICATE_WORKFLOW_NAME,
                    registration.span,
                    f"workflow '{name}' is registered a second time (first in line {first.span.row}): queues and "
                    "recovery run this one for both; give each its own name",
                )

    def _exclusive(self, first: Registration, second: Registration) -> bool:
        """Whether the two functions stand in different branches, so that only one of them is made."""
        functions = self.here.module.functions
        return not self.here.module.encloses(functions[first.function].block, functions[second.function].block)

    def _forgotten_between(self, first: Registration, second: Registration) -> bool:
        """Whether dbos is destroyed between the two, and its registry with it."""
        functions = self.here.module.functions
        around = functions[functions[second.function].parent]
        return any(
            first.span.row < call.span.row < second.span.row and api.DESTROY in self.here.names_called(call)
            for call in around.calls
        )

    def _registered_name(self, entity: Entity, function: Function) -> str | None:
        """The name under which dbos registers the workflow; None when it is computed."""
        for name, ref in entity.options:
            if name == "name":
                values = self.here.resolver.resolve(self.here.module, ref, self.here.place(function))
                if len(values) == 1 and isinstance(values[0], Constant) and isinstance(values[0].value, str):
                    return values[0].value
                return None if values != (Constant(None),) else function.qualname
            if name is None:
                return None
        return function.qualname

    # ------------------------------------------------------------------ starting workflows

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        """A start of something that is not a workflow."""
        for name in self.here.names_called(call):
            if name not in api.FUNCTION_ARGUMENT:
                continue
            position = api.FUNCTION_ARGUMENT[name]
            if len(call.args) <= position or any(ref is None for ref in call.args[:position]):
                continue
            target = call.args[position]
            wrong = [self._wrong_target(value) for value in self.here.resolve(target, call)]
            if self._is_durable_call(target, call):
                wrong = ["the result of a call"]
            if wrong and all(wrong):
                method = name.rpartition(".")[2]
                self.here.report(
                    NOT_A_WORKFLOW,
                    call.span,
                    f"{method} is given {wrong[0]}, not a workflow: dbos has no such function registered; "
                    "give it the function that @DBOS.workflow() decorates, and its arguments after it",
                )

    def _is_durable_call(self, ref: Ref, call: Call) -> bool:
        """Whether ``ref`` is what a durable function returns."""
        if not isinstance(ref, tuple) or ref[0] != "call":
            return False
        callees = self.here.resolve(ref[1], call)
        return bool(callees) and all(isinstance(value, Entity) for value in callees)

    def _wrong_target(self, value: Value) -> str:
        """What ``value`` is, if it cannot be started; empty if it can, or if that is unknown."""
        if isinstance(value, Entity):
            # The transactions of 2.x could be started.
            datasource = value.kind == api.TRANSACTION and self.here.targets_at_least(3, 0)
            return "a datasource transaction" if datasource else ""
        if isinstance(value, Coroutine):
            return "a coroutine (the workflow is called)"
        if isinstance(value, Partial):
            return "a functools.partial"
        if isinstance(value, Constant):
            return f"the constant {value.value!r}" if isinstance(value.value, str) else ""
        if isinstance(value, FunctionValue):
            function = self.here.resolver.function(value)
            if function.name == "<lambda>":
                return "a lambda"
            decorated = self.here.resolver.decorated(value)
            if self.here.analysis.calls.is_registered(value):
                return ""
            plain = all(layer[0].ref in ("staticmethod", "classmethod") for layer in decorated.layers)
            return f"the undecorated function '{function.name}'" if plain else ""
        return ""

    def _threads(self) -> None:
        """Threads that start workflows, where the code around them is not workflow code (there it is DBS218)."""
        here = self.here
        for function in here.module.functions:
            if here.contexts.runs_as(function.id, api.WORKFLOW):
                continue
            for effect in here.analysis.effects(here.value(function).key):
                if effect.kind == WORKFLOW_IN_THREAD:
                    here.report(
                        THREAD_STARTS_WORKFLOW,
                        effect.span,
                        f"{effect.label} starts workflow code ({effect.detail}) in a thread: when the process dies "
                        "the thread's own work is lost; use DBOS.start_workflow or a queue",
                    )
