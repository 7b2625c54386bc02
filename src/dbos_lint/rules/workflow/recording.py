"""Fixes that have a step draw a value, in place of workflow code."""

from __future__ import annotations

import ast
from functools import cached_property

from dbos_lint.catalog import recordable
from dbos_lint.fix import SHIFTS, Applicability, Change, Fix, Through, Wrap
from dbos_lint.rules.visitor import Here
from dbos_lint.rules.workflow.places import Places
from dbos_lint.semantics.body import Body
from dbos_lint.semantics.contexts import Reached
from dbos_lint.semantics.effects import Effect
from dbos_lint.semantics.elements import element_types
from dbos_lint.semantics.refs import terminal
from dbos_lint.semantics.scoping import place_of
from dbos_lint.semantics.serializers import PICKLE, format_of_workflow
from dbos_lint.semantics.sites import Call
from dbos_lint.semantics.values import External
from dbos_lint.syntax.spans import span_of
from dbos_lint.syntax.trees import name_of

# Of what ``run_step`` takes itself, nothing can be handed on as a keyword.
_OWN_KEYWORDS = frozenset({None, "dbos_step_options", "func"})

_SEEDS = frozenset({"seed", "setstate"})


class Recording:
    """The fixes of one file."""

    def __init__(self, here: Here) -> None:
        self._here = here
        self._places = Places(here)
        self._known: dict[int, Fix | None] = {}

    def of(self, reached: Reached) -> Fix | None:
        """The fix that has a step make the call by which a workflow reaches a value, where that is certain."""
        effect = reached.effect
        if reached.origin.module != self._here.module.path or not isinstance(effect.origin, int):
            return None
        if effect.origin not in self._known:
            self._known[effect.origin] = self._fix(effect, effect.origin)
        return self._known[effect.origin]

    def of_all(self, several: list[Reached]) -> Fix | None:
        """The fixes of several values as one, where all of them can be mended."""
        fixes = list(dict.fromkeys(map(self.of, several)))
        found = [fix for fix in fixes if fix is not None]
        if len(found) < len(fixes) or not found:
            return None
        changes = dict.fromkeys(change for fix in found for change in fix.changes)
        return found[0]._replace(changes=tuple(changes))

    def _fix(self, effect: Effect, number: int) -> Fix | None:
        here = self._here
        node, call = here.collected.nodes.calls[number]
        function = here.function(call)
        twin = "run_step_async" if function.is_async else "run_step"
        if call.span != effect.span or not here.has(f"DBOS.{twin}") or not self._can_go_on(call):
            return None
        body = here.body(function) if function.name != "<lambda>" else None
        if body is None or not self._places.take_durable_call(node, call):
            return None
        dbos = here.spelled("dbos.DBOS", call)
        options = _options(node, body)
        if dbos is None or options is None:
            return None
        to = f"{dbos.text}.{twin}"
        changes: list[Change] = [Wrap(span_of(node), "await ")] if function.is_async else []
        changes += [Through(call.span, to, (options,)), *dbos.imports]
        secret = ", which keeps the secret in the database" if effect.kind == "secret" else ""
        title = f"call {effect.label} in a step, by {to}{secret}: {SHIFTS}"
        return Fix(title, Applicability.UNSAFE, tuple(changes))

    # ------------------------------------------------------------------ what is called

    def _can_go_on(self, call: Call) -> bool:
        """Whether a step may make ``call``, and what that gives can be stored as it is."""
        callees = self._here.callees(call)
        if len(callees.values) != 1 or not isinstance(callees.values[0], External):
            return False
        if any(name in _OWN_KEYWORDS for name, _ in call.keywords):
            return False
        name = callees.values[0].name
        if name.startswith("random.") and self._is_seeded:
            return False
        if name in recordable.CHOOSES:
            place = place_of(call)
            named = dict(call.keywords)
            choices = call.args[0] if call.args else named.get("population", named.get("seq"))
            return bool(element_types(self._here.resolver, self._here.module, choices, place))
        return name in recordable.SIMPLE or (name in recordable.PICKLED and self._is_pickled())

    @cached_property
    def _is_seeded(self) -> bool:
        """Whether this file seeds the generator that all share: recovery, which draws no recorded number again, would
        go on with those that the workflow has had."""
        calls = [call for each in self._here.module.functions for call in each.calls if terminal(call.func) in _SEEDS]
        return any(self._here.names_called(call) & {f"random.{name}" for name in _SEEDS} for call in calls)

    def _is_pickled(self) -> bool:
        """Whether all workflows of this file store what they are given with pickle."""
        here = self._here
        workflows = [each.entity for each in here.contexts.registrations]
        return here.serializer == PICKLE and all(
            format_of_workflow(here.analysis, each) in ("", PICKLE) for each in workflows
        )


# ------------------------------------------------------------------ how the step is named


def _options(node: ast.Call, body: Body) -> str | None:
    """The options of the step: its name is that of the variable to which the value is given, or else that of what is
    called. In an f-string, where quotes would end the text, ``None`` leaves the name to dbos."""
    if any(isinstance(each, (ast.FormattedValue, ast.JoinedStr)) for each in body.around(node)):
        return None if _is_spelled_out(node, body) else "None"
    return f'{{"name": "{_variable(node, body) or name_of(node.func)}"}}'


def _variable(node: ast.Call, body: Body) -> str:
    """The variable to which the value of ``node`` is given, as it is or as another form of it: ``str(node)``,
    ``"".join(node)``, ``node.hex``, ``node.isoformat()``."""
    inner: ast.expr = node
    for outer in body.around(node):
        if isinstance(outer, ast.Assign):
            target = outer.targets[0]
            return target.id if len(outer.targets) == 1 and isinstance(target, ast.Name) else ""
        if isinstance(outer, (ast.AnnAssign, ast.NamedExpr)):
            return outer.target.id if isinstance(outer.target, ast.Name) and inner is outer.value else ""
        if isinstance(outer, ast.Call):
            is_plain = isinstance(outer.func, ast.Name) or isinstance(getattr(outer.func, "value", None), ast.Constant)
            is_form = inner is outer.func or (is_plain and outer.args == [inner])
        else:
            is_form = isinstance(outer, (ast.Attribute, ast.Subscript)) and inner is outer.value
        if not is_form:
            return ""
        assert isinstance(outer, ast.expr)
        inner = outer
    return ""


def _is_spelled_out(node: ast.Call, body: Body) -> bool:
    """Whether the f-string around ``node`` may print its text too: ``f"{now()=}"``. The text before it then ends so."""
    inner: ast.AST = node
    for outer in body.around(node):
        if isinstance(outer, ast.JoinedStr):
            at = next((index for index, value in enumerate(outer.values) if value is inner), 0)
            before = outer.values[at - 1] if at else None
            if isinstance(before, ast.Constant) and isinstance(before.value, str) and before.value.rstrip()[-1:] == "=":
                return name_of(node.func) in before.value
        inner = outer
    return False
