"""Programs that launch for work in the background, and end before it is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dbos_lint.catalog import background
from dbos_lint.semantics.lines import DESTROY, LAUNCH, NEEDS_LAUNCH, SERVES, SETS_UP, UNKNOWN, Event, terminal
from dbos_lint.semantics.sites import Call
from dbos_lint.semantics.summary import Function, Module

if TYPE_CHECKING:
    from dbos_lint.semantics.launch import Launches


def unfinished(launches: Launches, events: Sequence[Event], calls: Sequence[Call]) -> Iterator[Event]:
    """The launch among ``events``, the line of a program that makes ``calls``, if the program leaves work undone."""
    found = [event for event in events if event.kind == LAUNCH and event.sure]
    if not found or not (any(_needs_process(event) for event in events) or _polls(launches)):
        return
    if not any(_may_wait(event) for event in events) and not _waits(launches, calls):
        yield found[-1]


def _needs_process(event: Event) -> bool:
    return event.kind in (NEEDS_LAUNCH, SETS_UP) and event.name in background.NEEDS_PROCESS


def _polls(launches: Launches) -> bool:
    """Whether the module has functions that dbos calls from the background."""
    names = launches.analysis.resolver.decorator_names
    return any(
        not background.POLLS.isdisjoint(names(launches.module, function)) for function in launches.module.functions[1:]
    )


def _may_wait(event: Event) -> bool:
    """Whether the event may last until the work is done: a server, a workflow that is called, what is not known."""
    if event.kind == NEEDS_LAUNCH:
        return not event.name.startswith("dbos.")
    return event.kind in (SERVES, UNKNOWN) or (
        event.kind == DESTROY and "workflow_completion_timeout_sec" in event.options
    )


def _waits(launches: Launches, calls: Sequence[Call]) -> bool:
    """Whether one of ``calls``, or what they run, waits or cannot be followed."""
    todo: list[tuple[Module, Call]] = [(launches.module, call) for call in calls]
    seen: set[tuple[str, int]] = set()
    while todo:
        module, call = todo.pop()
        callees = launches.clear_callees(module, call)
        if callees is None or terminal(call.func) in background.WAITS:
            return True
        for key in callees:
            if key[:2] not in seen:
                seen.add(key[:2])
                home = launches.analysis.resolver.module(key.module)
                function: Function = home.functions[key.id]
                todo.extend((home, inner) for inner in function.calls)
    return False
