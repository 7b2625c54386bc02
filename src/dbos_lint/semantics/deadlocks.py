"""Workflows that wait, in a queue, for what they have put into the same queue."""

from __future__ import annotations

from functools import cached_property

from dbos_lint.catalog import api
from dbos_lint.catalog.names import QUEUE, WORKFLOW
from dbos_lint.semantics.analysis import Analysis
from dbos_lint.semantics.enqueued import ENQUEUED, queues_of
from dbos_lint.semantics.handles import handles
from dbos_lint.semantics.origins import calls_behind
from dbos_lint.semantics.refs import given, receiver_and_method
from dbos_lint.semantics.scoping import place_of
from dbos_lint.semantics.sites import Call, Ref
from dbos_lint.semantics.summary import Module
from dbos_lint.semantics.values import FunctionKey

_RESULTS = frozenset({f"{api.HANDLE}.get_result", f"{api.ASYNC_HANDLE}.get_result"})
_BY_ID = api.with_async(frozenset({f"{api.DBOS}.get_result"}))


class Room:
    """How many workflows of a queue run at once; ``everywhere``, or in each process."""

    __slots__ = ("everywhere", "places")

    def __init__(self, places: int | float, everywhere: bool) -> None:
        self.places = places
        self.everywhere = everywhere


class Enqueued:
    """That a workflow, the function with a handle in a file, is enqueued; ``repeated``: this is done in a loop."""

    __slots__ = ("handle", "path", "repeated")

    def __init__(self, path: str, handle: str, repeated: bool) -> None:
        self.path = path
        self.handle = handle
        self.repeated = repeated


class Deadlocks:
    """The queues of one project, what is enqueued on them, and who waits for that."""

    def __init__(self, analysis: Analysis, module: Module) -> None:
        self.analysis = analysis
        self.module = module

    # ------------------------------------------------------------------ queues

    def room(self, queue: str) -> Room | None:
        """How many workflows of the queue run at once, where all who register it agree and it is not divided."""
        all_told = self.analysis.names.known(QUEUE, self.module).offered.get(queue, ())
        rooms = {(None, False) if told.queue is None else told.queue[1:] for told in all_told}
        places, everywhere = rooms.pop() if len(rooms) == 1 else (None, False)
        return None if places is None else Room(places, everywhere)

    @cached_property
    def _all_enqueued(self) -> dict[str, list[Enqueued]]:
        found: dict[str, list[Enqueued]] = {}
        for _, answer in self.analysis.names.answers(QUEUE, ENQUEUED, self.module):
            for queue, repeated, home, workflow in answer:
                those = [(home, workflow)] if home is not None else self._named(workflow)
                found.setdefault(queue, []).extend(Enqueued(path, handle, repeated) for path, handle in those)
        return found

    def _named(self, name: str) -> list[tuple[str, str]]:
        """The workflows of the project that are registered by a name."""
        known = self.analysis.names.known(WORKFLOW, self.module).offered
        return [
            (told.workflow.home or told.path, told.workflow.handle) for told in known.get(name, ()) if told.workflow
        ]

    def enqueued(self, workflow: FunctionKey, queue: str) -> list[Enqueued]:
        """How the project enqueues one workflow on the queue."""
        home = self.analysis.resolver.module(workflow.module)
        handle = handles(self.analysis.resolver, home)[workflow.id]
        return [
            each for each in self._all_enqueued.get(queue, ()) if (each.path, each.handle) == (workflow.module, handle)
        ]

    def queues_of(self, module: Module, call: Call) -> tuple[str, ...]:
        """The names of the queue on which ``call`` enqueues."""
        return queues_of(self.analysis.calls, module, call)

    # ------------------------------------------------------------------ waiting

    def waits_for(self, module: Module, enqueue: Call) -> bool:
        """Whether the function that enqueues also waits for the result, as far as the summary tells."""
        function = module.scopes[enqueue.scope].function
        for call, receiver in self.analysis.resolver.once(_waiting, module).get(function, ()):
            names = self.analysis.calls.callees(module, call).names
            handle = receiver if not _RESULTS.isdisjoint(names) else None
            if not _BY_ID.isdisjoint(names):
                by_id = given(call, 0 if call.args else "workflow_id")
                handle = by_id.removesuffix(".workflow_id") if isinstance(by_id, str) else handle
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
