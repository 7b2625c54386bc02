"""Workflows that are registered in code that can run more than once, and how that is known."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from dbos_lint.catalog import api
from dbos_lint.semantics.contexts import Contexts
from dbos_lint.semantics.entities import Registration, registered_name
from dbos_lint.semantics.entrypoints import is_route
from dbos_lint.semantics.refs import leaves
from dbos_lint.semantics.sites import MODULE, Call, Ref
from dbos_lint.semantics.summary import Function
from dbos_lint.semantics.testcode import is_in_test, is_test_file
from dbos_lint.semantics.values import Entity, FunctionValue

_WRAPS = "functools.wraps"


class Repeats:
    """What one module registers more than once."""

    def __init__(self, contexts: Contexts) -> None:
        self._contexts = contexts
        self._analysis = contexts.analysis
        self._resolver = contexts.analysis.resolver
        self._module = contexts.module

    def why(self, registration: Registration, node: ast.AST | None) -> str:
        """When the workflow is registered again; empty where nothing says so. ``node`` is the text of the function."""
        module = self._module
        function = module.functions[registration.function]
        if is_test_file(self._resolver, module) or _WRAPS in self._resolver.decorator_names(module, function):
            # What wraps a function has the name of that one.
            return ""
        call = self._call_of(registration)
        around = self._around(registration, call)
        if around.id != MODULE and is_in_test(self._resolver, module, around):
            return ""
        if runs_often(self._contexts, around):
            return f"whenever '{around.name}' runs"
        if registered_name(self._resolver, registration.entity) is None:
            return ""
        if self._is_repeated(call) if call is not None else module.within(function.block, "loop"):
            return "in each round of a loop"
        if around.id == MODULE:
            return ""
        calls = list(self._calls_of(around))
        if len(calls) > 1 or any(map(self._is_repeated, calls)):
            return f"whenever '{around.name}' is called, as in lines {_rows(calls)}"
        if self._runs_once(around):
            return ""
        # Who gives it a name means to have one of it.
        is_named = any(name == "name" for name, _ in registration.entity.options)
        if (is_named or not self._is_given_away(around, function, node)) and not self._is_started(around, function):
            return ""
        return f"whenever '{around.name}' is called"

    # ------------------------------------------------------------------ where it is registered

    def _call_of(self, registration: Registration) -> Call | None:
        """The call that registers the function, where no decorator does."""
        for function in self._module.functions:
            for call in function.calls:
                if call.span == registration.span:
                    return call if registration.span not in self._decorators(registration) else None
        return None

    def _decorators(self, registration: Registration) -> list[object]:
        return [decorator.span for decorator in self._module.functions[registration.function].decorators]

    def _around(self, registration: Registration, call: Call | None) -> Function:
        """The function whose running registers the workflow."""
        functions, scopes = self._module.functions, self._module.scopes
        if call is not None:
            return functions[scopes[call.scope].function]
        return functions[functions[registration.function].parent]

    # ------------------------------------------------------------------ how often that runs

    def _runs_once(self, function: Function) -> bool:
        """Whether the program runs the function once: from the module's own code, perhaps through others."""
        seen: set[int] = set()
        while function.id != MODULE:
            calls = list(self._calls_of(function))
            if function.id in seen or len(calls) != 1 or self._is_repeated(calls[0]):
                return False
            seen.add(function.id)
            function = self._module.functions[self._module.scopes[calls[0].scope].function]
        return True

    def _is_repeated(self, call: Call) -> bool:
        """Whether a loop, or a comprehension, makes the call."""
        return self._module.within(call.block, "loop") or self._module.scopes[call.scope].kind == "comprehension"

    def _calls_of(self, function: Function) -> Iterator[Call]:
        """The calls in this module that run the function."""
        for caller in self._module.functions:
            for call in caller.calls:
                for callee in self._analysis.calls.callees(self._module, call).runs:
                    if (callee.module, callee.id) == (self._module.path, function.id):
                        yield call
                        break

    # ------------------------------------------------------------------ what becomes of it

    def _is_given_away(self, around: Function, function: Function, node: ast.AST | None) -> bool:
        """Whether the workflow is another one each time, and is returned or kept."""
        names = self._names(around, function)
        return self._closes_over(around, node) and (
            any(_mentions(ref, names, function.id) for ref in around.results) or self._is_kept(around, names, function)
        )

    def _is_started(self, around: Function, function: Function) -> bool:
        """Whether the workflow is started there and then, in a function that does not launch dbos itself."""
        launches = any(api.LAUNCH in self._analysis.calls.callees(self._module, call).names for call in around.calls)
        return not launches and any(self._starts(call, function) for call in around.calls)

    def _names(self, around: Function, function: Function) -> frozenset[str]:
        """The names that hold the workflow in the function that registers it."""
        bindings = self._module.scopes[around.scope].bindings
        made = frozenset({function.name})
        return made | {
            name
            for name, bound in bindings.items()
            if any(binding.kind == "value" and _mentions(binding.value, made, function.id) for binding in bound)
        }

    def _is_kept(self, around: Function, names: frozenset[str], function: Function) -> bool:
        """Whether it is put into an attribute of ``self``, or into something that outlives the function."""
        attributes = self._module.classes[around.owner].attributes.values() if around.owner is not None else ()
        return any(
            scope == around.scope and _mentions(ref, names, function.id) for given in attributes for ref, scope in given
        ) or any(_mentions(write.value, names, function.id) for write in around.writes)

    def _closes_over(self, around: Function, node: ast.AST | None) -> bool:
        """Whether the workflow uses variables of the functions around it."""
        used = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)} if node is not None else set()
        scope = self._module.scopes[around.scope]
        while scope.id != MODULE:
            if scope.kind == "function" and not used.isdisjoint(scope.bindings):
                return True
            scope = self._module.scopes[scope.parent]
        return False

    def _starts(self, call: Call, function: Function) -> bool:
        """Whether ``call`` starts or calls the workflow."""
        callees = self._analysis.calls.callees(self._module, call)
        started = list(callees.durable)
        for name in callees.names & api.FUNCTION_ARGUMENT.keys():
            values = self._analysis.calls.argument(self._module, call, api.FUNCTION_ARGUMENT[name])
            started.extend(value for value in values if isinstance(value, Entity))
        key = FunctionValue(self._module.path, function.id).key
        return any(entity.function.key == key for entity in started)


def runs_often(contexts: Contexts, function: Function) -> bool:
    """Whether requests, or workflows, run the function."""
    return any(is_route(decorator.ref) for decorator in function.decorators) or contexts.runs_durably(function.id)


def _mentions(ref: Ref, names: frozenset[str], lambda_id: int) -> bool:
    """Whether ``ref`` holds one of ``names``, or the lambda."""
    return any(leaf in names if isinstance(leaf, str) else leaf[1] == lambda_id for leaf in leaves(ref))


def _rows(calls: list[Call]) -> str:
    rows = sorted({call.span.row for call in calls})
    return ", ".join(map(str, rows[:3])) + (" ..." if len(rows) > 3 else "")
