"""How steps and transactions are declared, and how run_step is called."""

from __future__ import annotations

import ast

from dbos_lint.catalog import api
from dbos_lint.fix import Arguments, Fix, Keys
from dbos_lint.rules.declared.step import (
    ASYNC_ONLY_STEP_OPTION,
    DATASOURCE_FUNCTION_KIND,
    GENERATOR_STEP,
    RETRY_OPTIONS_IGNORED,
    RUN_STEP_MISUSE,
    START_WORKFLOW_IN_STEP,
    STEP_AND_WORKFLOW,
)
from dbos_lint.rules.mending import SHIFTS, before, between, text_of, unsafe
from dbos_lint.rules.step.declaring import declared
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics import declarations, signatures
from dbos_lint.semantics.closest import closest
from dbos_lint.semantics.declarations import Declaration
from dbos_lint.semantics.options import Options, of_keywords
from dbos_lint.semantics.scoping import Place, place_of
from dbos_lint.semantics.signatures import misfit, parameters
from dbos_lint.semantics.sites import Call, Ref
from dbos_lint.semantics.summary import Function
from dbos_lint.semantics.values import (
    Constant,
    Container,
    Coroutine,
    DecoratorValue,
    Entity,
    External,
    FunctionValue,
    Instance,
    Partial,
)
from dbos_lint.syntax.spans import Span, span_of
from dbos_lint.wording import listed

_STEP = "dbos.DBOS.step"
_RETRY_OPTIONS = ("max_attempts", "interval_seconds", "backoff_rate", "should_retry")
# The parameters of run_step itself.
_OWN_PARAMETERS = frozenset({"dbos_step_options", "func"})
_ASYNC_OPTIONS = ("timeout_seconds", "preemptible")
# Types whose objects cannot be called.
_DATA = frozenset(
    Instance(External(name))
    for name in ("str", "bytes", "int", "float", "bool", "complex", "list", "tuple", "dict", "set", "frozenset")
)


class Declarations(Visitor):
    """What dbos refuses or ignores in the declaration of a step or transaction."""

    calls = api.RUNS_STEP.keys() | api.DECORATORS.keys()
    called = (DecoratorValue,)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, function: Function) -> None:
        if not function.decorators:
            return
        for declaration in declared(self.here, function):
            self._declaration(declaration)
            if declaration.kind != api.WORKFLOW and isinstance(declaration.target, FunctionValue):
                self._result(declaration, function)

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        here = self.here
        if here.names_called(call) == {_STEP}:
            place = place_of(call)
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
        # A misspelt switch (DBS308) is the only thing to mend.
        if any(closest(name, ("retries_allowed",), cutoff=0.6) for name in options.given.keys() - api.OPTIONS_OF_STEPS):
            return
        ignored = [name for name in _RETRY_OPTIONS if options.is_set(name) and not _is_single_attempt(name, options)]
        if ignored:
            here = options.module == self.here.module.path
            self.here.report(
                RETRY_OPTIONS_IGNORED,
                options.span if here else span,
                f"{listed(ignored)} without retries_allowed=True: dbos calls the step once and ignores the rest; "
                "add retries_allowed=True, or remove what has no effect",
                fix=self._allowing(options) if here else None,
            )

    def _allowing(self, options: Options) -> Fix | None:
        """Switch retries on, where the options are written down and do not say that they are off."""
        node = self.here.typed_dicts.written(options.span)
        title = "add retries_allowed=True, so that the step is tried again when it fails"
        if node is None or "retries_allowed" in options.given:
            return None
        if isinstance(node, ast.Dict):
            return None if None in node.keys else unsafe(title, Keys(options.span, add=(("retries_allowed", "True"),)))
        written = {keyword.arg for keyword in node.keywords}
        if None in written or not written & set(_RETRY_OPTIONS):
            return None
        return unsafe(title, Arguments(options.span, add=(("retries_allowed", "True"),)))

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
                f"workflow '{name}' is given to {declaration.label}: dbos refuses a workflow in a step with an "
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
                f"{listed(wrong)} on the synchronous '{name}': dbos raises DBOSException; make the step async, "
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
        """``run_step`` without its options or its function, or with the result of a call in place of the function."""
        name = declaration.label
        first = self.here.resolve(call.args[0], call) if call.args else ()
        if first and all(isinstance(value, (FunctionValue, Entity, Partial)) for value in first):
            self.here.report(
                RUN_STEP_MISUSE,
                call.span,
                f"{name} is given a function where its options belong: it raises TypeError; write {name}(None, ...)",
                fix=self._without_options(node, call),
            )
        elif _has_no_function(node):
            self.here.report(
                RUN_STEP_MISUSE,
                call.span,
                f"{name} takes its options and then a function: without both it raises TypeError; write "
                f"{name}(None, ...)",
            )
        elif self._is_called_already(declarations.given(call, 1, ("func",)), call):
            self.here.report(
                RUN_STEP_MISUSE,
                call.span,
                f"{name} is given the result of a call, not a function: the work is done before the step, and it "
                "raises; give it the function, and its arguments after it",
                fix=_uncalled(node),
            )

    def _without_options(self, node: ast.Call, call: Call) -> Fix | None:
        """``None`` in front of the function, unless its options may stand behind it."""
        named = tuple(each.arg for each in node.keywords if each.arg and each.arg not in _OWN_PARAMETERS)
        if any(isinstance(each, ast.Starred) for each in node.args) or len(named) < len(node.keywords):
            return None
        if isinstance(node.args[0], ast.Lambda):
            return None  # It needs a name (DBS230).
        function = self.here.resolve(call.args[0], call)[0]
        known = parameters(self.here.resolver, function) if isinstance(function, (FunctionValue, Entity)) else None
        if known is None or misfit(known, signatures.Arguments(len(node.args) - 1, named)):
            return None  # They do not fit (DBS230).
        refs = [*call.args[1:], *(ref for _, ref in call.keywords)]
        rest = [value for ref in refs for value in self.here.resolve(ref, call)]
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        if any(isinstance(each, ast.Dict) for each in given) or any(map(_may_be_options, rest)):
            return None
        return unsafe(f"give None as the options: {SHIFTS}", before(node.args[0], "None, "))

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


def _has_no_function(node: ast.Call) -> bool:
    """Whether ``run_step`` is given one positional argument at most, and no function by name."""
    unpacked = any(isinstance(each, ast.Starred) for each in node.args)
    return len(node.args) < 2 and not unpacked and not any(each.arg in (None, "func") for each in node.keywords)


def _may_be_options(value: object) -> bool:
    if isinstance(value, Instance):
        return value.type in (External("dict"), External("dbos.StepOptions"))
    return isinstance(value, Container) and value.kind == "dict"


def _uncalled(node: ast.Call) -> Fix | None:
    """``run_step(options, f(x))`` to ``run_step(options, f, x)``, where the call of ``f`` stands on one row."""
    given = node.args[1] if len(node.args) == 2 and not node.keywords else None
    if not isinstance(given, ast.Call) or any(isinstance(each, ast.Starred) for each in given.args):
        return None
    if any(keyword.arg is None or keyword.arg in _OWN_PARAMETERS for keyword in given.keywords):
        return None
    title = f"give the function, and its arguments after it: {SHIFTS}"
    if not given.args and not given.keywords:
        return unsafe(title, between(given.func, given, 2, ""))
    texts = [("", text_of(each)) for each in given.args]
    texts += [(keyword.arg or "", text_of(keyword.value)) for keyword in given.keywords]
    func, known = text_of(given.func), tuple((name, text) for name, text in texts if text is not None)
    if func is None or len(known) < len(texts) or given.lineno != given.end_lineno:
        return None
    return unsafe(title, Arguments(span_of(node), values=((1, func),), add=known))


def _function_of(value: FunctionValue | Entity) -> FunctionValue:
    return value.function if isinstance(value, Entity) else value


def _is_single_attempt(name: str, options: Options) -> bool:
    """``max_attempts=1`` says what happens without retries anyway."""
    return name == "max_attempts" and options.constant(name) == 1
