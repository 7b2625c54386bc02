"""Exception handlers around steps."""

from __future__ import annotations

import ast

from dbos_lint.catalog import api, types
from dbos_lint.rules.declared.step import (
    RETRIED_STEP_EXCEPTION_NEVER_MATCHES,
)
from dbos_lint.rules.visitor import Here, Visitor
from dbos_lint.semantics import declarations
from dbos_lint.semantics.contexts import OUTSIDE
from dbos_lint.semantics.scoping import place_of
from dbos_lint.semantics.sites import Call, Ref, Try
from dbos_lint.semantics.tries import operators_raise, span_of_body
from dbos_lint.semantics.values import (
    ClassValue,
    Container,
    Entity,
    External,
)
from dbos_lint.semantics.within import Within
from dbos_lint.syntax.spans import Span
from dbos_lint.wording import listed

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


class Handlers(Visitor):
    """Handlers that never see the exceptions they wait for."""

    def __init__(self, here: Here) -> None:
        super().__init__(here)
        self._within: dict[int, Within] = {}

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
        caught = listed(sorted(name.rpartition(".")[2] for name in names))
        span = Span(handler.lineno, handler.col_offset, handler.lineno, handler.col_offset + len("except"))
        self.here.report(
            RETRIED_STEP_EXCEPTION_NEVER_MATCHES,
            span,
            f"except {caught} never matches: {steps[0]} is retried, and raises DBOSMaxStepRetriesExceeded when the "
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
        function = self.here.module.functions[record.function]
        if function.id not in self._within:
            self._within[function.id] = Within(function.calls)
        for call in self._within[function.id].of(span_of_body(node.body)):
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
        return f"the step of {declaration.label}" if hidden else ""

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
        place = place_of(record)
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


def _may_come_from_dbos(name: str) -> bool:
    return name.startswith("dbos.") or name in _NOT_FROM_STEP
