"""Workflows that wait, in a queue, for what they have put into the same queue."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from dbos_lint.catalog import api
from dbos_lint.catalog.names import QUEUE, WORKFLOW
from dbos_lint.semantics.analysis import Analysis
from dbos_lint.semantics.enqueues import BY_CLIENT, BY_NAME, BY_OBJECT, BY_OPTIONS
from dbos_lint.semantics.literals import strings
from dbos_lint.semantics.names import options_of
from dbos_lint.semantics.origins import calls_behind
from dbos_lint.semantics.queues import limits_of, names_of_object
from dbos_lint.semantics.refs import given, receiver_and_method
from dbos_lint.semantics.scoping import place_of
from dbos_lint.semantics.summary import Call, Module, Ref
from dbos_lint.semantics.values import Entity, FunctionKey

_ENQUEUES = BY_NAME | BY_OBJECT | BY_OPTIONS | BY_CLIENT
_METHODS = frozenset(name.rpartition(".")[2] for name in _ENQUEUES)
_RESULTS = frozenset({f"{api.HANDLE}.get_result", f"{api.ASYNC_HANDLE}.get_result"})
_BY_ID = api.with_async(frozenset({f"{api.DBOS}.get_result"}))


class Room:
    """How many workflows of a queue run at once; ``everywhere``, or in each process."""

    __slots__ = ("everywhere", "places")

    def __init__(self, places: int | float, everywhere: bool) -> None:
        self.places = places
        self.everywhere = everywhere


class Enqueued:
    """That a workflow is enqueued; ``repeated`` says that this is done in a loop."""

    __slots__ = ("repeated", "workflow")

    def __init__(self, workflow: FunctionKey, repeated: bool) -> None:
        self.workflow = workflow
        self.repeated = repeated


class Deadlocks:
    """The queues of one project, what is enqueued on them, and who waits for that."""

    def __init__(self, analysis: Analysis, module: Module) -> None:
        self.analysis = analysis
        self.module = module

    # ------------------------------------------------------------------ queues

    def room(self, queue: str) -> Room | None:
        """How many workflows of the queue run at once, where all who register it agree and it is not divided."""
        names = self.analysis.names.known(QUEUE, self.module).offered.get(queue, ())
        found: set[Room | None] = set()
        for mention in names:
            if mention.call is None or not mention.sure:
                return None
            limits = limits_of(self.analysis.calls, self.analysis.resolver.module(mention.path), mention.call)
            everywhere, here = limits.concurrency, limits.number("worker_concurrency")
            unknown = limits.open or limits.is_partitioned is not False
            room = Room(everywhere, True) if everywhere is not None else Room(here, False) if here is not None else None
            found.add(None if unknown else room)
        return found.pop() if len(found) == 1 else None

    def enqueued(self, queue: str) -> list[Enqueued]:
        """The workflows that the project enqueues on the queue."""
        return self._all_enqueued.get(queue, [])

    @cached_property
    def _all_enqueued(self) -> dict[str, list[Enqueued]]:
        found: dict[str, list[Enqueued]] = {}
        for module in self.analysis.names.files(QUEUE, self.module):
            for function in module.functions:
                for call in function.calls:
                    for queue in self.queues_of(module, call):
                        found.setdefault(queue, []).extend(self._workflows_of(module, call))
        return found

    def queues_of(self, module: Module, call: Call) -> tuple[str, ...]:
        """The names of the queue on which ``call`` enqueues."""
        receiver, method = receiver_and_method(call.func)
        if method not in _METHODS:
            return ()
        names = self.analysis.calls.callees(module, call).names
        place = place_of(call)
        if not names.isdisjoint(BY_OBJECT):
            return names_of_object(self.analysis.calls, module, receiver, place)
        if not names.isdisjoint(BY_NAME):
            ref = given(call, "queue_name") if given(call, "queue_name") is not None else given(call, 0)
            return strings(self.analysis.resolver, module, ref, place) or ()
        if not names.isdisjoint(BY_OPTIONS | BY_CLIENT):
            return self._option(module, call, "queue_name")
        return ()

    def _option(self, module: Module, call: Call, key: str) -> tuple[str, ...]:
        options = options_of(self.analysis.calls, module, call, given(call, "options") or given(call, 0))
        ref = dict(options.items).get(key) if options is not None else None
        if options is None or ref is None:
            return ()
        return strings(self.analysis.resolver, options.module, ref, options.place) or ()

    def _workflows_of(self, module: Module, call: Call) -> Iterator[Enqueued]:
        names = self.analysis.calls.callees(module, call).names
        repeated = module.within(call.block, "loop") or module.scopes[call.scope].kind == "comprehension"
        if not names.isdisjoint(BY_OPTIONS | BY_CLIENT):
            known = self.analysis.names.known(WORKFLOW, self.module).offered
            for name in self._option(module, call, "workflow_name"):
                for mention in known.get(name, ()):
                    if mention.entity is not None:
                        yield Enqueued(mention.entity.function.key, repeated)
            return
        position = next(api.FUNCTION_ARGUMENT[name] for name in names if name in api.FUNCTION_ARGUMENT)
        ref = given(call, "func") if given(call, "func") is not None else given(call, position)
        for value in self.analysis.calls.resolve(module, ref, call):
            if isinstance(value, Entity):
                yield Enqueued(value.function.key, repeated)

    # ------------------------------------------------------------------ waiting

    def waits_for(self, module: Module, enqueue: Call) -> bool:
        """Whether the function that enqueues also waits for the result, as far as the summary tells."""
        function = module.scopes[enqueue.scope].function
        for call, receiver in self.analysis.resolver.once(_waiting, module).get(function, ()):
            names = self.analysis.calls.callees(module, call).names
            handle = receiver if not _RESULTS.isdisjoint(names) else None
            if not _BY_ID.isdisjoint(names) and call.args and isinstance(call.args[0], str):
                handle = call.args[0].removesuffix(".workflow_id")
            if handle is not None and self._comes_from(module, handle, call, enqueue):
                return True
        return False

    def _comes_from(self, module: Module, handle: Ref, call: Call, enqueue: Call) -> bool:
        place = place_of(call)
        return any(
            origin.module is module and origin.ref[2] is enqueue.args and origin.ref[3] is enqueue.keywords
            for origin in calls_behind(self.analysis.resolver, module, handle, place)
        )


def _waiting(_: object, module: Module) -> dict[int, list[tuple[Call, Ref]]]:
    """The calls that may wait for a workflow, by their function, each with what it is called on."""
    found: dict[int, list[tuple[Call, Ref]]] = {}
    for function in module.functions:
        for call in function.calls:
            receiver, method = receiver_and_method(call.func)
            if method in ("get_result", "get_result_async"):
                found.setdefault(function.id, []).append((call, receiver))
    return found
