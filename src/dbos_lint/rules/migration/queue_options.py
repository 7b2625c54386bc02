"""The families of queues and schedules: what 3.0 took away of them, and how a finding about it is mended."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

from dbos_lint.catalog.history import Symbol
from dbos_lint.fix import Applicability, Arguments, ByHand, Fix, Wrap
from dbos_lint.rules.migration.files import UnsureError
from dbos_lint.rules.migration.launches import LaunchSites
from dbos_lint.rules.migration.nodes import nodes
from dbos_lint.rules.migration.queue_limits import limits, renames
from dbos_lint.rules.migration.queues import Queues
from dbos_lint.rules.migration.schedules import Schedules
from dbos_lint.rules.visitor import Here
from dbos_lint.syntax.spans import Span, span_of
from dbos_lint.syntax.trees import is_constant

Answer = Fix | ByHand | None

_REGISTERS = (
    "DBOS.register_queue",
    "DBOS.register_queue_async",
    "DBOSClient.register_queue",
    "DBOSClient.register_queue_async",
)
_PRIORITY, _PARTITIONS = "priority_enabled", "partition_queue"
_ACCESSORS = ("{}", "set_{}", "set_{}_async", "get_{}_async")


def _constructor(here: Here, _symbol: Symbol, span: Span) -> Answer:
    return enqueued(here, span)


def _scheduled(here: Here, _symbol: Symbol, span: Span) -> Answer:
    return here.once(Schedules).at(here.module.path, span) if here.once(LaunchSites).may_be_shown else None


def enqueued(here: Here, span: Span) -> Answer:
    """What becomes of the queue of which something is called at ``span``."""
    return here.once(Queues).at(here.module.path, span) if here.once(LaunchSites).may_be_shown else None


def listened(node: ast.expr, *, is_list: bool) -> Answer:
    """A queue object that ``DBOS.listen_queues`` is given, or a list of them."""
    if is_list or not isinstance(node, (ast.Name, ast.Attribute, ast.Call, ast.Subscript)):
        return ByHand("the queues are not written down where they are listened to")
    return Fix("give the name of the queue", Applicability.SAFE, (Wrap(span_of(node), "", ".name"),))


def _registered(here: Here, symbol: Symbol, span: Span) -> Answer:
    """``priority_enabled`` and ``partition_queue`` of a queue that is registered."""
    known = nodes(here)
    keyword = next(known.starting(span), None)
    call = known.parents.get(keyword) if keyword is not None else None
    if keyword is None or keyword.arg != symbol.last or not isinstance(call, ast.Call):
        return ByHand("it is not written down in the call")
    if any(each.arg is None for each in call.keywords):
        return ByHand("not all of its arguments are written down")
    given = {str(each.arg): each.value for each in call.keywords}
    try:
        if symbol.last == _PRIORITY:
            limits({_PRIORITY: keyword.value})
            return Fix(
                "drop priority_enabled: every queue has priorities", Applicability.SAFE, (_without(call, _PRIORITY),)
            )
        rest = {name: value for name, value in given.items() if name not in (_PRIORITY, _PARTITIONS, "name")}
        names = renames(rest, given[_PARTITIONS])
        if len({names.get(name, name) for name in rest}) < len(rest):
            raise UnsureError("it has one limit twice")
    except UnsureError as unsure:
        return ByHand(str(unsure))
    renamed = tuple((name, names[name]) for name in rest if name in names)
    changed = Arguments(span_of(call), drop=(_PARTITIONS,), rename=renamed)
    title = "say by the names of its limits that they are those of each partition"
    if not is_constant(given[_PARTITIONS], True):
        title, changed = "drop partition_queue=False", _without(call, _PARTITIONS)
    return Fix(title, Applicability.SAFE, (changed,))


def _without(call: ast.Call, name: str) -> Arguments:
    return Arguments(span_of(call), drop=(name,))


def _gone(reason: str) -> Callable[[Here, Symbol, Span], Answer]:
    return lambda _here, _symbol, _span: ByHand(reason)


FAMILIES: Mapping[str, Callable[[Here, Symbol, Span], Answer]] = {
    "Queue()": _constructor,
    "DBOS.scheduled": _scheduled,
    **{f"{name}({option})": _registered for name in _REGISTERS for option in (_PRIORITY, _PARTITIONS)},
    **dict.fromkeys(
        (f"Queue.{each.format(_PRIORITY)}" for each in _ACCESSORS),
        _gone("every queue has priorities: what asks for them, or sets them, has to go"),
    ),
    **dict.fromkeys(
        (f"Queue.{each.format(_PARTITIONS)}" for each in _ACCESSORS),
        _gone("a queue has partitions where it has a partition_* limit: ask for those, or set them"),
    ),
}
