"""Steps and transactions: what they may do, and how they are declared."""

from __future__ import annotations

import ast

from dbos_lint.catalog import api, types
from dbos_lint.diagnostic import Rule
from dbos_lint.rules.declared.step import (
    ASYNC_ONLY_STEP_OPTION,
    DATASOURCE_FUNCTION_KIND,
    GENERATOR_STEP,
    GLOBAL_WRITE_IN_STEP,
    RECV_IN_STEP,
    RETRIED_STEP_EXCEPTION_NEVER_MATCHES,
    RETRY_OPTIONS_IGNORED,
    RUN_STEP_MISUSE,
    SESSION_OUTSIDE_TRANSACTION,
    START_WORKFLOW_IN_STEP,
    STEP_AND_WORKFLOW,
    WORKFLOW_ONLY_CALL_IN_STEP,
)
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics import declarations
from dbos_lint.semantics.contexts import LOOP, OUTSIDE, Reached
from dbos_lint.semantics.declarations import Declaration
from dbos_lint.semantics.effects import (
    CALLS_WORKFLOW,
    CLOSURE_WRITE,
    GLOBAL_WRITE,
    RECEIVES,
    SELF_WRITE,
    STARTS_WORKFLOW,
    USES_SESSION,
    WORKFLOW_ONLY,
)
from dbos_lint.semantics.options import Options, of_keywords
from dbos_lint.semantics.scoping import Place
from dbos_lint.semantics.summary import Call, Function, Ref, Span, Try
from dbos_lint.semantics.tries import calls_in, operators_raise
from dbos_lint.semantics.values import (
    ClassValue,
    Constant,
    Container,
    Coroutine,
    Entity,
    External,
    FunctionKey,
    FunctionValue,
    Instance,
    Partial,
)

# Kind of effect: the rule, what happens, and what to do about it.
_EFFECTS: dict[str, tuple[Rule, str, str]] = {
    STARTS_WORKFLOW: (
        START_WORKFLOW_IN_STEP,
        "starts a workflow",
        "dbos refuses it with an AssertionError that has no text; start it in workflow code",
    ),
    CALLS_WORKFLOW: (
        START_WORKFLOW_IN_STEP,
        "calls a workflow",
        "dbos refuses it with an AssertionError that has no text; call it in workflow code",
    ),
    RECEIVES: (
        RECV_IN_STEP,
        "waits for a message",
        "dbos raises DBOSException; receive in workflow code, and give the step the message",
    ),
}
_WRITES = frozenset({GLOBAL_WRITE, CLOSURE_WRITE, SELF_WRITE})
# A test that makes sure that the write only fills what is empty: every process may do that for itself.
_FILLING = frozenset({"unset", "missing"})
_LOST = "a finished step is not run again on recovery, so the change is lost; return the value instead"
_STEP = "dbos.DBOS.step"
_RETRY_OPTIONS = ("max_attempts", "interval_seconds", "backoff_rate", "should_retry")
_ASYNC_OPTIONS = ("timeout_seconds", "preemptible")
# Types whose objects cannot be called.
_DATA = frozenset(
    Instance(External(name))
    for name in ("str", "bytes", "int", "float", "bool", "complex", "list", "tuple", "dict", "set", "frozenset")
)
# Methods of containers that raise nothing.
_FILLS = frozenset(["append", "appendleft", "extend", "insert", "add", "update", "setdefault", "discard", "clear"])
# Exceptions that reach workflow code in spite of the retries: dbos cannot record a result, or refuses a call.
_NOT_FROM_STEP = frozenset(
    [
        "AssertionError",
        "AttributeError",
        "GeneratorExit",
        "KeyboardInterrupt",
        "MemoryError",
        "RecursionError",
        "RuntimeError",
        "SystemExit",
        "TypeError",
        "asyncio.CancelledError",
        "asyncio.exceptions.CancelledError",
        "concurrent.futures.CancelledError",
        "pickle.PickleError",
        "pickle.PicklingError",
    ]
)


class StepVisitor(Visitor):
    """What steps and transactions must not do, and how they must not be declared."""

    # ------------------------------------------------------------------ what they do

    def visit_effect(self, reached: Reached) -> None:
        kind = reached.effect.kind
        if kind == USES_SESSION:
            self._session(reached)
        elif reached.context in (api.STEP, api.TRANSACTION):
            if kind in _EFFECTS:
                rule, what, advice = _EFFECTS[kind]
                self._report(rule, reached, what, advice)
            elif kind == WORKFLOW_ONLY:
                self._workflow_only(reached)
            elif kind in _WRITES:
                self._write(reached)

    def _workflow_only(self, reached: Reached) -> None:
        name = reached.effect.name
        if name.endswith(("sleep", "sleep_async")):
            advice = "it raises AssertionError; use time.sleep, or asyncio.sleep in async code"
        else:
            advice = "it raises DBOSException; do it in workflow code, and give the step the outcome"
        self._report(WORKFLOW_ONLY_CALL_IN_STEP, reached, "is called", advice)

    def _write(self, reached: Reached) -> None:
        effect = reached.effect
        guard = effect.detail
        if effect.kind == CLOSURE_WRITE:
            owner, _, guard = effect.detail.partition(":")
            if self._runs_in_step(int(owner)):
                return
        if guard in _FILLING or (effect.kind == SELF_WRITE and not self._acts_on_self(reached)):
            return
        self._report(GLOBAL_WRITE_IN_STEP, reached, "is changed", _LOST)

    def _runs_in_step(self, function: int) -> bool:
        contexts = self.here.contexts
        return contexts.runs_as(function, api.STEP) or contexts.runs_as(function, api.TRANSACTION)

    def _acts_on_self(self, reached: Reached) -> bool:
        """Whether the methods from the step down to the write were all called on the step's own ``self``."""
        visits = self.here.contexts.visits[reached.context]
        for key in reached.chain[1:]:
            visit = visits.get(key)
            if visit is None or visit.caller is None:
                return False
            caller = self.here.module.functions[visit.caller.id]
            if not any(call.span == visit.span and caller.calls_own_method(call) for call in caller.calls):
                return False
        return True

    def _session(self, reached: Reached) -> None:
        """The session of a datasource, where no transaction of that kind of datasource is open."""
        klass = reached.effect.name.rpartition(".")[0]
        if reached.context == LOOP or self._may_be_open(klass, reached.chain[0], reached.context):
            return
        self._report(
            SESSION_OUTSIDE_TRANSACTION,
            reached,
            "is called",
            "it raises AssertionError anywhere but in a transaction of that datasource; do this in a function under "
            "its @transaction, or given to its run_tx_step",
        )

    def _may_be_open(self, klass: str, root: FunctionKey, context: str) -> bool:
        """Whether ``root`` may run in a transaction of a datasource of ``klass``."""
        here = self.here
        declared = declarations.by_decorators(here.analysis, here.module, here.module.functions[root.id])
        names = [declaration.name for declaration in declared if declaration.kind == api.TRANSACTION]
        if names:
            classes = {name.rpartition(".")[0] for name in names}
            return klass in classes or not classes <= api.DATASOURCES.keys()
        return context == api.TRANSACTION or any(
            registration.function == root.id and registration.entity.kind == api.TRANSACTION
            for registration in here.contexts.registrations
        )

    def _report(self, rule: Rule, reached: Reached, what: str, advice: str) -> None:
        here = self.here
        trace = here.trace(reached)
        route = here.route(trace)
        root = trace[0].label.rpartition("<locals>.")[2]
        who = "code outside of transactions" if reached.context == OUTSIDE else f"{reached.context} '{root}'"
        here.report(rule, reached.span, f"{reached.effect.label} {what} while {who} runs{route}: {advice}", trace)

    # ------------------------------------------------------------------ how they are declared

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, function: Function) -> None:
        if not function.decorators:
            return
        for declaration in declarations.by_decorators(self.here.analysis, self.here.module, function):
            self._declaration(declaration)
            if declaration.kind != api.WORKFLOW and isinstance(declaration.target, FunctionValue):
                self._result(declaration, function)

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        here = self.here
        if here.names_called(call) == {_STEP}:
            place = Place(call.scope, call.span.row, call.block)
            options = of_keywords(here.resolver, here.module, call.keywords, place, call.span)
            self._retry_options(options, call.span)
        declaration = declarations.by_call(here.analysis, here.module, call)
        if declaration is None:
            return
        self._declaration(declaration)
        if declaration.name in api.RUNS_STEP:
            self._retry_options(declaration.options, call.span)
            self._run_step(declaration, node, call)

    def _declaration(self, declaration: Declaration) -> None:
        if declaration.name in api.RUNS_STEP:
            self._workflow_given(declaration)
        else:
            self._two_kinds(declaration)
        self._async_options(declaration)
        self._datasource_kind(declaration)

    def _retry_options(self, options: Options | None, span: Span) -> None:
        """Retry options without the switch that makes them count."""
        if options is None or ("retries_allowed" in options.given and options.constant("retries_allowed") is not False):
            return
        ignored = [name for name in _RETRY_OPTIONS if options.is_set(name) and not _is_single_attempt(name, options)]
        if ignored:
            here = options.module == self.here.module.path
            self.here.report(
                RETRY_OPTIONS_IGNORED,
                options.span if here else span,
                f"{_listed(ignored)} without retries_allowed=True: dbos calls the step once and ignores the rest; "
                "add retries_allowed=True, or remove what has no effect",
            )

    def _two_kinds(self, declaration: Declaration) -> None:
        """A step or transaction over a workflow, or a step over a transaction."""
        target = declaration.target
        if not isinstance(target, Entity):
            return
        if target.kind == api.WORKFLOW and declaration.kind != api.WORKFLOW:
            self._report_two_kinds(
                declaration, target, "dbos refuses the workflow inside it with an AssertionError that has no text"
            )
        elif target.kind == api.TRANSACTION and declaration.kind == api.STEP:
            self._report_two_kinds(
                declaration, target, "the transaction loses its own checkpoint, and may commit a second time"
            )

    def _report_two_kinds(self, declaration: Declaration, target: Entity, why: str) -> None:
        name = self.here.resolver.function(target.function).name
        self.here.report(
            STEP_AND_WORKFLOW,
            declaration.span,
            f"'{name}' is declared as a {declaration.kind} over a {target.kind}: {why}; keep one of the two",
        )

    def _workflow_given(self, declaration: Declaration) -> None:
        """``run_step(None, workflow)`` calls a workflow in a step."""
        target = declaration.target
        if isinstance(target, Entity) and target.kind == api.WORKFLOW:
            name = self.here.resolver.function(target.function).name
            self.here.report(
                START_WORKFLOW_IN_STEP,
                declaration.span,
                f"workflow '{name}' is given to {_short(declaration.name)}: dbos refuses a workflow in a step with an "
                "AssertionError that has no text; call it in workflow code",
            )

    def _async_options(self, declaration: Declaration) -> None:
        """Options that only async steps may have."""
        options, target = declaration.options, declaration.target
        if options is None or target is None or declaration.kind != api.STEP or self._is_async(target):
            return
        if declaration.name != _STEP and declaration.name not in api.RUNS_STEP:
            return
        name = self.here.resolver.function(_function_of(target)).name
        wrong = [option for option in _ASYNC_OPTIONS if options.constant(option) not in (..., None, False)]
        if self._is_async_predicate(options):
            wrong.append("an async should_retry")
        if wrong:
            self.here.report(
                ASYNC_ONLY_STEP_OPTION,
                declaration.span,
                f"{_listed(wrong)} on the synchronous '{name}': dbos raises DBOSException; make the step async, "
                "or remove the option",
            )

    def _is_async(self, target: FunctionValue | Entity) -> bool:
        return self.here.resolver.function(_function_of(target)).is_async

    def _is_async_predicate(self, options: Options) -> bool:
        values = options.given.get("should_retry", ())
        return bool(values) and all(
            isinstance(value, FunctionValue) and self.here.resolver.function(value).is_async for value in values
        )

    def _datasource_kind(self, declaration: Declaration) -> None:
        """A coroutine function for a synchronous datasource, or the reverse."""
        klass = declaration.name.rpartition(".")[0]
        target = declaration.target
        if klass not in api.DATASOURCES or not isinstance(target, FunctionValue):
            return
        needs_async = api.DATASOURCES[klass]
        if self._is_async(target) == needs_async:
            return
        name = self.here.resolver.function(target).name
        what, kind = ("synchronous", "an asynchronous") if needs_async else ("asynchronous", "a synchronous")
        other = "SQLAlchemyDatasource" if needs_async else "AsyncSQLAlchemyDatasource"
        self.here.report(
            DATASOURCE_FUNCTION_KIND,
            declaration.span,
            f"{what} function '{name}' is given to {kind} datasource: dbos raises DBOSException; "
            f"{'make it async def' if needs_async else 'make it a plain def'}, or use {other}",
        )

    def _result(self, declaration: Declaration, function: Function) -> None:
        """A step or transaction whose result cannot be recorded: a generator, a coroutine."""
        if function.is_generator:
            what = "is a generator, and dbos cannot record what it yields"
            advice = "return a list"
        elif not function.is_async and self._returns_coroutine(function):
            what = "returns a coroutine that nothing awaits, and dbos cannot record it"
            advice = "make it async def, and await there"
        else:
            return
        self.here.report(
            GENERATOR_STEP,
            function.span,
            f"{declaration.kind} '{function.name}' {what} (TypeError: cannot pickle); {advice}",
        )

    def _returns_coroutine(self, function: Function) -> bool:
        here = self.here
        results = [here.resolver.resolve(here.module, ref, Place(function.scope)) for ref in function.results]
        return bool(results) and all(
            values and all(isinstance(value, Coroutine) for value in values) for values in results
        )

    # ------------------------------------------------------------------ run_step

    def _run_step(self, declaration: Declaration, node: ast.Call, call: Call) -> None:
        """``run_step`` without its options, or with the result of a call in place of the function."""
        name = _short(declaration.name)
        first = self.here.resolve(call.args[0], call) if call.args else ()
        if first and all(isinstance(value, (FunctionValue, Entity, Partial)) for value in first):
            self.here.report(
                RUN_STEP_MISUSE,
                call.span,
                f"{name} is given a function where its options belong: it raises TypeError; write {name}(None, ...)",
            )
        elif self._is_called_already(declarations.given(call, 1, ("func",)), call):
            self.here.report(
                RUN_STEP_MISUSE,
                call.span,
                f"{name} is given the result of a call, not a function: the work is done before the step, and it "
                "raises; give it the function, and its arguments after it",
            )

    def _is_called_already(self, ref: Ref, call: Call) -> bool:
        """Whether an argument is the result of a call that certainly does not give a function."""
        while isinstance(ref, tuple) and ref[0] == "await":
            ref = ref[1]
        if not isinstance(ref, tuple) or ref[0] != "call":
            return False
        callees = self.here.resolve(ref[1], call)
        return bool(callees) and all(
            isinstance(callee, (FunctionValue, Entity)) and self._gives_data(_function_of(callee)) for callee in callees
        )

    def _gives_data(self, callee: FunctionValue) -> bool:
        """Whether a function of the project returns something that cannot be called."""
        resolver = self.here.resolver
        function, module = resolver.function(callee), resolver.module(callee.module)
        if not declarations.is_transparent(resolver, callee):
            return False
        declared = resolver.resolve(module, function.returns, Place(module.scopes[function.scope].parent))
        if declared:
            return all(value in _DATA for value in declared)
        if function.is_generator or function.is_async or (function.owner is None and not function.results):
            return True
        results = [resolver.resolve(module, ref, Place(function.scope)) for ref in function.results]
        return bool(results) and all(
            values and all(isinstance(value, (Container, Constant)) for value in values) for values in results
        )

    # ------------------------------------------------------------------ handlers around steps

    def visit_Try(self, node: ast.Try, record: Try) -> None:
        if not isinstance(node, ast.Try) or not self._runs_in_workflow_only(record.function):
            return
        steps = self._retried_steps(node, record)
        builtin = operators_raise(node.body) if steps else None
        if builtin is None:
            return
        types = [self._types(ref, record) for ref in record.handlers]
        if any(names is None or names & api.CATCHES_RETRIES_EXCEEDED for names in types):
            return
        for handler, names in zip(node.handlers, types, strict=True):
            if names and not any(_may_come_from_dbos(name) or name in builtin for name in names):
                self._never_matches(handler, names, steps)

    def _never_matches(self, handler: ast.ExceptHandler, names: frozenset[str], steps: list[str]) -> None:
        listed = _listed(sorted(name.rpartition(".")[2] for name in names))
        span = Span(handler.lineno, handler.col_offset, handler.lineno, handler.col_offset + len("except"))
        self.here.report(
            RETRIED_STEP_EXCEPTION_NEVER_MATCHES,
            span,
            f"except {listed} never matches: {steps[0]} is retried, and raises DBOSMaxStepRetriesExceeded when the "
            "attempts are used up; catch that (dbos.error), or let should_retry return False for it",
        )

    def _runs_in_workflow_only(self, function: int) -> bool:
        """In a step, or outside workflows, a step is a plain function that raises its own exceptions."""
        runs_as = self.here.contexts.runs_as
        return runs_as(function, api.WORKFLOW) and not any(
            runs_as(function, context) for context in (api.STEP, api.TRANSACTION, OUTSIDE)
        )

    def _retried_steps(self, node: ast.Try, record: Try) -> list[str]:
        """The retried steps that the body calls; none if it makes other calls that may raise."""
        steps: list[str] = []
        for call in calls_in(self.here.module, record, node.body):
            step = self._retried_step(call)
            if step:
                steps.append(step)
            elif not self._is_harmless(call):
                return []
        return steps

    def _retried_step(self, call: Call) -> str:
        """The name of the step that ``call`` runs, if dbos hides its exceptions behind its own."""
        values = self.here.callees(call).values
        value = values[0] if len(values) == 1 else None
        if isinstance(value, Entity):
            options = dict(value.options)
            switched_on = options.get("retries_allowed") == ("const", True)
            hidden = value.kind == api.STEP and switched_on and "should_retry" not in options and None not in options
            return f"step '{self.here.resolver.function(value.function).name}'" if hidden else ""
        declaration = declarations.by_call(self.here.analysis, self.here.module, call)
        if declaration is None or declaration.name not in api.RUNS_STEP or declaration.options is None:
            return ""
        options_given = declaration.options
        hidden = options_given.constant("retries_allowed") is True and not options_given.is_set("should_retry")
        return f"the step of {_short(declaration.name)}" if hidden else ""

    def _is_harmless(self, call: Call) -> bool:
        """Whether a call raises nothing that a handler would wait for: it fills a container, or logs."""
        values = self.here.callees(call).values
        return bool(values) and all(
            isinstance(value, External)
            and (_fills(value) or value.name == "print" or value.name.startswith("logging."))
            for value in values
        )

    def _types(self, ref: Ref, record: Try) -> frozenset[str] | None:
        """The qualified names of the exception classes that a clause names; None if some are unknown."""
        place = Place(record.scope, record.span.row, record.block)
        values = self.here.resolver.resolve(self.here.module, ref, place)
        if len(values) == 1 and isinstance(values[0], Container):
            values = values[0].elements if values[0].whole else ()
        elif len(values) > 1:
            return None
        names: set[str] = set()
        for value in values:
            # In capitals it is no class: a constant of a package that is not read, a tuple as like as not.
            if isinstance(value, External) and not value.name.rpartition(".")[2].isupper():
                names.add(value.name)
            elif isinstance(value, ClassValue):
                names.add(self.here.resolver.qualified_name(value))
            else:
                return None
        return frozenset(names) or None


def _fills(method: External) -> bool:
    return method.base in types.CONTAINERS and method.name.rpartition(".")[2] in _FILLS


def _function_of(value: FunctionValue | Entity) -> FunctionValue:
    return value.function if isinstance(value, Entity) else value


def _is_single_attempt(name: str, options: Options) -> bool:
    """``max_attempts=1`` says what happens without retries anyway."""
    return name == "max_attempts" and options.constant(name) == 1


def _may_come_from_dbos(name: str) -> bool:
    return name.startswith("dbos.") or name in _NOT_FROM_STEP


def _short(name: str) -> str:
    """``DBOS.run_step`` for ``dbos.DBOS.run_step``."""
    return name.removeprefix("dbos.")


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
