"""Queue objects: where names belong, where there may be none, and what cannot be assigned to them."""

from __future__ import annotations

import ast
from functools import cached_property

from dbos_lint.catalog import api
from dbos_lint.catalog.names import QUEUE
from dbos_lint.fix import Fix, Swap
from dbos_lint.rules.declared.queue import (
    ENQUEUE_ARGUMENT_ORDER,
    QUEUE_OBJECT_MAYBE_NONE,
    READ_ONLY_QUEUE_ATTRIBUTE,
)
from dbos_lint.rules.mending import SHIFTS, behind, call_with, safe, text_of, unsafe
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.enqueues import A_QUEUE, BY_NAME, QUEUE_OBJECT, instead_of_name
from dbos_lint.semantics.literals import strings
from dbos_lint.semantics.queues import CONCURRENCIES, LIMITERS
from dbos_lint.semantics.scoping import Place, place_of
from dbos_lint.semantics.sites import MODULE, Call
from dbos_lint.semantics.summary import Function
from dbos_lint.semantics.testcode import is_test_file
from dbos_lint.semantics.values import Entity, Values
from dbos_lint.syntax.spans import Span, span_of
from dbos_lint.syntax.trees import unparse

_RETRIEVES = api.with_async(frozenset({f"{api.DBOS}.retrieve_queue", f"{api.CLIENT}.retrieve_queue"}))
_PROPERTIES = frozenset({*CONCURRENCIES, *LIMITERS, "polling_interval_sec"})


class QueueObjects(Visitor):
    """What is done with queue objects."""

    calls = BY_NAME | _RETRIEVES

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        names = self.here.names_called(call)
        if not names.isdisjoint(BY_NAME):
            self._first_argument(node, call)
        elif names and names <= _RETRIEVES:
            self._unchecked(node, call)

    def _first_argument(self, node: ast.Call, call: Call) -> None:
        """``enqueue_workflow`` takes the queue's name first, and the workflow second."""
        given = [*call.args[:1], *(ref for name, ref in call.keywords if name == "queue_name")]
        wrong = next((found for ref in given if (found := instead_of_name(self.here.resolve(ref, call)))), "")
        if wrong:
            self.here.report(
                ENQUEUE_ARGUMENT_ORDER,
                call.span,
                f"enqueue_workflow() is given {wrong} where the name of the queue belongs: dbos raises; give the "
                "name first, then the workflow, then its arguments",
                fix=self._in_order(node, call, wrong),
            )

    def _in_order(self, node: ast.Call, call: Call, wrong: str) -> Fix | None:
        """The name of a queue object; or the first two arguments in their order, where the second is a name for
        certain."""
        if len(node.args) < 2 or any(isinstance(each, ast.Starred) for each in node.args[:2]):
            return None
        first, second = node.args[:2]
        if wrong == A_QUEUE:
            is_plain = isinstance(first, (ast.Name, ast.Attribute))
            return unsafe("give the name of the queue", behind(first, ".name")) if is_plain else None
        workflow = self.here.resolve(call.args[0], call)
        place = place_of(call)
        texts = strings(self.here.resolver, self.here.module, call.args[1], place)
        is_workflow = len(workflow) == 1 and isinstance(workflow[0], Entity) and workflow[0].kind == api.WORKFLOW
        if not is_workflow or not texts or not isinstance(first, (ast.Name, ast.Attribute)):
            return None
        if self._may_be_argument(texts):
            return None
        if text_of(second) is None:
            return None
        return unsafe(f"put the name of the queue first: {SHIFTS}", Swap(span_of(first), span_of(second)))

    def _may_be_argument(self, texts: tuple[str, ...]) -> bool:
        """Whether what stands second may be an argument of the workflow, and no queue's name."""
        names = self.here.analysis.names
        return not all(names.is_offered(QUEUE, text, self.here.module) for text in texts)

    # ------------------------------------------------------------------ none

    def _unchecked(self, node: ast.Call, call: Call) -> None:
        function = self.here.function(call)
        if function.name == "<lambda>" or is_test_file(self.here.resolver, self.here.module):
            return
        if self._is_registered(call):
            return
        from dbos_lint.semantics.absence import Absence  # for those who retrieve

        use = Absence(self.here.body(function), self._looks_only, lambda called: False).unchecked_use(node)
        if use is not None:
            self.here.report(
                QUEUE_OBJECT_MAYBE_NONE,
                use.node,
                "retrieve_queue() gives None for a queue that is not registered, and what it gives is "
                f"{use.verb} unchecked: that raises AttributeError; check for None first, or use what "
                "DBOS.register_queue() gives",
            )

    def _is_registered(self, call: Call) -> bool:
        """Whether this project registers the queue that ``call`` looks up."""
        ref = next((ref for name, ref in call.keywords if name == "name"), call.args[0] if call.args else None)
        place = place_of(call)
        names = strings(self.here.resolver, self.here.module, ref, place)
        return bool(names) and all(map(self._is_registered_name, names or ()))

    def _is_registered_name(self, name: str) -> bool:
        known = self.here.analysis.names
        return any(
            not told.in_tests
            for ask in (known.own, known.known)
            for told in ask(QUEUE, self.here.module).offered.get(name, ())
        )

    def _looks_only(self, node: ast.Call) -> bool:
        """Whether a call neither ends the function nor fails for a None."""
        call = self.here.body(self.here.module.functions[MODULE]).record(node)
        names = self.here.names_called(call) if call is not None else frozenset()
        return bool(names) and all(name in ("print", "str", "repr") or name.startswith("logging.") for name in names)

    # ------------------------------------------------------------------ attributes

    def visit_module(self) -> None:
        for function in self.here.module.functions:
            for write in function.writes:
                if write.kind == "attribute" and write.key in _PROPERTIES:
                    values = self.here.analysis.calls.resolve(self.here.module, write.target, write)
                    self._assigned(write.key, write.span, values, function)
        whole = self.here.module.functions[MODULE]
        own = self.here.body(whole)
        for node in own.walk():
            if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load) and node.attr in _PROPERTIES:
                place = Place(MODULE, node.lineno)
                values = self.here.resolver.resolve(self.here.module, unparse(node.value), place)
                self._assigned(node.attr, span_of(node), values, whole)

    def _assigned(self, name: str, span: Span, values: Values, function: Function) -> None:
        if values == (QUEUE_OBJECT,):
            self.here.report(
                READ_ONLY_QUEUE_ATTRIBUTE,
                span,
                f"{name} of a queue cannot be assigned: it is a property without a setter, and this raises "
                f"AttributeError; call set_{name}()",
                fix=self._set(name, span, function),
            )

    @cached_property
    def _are_stored(self) -> bool:
        """Whether all queues are rows of the database: those of a constructor have no setters that work."""
        makes = any(api.QUEUE in self.here.names_called(call) for _, call in self.here.collected.nodes.calls)
        return self.here.targets_at_least(3, 0) and not makes

    def _set(self, name: str, span: Span, function: Function) -> Fix | None:
        """``queue.x = value`` to ``queue.set_x(value)``, awaited in a coroutine; not in workflows (DBS414)."""
        if function.name == "<lambda>" or self.here.contexts.runs_as(function.id, api.WORKFLOW):
            return None
        name = {"concurrency": "global_concurrency"}.get(name, name)
        setter = f"set_{name}_async" if function.is_async else f"set_{name}"
        if not self.here.has(f"Queue.{setter}") or not self._are_stored:
            return None
        for node in self.here.body(function).walk():
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and span_of(node.targets[0]) == span:
                target = node.targets[0]
                owner = text_of(target.value) if isinstance(target, ast.Attribute) else None
                awaited = "await " if function.is_async else ""
                changes = call_with(node, f"{awaited}{owner}.{setter}(")
                return safe(f"call {setter}", *changes) if owner and changes else None
        return None
