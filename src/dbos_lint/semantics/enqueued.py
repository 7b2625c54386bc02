"""What a file enqueues, and on which queues."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dbos_lint.catalog import api
from dbos_lint.semantics.calls import Calls
from dbos_lint.semantics.enqueues import BY_CLIENT, BY_NAME, BY_OBJECT, BY_OPTIONS
from dbos_lint.semantics.handles import handles
from dbos_lint.semantics.literals import strings
from dbos_lint.semantics.naming import options_of
from dbos_lint.semantics.queues import names_of_object
from dbos_lint.semantics.refs import functions_calling, given, names_called, receiver_and_method
from dbos_lint.semantics.scoping import place_of
from dbos_lint.semantics.sites import Call
from dbos_lint.semantics.summary import Module
from dbos_lint.semantics.values import Entity

if TYPE_CHECKING:
    from dbos_lint.semantics.names import Names

ENQUEUED = "enqueued"
"""The question what a file enqueues."""

_ENQUEUES = BY_NAME | BY_OBJECT | BY_OPTIONS | BY_CLIENT
_METHODS = frozenset(name.rpartition(".")[2] for name in _ENQUEUES)


def queues_of(calls: Calls, module: Module, call: Call) -> tuple[str, ...]:
    """The names of the queue on which ``call`` enqueues."""
    receiver, method = receiver_and_method(call.func)
    if method not in _METHODS:
        return ()
    names = calls.callees(module, call).names
    place = place_of(call)
    if not names.isdisjoint(BY_OBJECT):
        return names_of_object(calls, module, receiver, place)
    if not names.isdisjoint(BY_NAME):
        ref = given(call, "queue_name") if given(call, "queue_name") is not None else given(call, 0)
        return strings(calls.resolver, module, ref, place) or ()
    if not names.isdisjoint(BY_OPTIONS | BY_CLIENT):
        return _option(calls, module, call, "queue_name")
    return ()


def enqueued_in(names: Names, module: Module) -> list[Any]:
    """What a file enqueues: the queue, whether in a loop, and the workflow, by its file (None: by its name in the whole
    project) and its handle there."""
    called = names.calls.resolver.once(names_called, module)
    return [
        [queue, repeated, home, workflow]
        for function in functions_calling(module, called, _METHODS)
        for call in function.calls
        for queue in queues_of(names.calls, module, call)
        for repeated, home, workflow in _workflows_of(names.calls, module, call)
    ]


def _option(calls: Calls, module: Module, call: Call, key: str) -> tuple[str, ...]:
    options = options_of(calls, module, call, given(call, "options") or given(call, 0))
    ref = dict(options.items).get(key) if options is not None else None
    if options is None or ref is None:
        return ()
    return strings(calls.resolver, options.module, ref, options.place) or ()


def _workflows_of(calls: Calls, module: Module, call: Call) -> Iterator[tuple[bool, str | None, str]]:
    names = calls.callees(module, call).names
    repeated = module.within(call.block, "loop") or module.scopes[call.scope].kind == "comprehension"
    if not names.isdisjoint(BY_OPTIONS | BY_CLIENT):
        for name in _option(calls, module, call, "workflow_name"):
            yield repeated, None, name
        return
    position = next(api.FUNCTION_ARGUMENT[name] for name in names if name in api.FUNCTION_ARGUMENT)
    ref = given(call, "func") if given(call, "func") is not None else given(call, position)
    for value in calls.resolve(module, ref, call):
        if isinstance(value, Entity):
            home = value.function.module
            yield repeated, home, handles(calls.resolver, calls.resolver.module(home))[value.function.id]
