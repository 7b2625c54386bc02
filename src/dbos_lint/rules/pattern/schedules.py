"""Schedules: their workflow, their cron expression, their keys."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from functools import cached_property

from dbos_lint.catalog import api, patterns
from dbos_lint.diagnostic import Level
from dbos_lint.fix import Change, Fix, Wrap
from dbos_lint.rules.declared.pattern import (
    INVALID_CRON,
    INVALID_SCHEDULE_ENTRY,
    SCHEDULE_CALL_IN_WORKFLOW,
    SCHEDULED_INSTANCE_METHOD,
    SCHEDULED_SIGNATURE,
)
from dbos_lint.rules.mending import meant, rename_keyword, reworded, safe, unsafe
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.contexts import Reached
from dbos_lint.semantics.cron import refusal
from dbos_lint.semantics.effects import NOT_IN_WORKFLOW
from dbos_lint.semantics.literals import strings
from dbos_lint.semantics.refs import is_call
from dbos_lint.semantics.schedules import Schedule, Schedules, argument, workflow_key
from dbos_lint.semantics.signatures import Arguments, misfit, parameters
from dbos_lint.semantics.sites import Call, Decorator
from dbos_lint.semantics.summary import Function
from dbos_lint.semantics.values import Entity, Values
from dbos_lint.semantics.zones import is_unknown
from dbos_lint.syntax.spans import Span, span_of
from dbos_lint.wording import listed

_REQUIRED = ("schedule_name", "workflow", "schedule")
# What the required keys are called elsewhere.
_HABITS = {"name": "schedule_name", "cron": "schedule"}
_OPTIONAL = ("context", "automatic_backfill", "cron_timezone", "queue_name", "shard_key")


class ScheduleEntries(Visitor):
    """What a schedule is made of."""

    @cached_property
    def _schedules(self) -> Schedules:
        return Schedules(self.here.analysis, self.here.collected)

    # ------------------------------------------------------------------ calls

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        for name in self.here.names_called(call):
            found = workflow_key(name)
            if found is None:
                continue
            key, takes_list = found
            if takes_list:
                self._applied(node, call, key)
            else:
                self._created(node, call, key, name.rpartition(".")[2])
            return

    def _created(self, node: ast.Call, call: Call, key: str, method: str) -> None:
        schedule = self._schedules.created(node, call)
        if node.args:
            self._report_entry(node, f"{method} takes its arguments by keyword only, and this call raises TypeError")
            return
        missing = [] if schedule.hides else [each for each in _required(key) if each not in schedule.fields]
        if missing:
            self._report_entry(node, f"{method} is not given {listed(list(map(repr, missing)))}: it raises TypeError")
        self._judge(schedule)

    def _applied(self, node: ast.Call, call: Call, key: str) -> None:
        given = argument(node, call)
        if given is not None and isinstance(given[0], ast.Dict):
            self._report_entry(
                given[0],
                "apply_schedules takes a list of schedules, and raises for a dict: put it in a list",
                fix=_in_list(given[0], key),
            )
            return
        names: set[object] = set()
        for schedule in self._schedules.applied(node, call):
            missing = [] if schedule.hides else [each for each in _required(key) if each not in schedule.fields]
            if missing:
                self._report_entry(
                    schedule.node,
                    f"the schedule has no {listed(list(map(repr, missing)))}: dbos raises DBOSException, and "
                    "applies none of the list",
                    fix=_renamed(schedule, key, _unknown(schedule, key), missing)
                    if len(_unknown(schedule, key)) == len(missing)
                    else None,
                )
            if not missing:
                self._unknown_keys(schedule, key)
            name = self._schedules.literal(schedule, "schedule_name")
            if name in names:
                self._report_entry(
                    schedule.at("schedule_name"),
                    f"another schedule of this list is named {name!r}, too: this one replaces it; give it another name",
                )
            if name is not ...:
                names.add(name)
            self._judge(schedule)

    def _unknown_keys(self, schedule: Schedule, key: str) -> None:
        for name in _unknown(schedule, key):
            self._report_entry(
                schedule.at(name),
                f"a schedule has no key {name!r}: dbos ignores it without a word",
                Level.WARNING,
                _renamed(schedule, key, [name], _OPTIONAL),
            )

    def _report_entry(self, node: ast.expr, message: str, level: Level | None = None, fix: Fix | None = None) -> None:
        self.here.report(INVALID_SCHEDULE_ENTRY, node, message, level=level, fix=fix)

    # ------------------------------------------------------------------ what every schedule has

    def _judge(self, schedule: Schedule) -> None:
        cron = self._schedules.literal(schedule, "schedule")
        if isinstance(cron, str):
            self._cron(cron, schedule.at("schedule"))
        zone = self._schedules.literal(schedule, "cron_timezone")
        if isinstance(zone, str) and is_unknown(zone):
            self.here.report(
                INVALID_CRON,
                schedule.at("cron_timezone"),
                f"there is no time zone {zone!r}: dbos raises DBOSException; give a name of the IANA database, such as "
                "'Europe/Berlin'",
            )
        if "workflow_fn" in schedule.fields:
            values = self._schedules.values(schedule, "workflow_fn")
            self._workflow(values, schedule.at("workflow_fn"), "the scheduled time and the context")

    def _cron(self, cron: str, node: Span | ast.expr) -> None:
        reason = refusal(cron, wraps=self.here.targets_at_least(3, 3))
        if reason:
            self.here.report(
                INVALID_CRON,
                node,
                f"dbos refuses the cron expression {cron!r} and raises: {reason}",
            )

    def _workflow(self, values: Values, node: Span | ast.expr, given: str) -> None:
        """Judge the workflow of a schedule that calls it with what ``given`` says."""
        entity = values[0] if len(values) == 1 else None
        if not isinstance(entity, Entity) or entity.kind != api.WORKFLOW:
            return
        resolver = self.here.resolver
        module, function = resolver.module(entity.function.module), resolver.function(entity.function)
        names = resolver.decorator_names(module, function)
        if function.owner is not None and names.isdisjoint({"staticmethod", "classmethod"}):
            self.here.report(
                SCHEDULED_INSTANCE_METHOD,
                node,
                f"'{function.qualname}' is a method of instances, and a schedule has none to call it on: dbos refuses "
                "it; schedule a function that finds the instance and calls its workflow",
            )
            return
        params = parameters(resolver, entity)
        wrong = misfit(params, Arguments(2, ())) if params is not None else ""
        if wrong:
            self.here.report(
                SCHEDULED_SIGNATURE,
                node,
                f"a schedule calls workflow '{function.name}' with {given}, but {wrong}: each run fails with "
                "TypeError; let it take both",
            )

    # ------------------------------------------------------------------ the decorator of dbos 2

    def decorating(self, decorator: Decorator, function: Function, entity: Entity | None) -> None:
        """Judge the ``decorator`` of a function that a schedule calls."""
        if entity is not None:
            self._workflow((entity,), decorator.span, "the scheduled and the actual time")
        ref = decorator.ref
        if is_call(ref) and ref[2]:
            found = strings(self.here.resolver, self.here.module, ref[2][0], self.here.place(function))
            if found is not None and len(found) == 1:
                self._cron(found[0], decorator.span)

    # ------------------------------------------------------------------ in workflows

    def visit_effect(self, reached: Reached) -> None:
        if reached.context != api.WORKFLOW or reached.effect.kind != NOT_IN_WORKFLOW:
            return
        self.here.report_reached(
            SCHEDULE_CALL_IN_WORKFLOW,
            reached,
            f"{reached.effect.label} is called in a workflow",
            ": dbos raises DBOSException; call it in a step, or outside",
        )


def _required(key: str) -> Iterator[str]:
    return (key if name == "workflow" else name for name in _REQUIRED)


def _unknown(schedule: Schedule, key: str) -> list[str]:
    """The keys of a schedule that dbos does not know."""
    return [name for name in schedule.fields if name not in patterns.SCHEDULE_KEYS[key]]


def _in_list(node: ast.Dict, key: str) -> Fix | None:
    """A schedule in a list, where there is nothing else to say of it."""
    names = {each.value if isinstance(each, ast.Constant) else None for each in node.keys}
    if not set(_required(key)) <= names <= patterns.SCHEDULE_KEYS[key]:
        return None
    return safe("put the schedule in a list", Wrap(span_of(node), "[", "]"))


def _renamed(schedule: Schedule, key: str, names: list[str], wanted: Collection[str]) -> Fix | None:
    """Give the keys ``names`` of a schedule, which dbos does not know, the names of ``wanted`` that were meant."""
    # What others than this call take holds something else.
    if not names or any(name in keys for name in names for keys in patterns.SCHEDULE_KEYS.values()):
        return None
    taken = schedule.fields
    new = [_HABITS.get(name) or meant(name, patterns.SCHEDULE_KEYS[key], taken) for name in names]
    if len(set(new)) < len(new) or not set(new) <= set(wanted) - set(taken):
        return None
    pairs = [(name, other) for name, other in zip(names, new, strict=True) if other is not None]
    title = "rename " + " and ".join(f"'{name}' to '{other}'" for name, other in pairs)
    return unsafe(title, *(_key_named(schedule, name, other) for name, other in pairs))


def _key_named(schedule: Schedule, name: str, new: str) -> Change | None:
    """Another name for a key of a dict that is written down, in braces or by ``dict(...)``."""
    node = schedule.node
    if isinstance(node, ast.Dict):
        keys = (each for each in node.keys if isinstance(each, ast.Constant) and each.value == name)
        return reworded(next(keys, None), new)
    given = (each for each in node.keywords if each.arg == name) if isinstance(node, ast.Call) else ()
    keyword = next((each for each in given if each.value is schedule.fields[name].node), None)
    return rename_keyword(keyword, new) if keyword is not None else None
