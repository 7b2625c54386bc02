"""Schedules that are created where they exist already: on each start of a program, or twice in one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property

from dbos_lint.catalog import patterns
from dbos_lint.fix import Fix, Replace, Wrap
from dbos_lint.rules.declared.pattern import CREATE_SCHEDULE_AT_STARTUP, INVALID_SCHEDULE_ENTRY
from dbos_lint.rules.mending import text_of, unsafe
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.caught import is_caught
from dbos_lint.semantics.decorating import applied
from dbos_lint.semantics.entrypoints import is_command
from dbos_lint.semantics.launch import YES, Line
from dbos_lint.semantics.lines import NEEDS_LAUNCH, SERVES, Event, Frame, outside_loops
from dbos_lint.semantics.literals import strings
from dbos_lint.semantics.refs import given
from dbos_lint.semantics.scoping import place_of
from dbos_lint.semantics.sites import Call
from dbos_lint.semantics.summary import Function, Module
from dbos_lint.semantics.testcode import is_in_test
from dbos_lint.syntax.spans import span_of

_APPLIES = {"create_schedule": "apply_schedules", "create_schedule_async": "apply_schedules_async"}


class Creations(Visitor):
    """Calls of ``create_schedule``."""

    @cached_property
    def _created(self) -> list[tuple[Call, str]]:
        return []

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        if not self.here.names_called(call).isdisjoint(patterns.ENGINE_CREATES_SCHEDULE):
            name = self._name(self.here.module, call)
            if name is not None:
                self._created.append((call, name))

    def visit_module(self) -> None:
        seen: dict[str, list[Call]] = {}
        for call, name in sorted(self._created):
            earlier = seen.setdefault(name, [])
            first = next((other for other in earlier if self._follows(other, call)), None)
            if first is not None:
                self.here.report(
                    INVALID_SCHEDULE_ENTRY,
                    call.span,
                    f"schedule '{name}' is created a second time (first in line {first.span.row}): dbos raises "
                    "DBOSException; give it a name of its own",
                )
            earlier.append(call)
        for line in self.here.launches.lines:
            if not is_in_test(self.here.resolver, self.here.module, line.function):
                self._at_startup(line)

    def _name(self, module: Module, call: Call) -> str | None:
        """The literal name of the schedule that ``call`` creates."""
        place = place_of(call)
        found = strings(self.here.resolver, module, given(call, "schedule_name"), place)
        return found[0] if found is not None and len(found) == 1 else None

    # ------------------------------------------------------------------ twice in a row

    def _follows(self, first: Call, second: Call) -> bool:
        """Whether ``first`` has certainly created the schedule, and nothing removed it, when ``second`` runs."""
        module, function = self.here.module, self.here.function(second)
        return (
            self.here.function(first).id == function.id
            and module.encloses(first.block, second.block)
            and not module.within(second.block, "except")
            and not is_caught(self.here.analysis.calls, module, function, second)
            and not any(first.span < each.span < second.span for each in self._asks(module, function))
        )

    # ------------------------------------------------------------------ on each start

    def _at_startup(self, line: Line) -> None:
        # What runs in a launched engine from the beginning, as a route or a workflow does, starts nothing.
        if self._is_errand(line) or line.entry.launched == YES:
            return
        for index, event in enumerate(line.events):
            if event.kind != NEEDS_LAUNCH or event.name not in patterns.ENGINE_CREATES_SCHEDULE or not event.sure:
                continue
            if self.here.launches.state(line, index).launched != YES:
                continue
            name = self._certain_name(event)
            if name is not None:
                self.here.report_event(
                    CREATE_SCHEDULE_AT_STARTUP,
                    event,
                    f"creates '{name}' on each start",
                    "the second start finds it in the database, and dbos raises DBOSException; use apply_schedules, "
                    "which creates or replaces",
                    fix=self._applied(event),
                )

    def _applied(self, event: Event) -> Fix | None:
        """``create_schedule(...)`` to ``apply_schedules([ScheduleInput(...)])``, where the call is in this file."""
        origin = event.frames[-1]
        calls = [pair for pair in self.here.collected.nodes.calls if pair[1].span == origin.span]
        if origin.key.module != self.here.module.path or len(calls) != 1:
            return None
        node, call = calls[0]
        owner = text_of(node.func.value) if isinstance(node.func, ast.Attribute) else None
        made = self.here.spelled("dbos.ScheduleInput", call) if self.here.has("ScheduleInput") else None
        if owner is None or made is None or node.args or not isinstance(node.func, ast.Attribute):
            return None
        applies = _APPLIES.get(node.func.attr)
        if applies is None:
            return None
        inner = Replace(span_of(node.func), made.text)
        outer = Wrap(span_of(node), f"{owner}.{applies}([", "])")
        return unsafe(f"call {applies}, which replaces the schedule if there is one", inner, outer, *made.imports)

    def _is_errand(self, line: Line) -> bool:
        """Whether the line is that of a command which somebody gives, once perhaps, and not of a server's start."""
        is_given = any(map(is_command, applied(self.here.module, line.function)))
        return is_given and not any(event.kind == SERVES for event in line.events)

    def _certain_name(self, event: Event) -> str | None:
        """The name of the schedule, if the call is certainly made and nothing asks whether the schedule exists."""
        module, call = self.here.module, None
        asked: list[tuple[Module, Call]] = []
        for frame in event.frames:
            module = self.here.resolver.module(frame.key.module)
            function = module.functions[frame.key.id]
            call = _call(function, frame)
            if call is None or is_caught(self.here.analysis.calls, module, function, call):
                return None
            if module.blocks[outside_loops(module, call.block)].kind not in ("function", "main", "module"):
                return None
            asked += [(module, each) for each in self._asks(module, function) if each.span < call.span]
        name = self._name(module, call) if call is not None else None
        return None if name is None or any(self._is_about(*each, name) for each in asked) else name

    def _is_about(self, module: Module, call: Call, name: str) -> bool:
        """Whether a call that asks for schedules may be about that of this name."""
        place = place_of(call)
        given = (*call.args[:1], *(ref for key, ref in call.keywords if key in ("name", "schedule_name_prefix")))
        found = strings(self.here.resolver, module, given[0], place) if len(given) == 1 else None
        return found is None or any(name.startswith(each) for each in found)

    def _asks(self, module: Module, function: Function) -> Iterator[Call]:
        """The calls of a function that tell whether a schedule exists, or remove it."""
        for call in function.calls:
            callees = self.here.analysis.calls.callees(module, call)
            if not callees.names.isdisjoint(patterns.ASKS_FOR_SCHEDULES):
                yield call


def _call(function: Function, frame: Frame) -> Call | None:
    return next((call for call in function.calls if call.span == frame.span), None)
