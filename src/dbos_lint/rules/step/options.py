"""Options of steps and transactions that dbos refuses, or never looks at."""

from __future__ import annotations

import ast
import math
from typing import TypeGuard

from dbos_lint.catalog import api
from dbos_lint.fix import Fix, Replace
from dbos_lint.rules.declared.step import INVALID_STEP_OPTION
from dbos_lint.rules.mending import meant, rename_keyword, reworded, unsafe
from dbos_lint.rules.step.declaring import declared
from dbos_lint.rules.visitor import Here, Visitor
from dbos_lint.semantics import declarations
from dbos_lint.semantics.closest import closest
from dbos_lint.semantics.declarations import Declaration
from dbos_lint.semantics.options import Options, of_keywords
from dbos_lint.semantics.scoping import place_of
from dbos_lint.semantics.sites import Call
from dbos_lint.semantics.summary import Function
from dbos_lint.semantics.values import DecoratorValue, Entity, External
from dbos_lint.syntax.spans import Span

_STEP = f"{api.DBOS}.step"
_TRANSACTION_OPTIONS = frozenset({"name", "isolation_level"})
_DATASOURCE_DECORATORS = frozenset(f"{datasource}.transaction" for datasource in api.DATASOURCES)
# Those of SQLAlchemy, which looks at them when the transaction begins.
_ISOLATION_LEVELS = frozenset({"SERIALIZABLE", "REPEATABLE READ", "READ COMMITTED", "READ UNCOMMITTED", "AUTOCOMMIT"})
_NOT_FINITE = frozenset({"math.inf", "math.nan", "numpy.inf", "numpy.nan"})


class StepOptions(Visitor):
    """Literal values and keys that dbos refuses or ignores."""

    calls = api.RUNS_STEP.keys() | api.DECORATORS.keys() | _DATASOURCE_DECORATORS
    called = (DecoratorValue,)

    def __init__(self, here: Here) -> None:
        super().__init__(here)
        self._told: set[tuple[Span, str]] = set()

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, function: Function) -> None:
        if not function.decorators:
            return
        for declaration in declared(self.here, function):
            if declaration.name == _STEP:
                self._times(declaration)

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        here = self.here
        names = here.names_called(call)
        if names == {_STEP} or (names and names <= _DATASOURCE_DECORATORS):
            place = place_of(call)
            options = of_keywords(here.resolver, here.module, call.keywords, place, call.span)
            if options is not None:
                self._keys_and_values(
                    options, call.span, api.STEP if names == {_STEP} else api.TRANSACTION, raises=True
                )
            return
        declaration = declarations.by_call(here.analysis, here.module, call)
        if declaration is None or declaration.options is None:
            return
        if declaration.name in api.RUNS_STEP:
            self._keys_and_values(declaration.options, call.span, declaration.kind, raises=False)
        if declaration.kind == api.STEP:
            self._times(declaration)

    def _keys_and_values(self, options: Options, span: Span, kind: str, *, raises: bool) -> None:
        known = api.OPTIONS_OF_STEPS if kind == api.STEP else _TRANSACTION_OPTIONS
        for name in options.given.keys() - known:
            near = closest(name, known, cutoff=0.6)
            effect = "dbos raises TypeError" if raises else "dbos ignores it"
            advice = f"did you mean {near}?" if near else f"dbos knows {', '.join(sorted(known))}"
            fix = self._renamed(options, known)
            self._report(options, span, f"{name} is no option of a {kind}: {effect}; {advice}", fix)
        attempts = options.constant("max_attempts")
        if kind == api.STEP and options.constant("retries_allowed") is True and _is_number(attempts) and attempts < 1:
            why = "dbos raises an AssertionError that has no text when a workflow calls the step"
            self._report(options, span, f"max_attempts={attempts}: {why}; it counts the calls, the first included")
        level = options.constant("isolation_level")
        folded = level.upper().replace("_", " ") if isinstance(level, str) else ""
        if kind == api.TRANSACTION and folded and folded not in _ISOLATION_LEVELS:
            why = "the database refuses it when the transaction begins"
            self._report(options, span, f"isolation_level='{level}': {why}; use 'SERIALIZABLE' or 'READ COMMITTED'")

    def _times(self, declaration: Declaration) -> None:
        """Waits and time-outs: which count depends on whether the step is asynchronous."""
        options = declaration.options
        is_async = self._is_async(declaration)
        if options is None:
            return
        timeout = options.constant("timeout_seconds")
        values = options.given.get("timeout_seconds", ())
        endless = bool(values) and all(isinstance(each, External) and each.name in _NOT_FINITE for each in values)
        refused = _is_number(timeout) and not (timeout > 0 and math.isfinite(timeout))
        # On a synchronous step any is wrong (DBS307).
        if is_async is not False and (endless or refused):
            shown = "that is not finite" if endless else f"of {timeout}"
            advice = "leave it out where there is no limit"
            self._report(options, declaration.span, f"timeout_seconds {shown}: dbos raises DBOSException; {advice}")
        interval = options.constant("interval_seconds")
        retried = options.constant("retries_allowed") is True and options.constant("max_attempts") != 1
        if is_async is False and retried and _is_number(interval) and interval < 0:
            why = "the step raises ValueError when it fails, and is not retried"
            self._report(options, declaration.span, f"interval_seconds={interval}: {why}; use 0 for no wait")

    def _is_async(self, declaration: Declaration) -> bool | None:
        target = declaration.target
        if target is None:
            return None
        return self.here.resolver.function(target.function if isinstance(target, Entity) else target).is_async

    def _renamed(self, options: Options, known: frozenset[str]) -> Fix | None:
        """Give the misspelt options the names that were meant, where they are written down."""
        node = self.here.typed_dicts.written(options.span) if options.module == self.here.module.path else None
        names = sorted(options.given.keys() - known)
        pairs = [(name, new) for name in names if (new := meant(name, known, options.given))]
        if node is None or len({new for _, new in pairs}) < len(names):
            return None
        changes: list[Replace | None] = []
        for name, new in pairs:
            if isinstance(node, ast.Dict):
                keys = (each for each in node.keys if isinstance(each, ast.Constant) and each.value == name)
                changes += (reworded(each, new) for each in keys)
            else:
                changes += (rename_keyword(each, new) for each in node.keywords if each.arg == name)
        return unsafe(", ".join(f"rename '{name}' to '{new}'" for name, new in pairs), *changes)

    def _report(self, options: Options, span: Span, message: str, fix: Fix | None = None) -> None:
        where = options.span if options.module == self.here.module.path else span
        if (where, message) not in self._told:
            self._told.add((where, message))
            self.here.report(INVALID_STEP_OPTION, where, message, fix=fix)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
