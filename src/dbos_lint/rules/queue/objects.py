"""Queue objects: where names belong, where there may be none, and what cannot be assigned to them."""

from __future__ import annotations

import ast

from dbos_lint.catalog import api
from dbos_lint.catalog.names import QUEUE
from dbos_lint.rules.declared.queue import (
    ENQUEUE_ARGUMENT_ORDER,
    QUEUE_OBJECT_MAYBE_NONE,
    READ_ONLY_QUEUE_ATTRIBUTE,
)
from dbos_lint.rules.named import is_test
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.absence import Absence
from dbos_lint.semantics.enqueues import BY_NAME, QUEUE_OBJECT, instead_of_name
from dbos_lint.semantics.literals import strings
from dbos_lint.semantics.queues import CONCURRENCIES, LIMITERS
from dbos_lint.semantics.scoping import Place
from dbos_lint.semantics.summary import MODULE, Call
from dbos_lint.semantics.testcode import is_test_file
from dbos_lint.semantics.values import Values
from dbos_lint.syntax.spans import Span, span_of

_RETRIEVES = api.with_async(frozenset({f"{api.DBOS}.retrieve_queue", f"{api.CLIENT}.retrieve_queue"}))
_PROPERTIES = frozenset({*CONCURRENCIES, *LIMITERS, "polling_interval_sec"})


class QueueObjects(Visitor):
    """What is done with queue objects."""

    calls = BY_NAME | _RETRIEVES

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        names = self.here.names_called(call)
        if not names.isdisjoint(BY_NAME):
            self._first_argument(call)
        elif names and names <= _RETRIEVES:
            self._unchecked(node, call)

    def _first_argument(self, call: Call) -> None:
        """``enqueue_workflow`` takes the queue's name first, and the workflow second."""
        given = [*call.args[:1], *(ref for name, ref in call.keywords if name == "queue_name")]
        wrong = next((found for ref in given if (found := instead_of_name(self.here.resolve(ref, call)))), "")
        if wrong:
            self.here.report(
                ENQUEUE_ARGUMENT_ORDER,
                call.span,
                f"enqueue_workflow() is given {wrong} where the name of the queue belongs: dbos raises; give the "
                "name first, then the workflow, then its arguments",
            )

    # ------------------------------------------------------------------ none

    def _unchecked(self, node: ast.Call, call: Call) -> None:
        function = self.here.function(call)
        if function.name == "<lambda>" or is_test_file(self.here.resolver, self.here.module):
            return
        if self._is_registered(call):
            return
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
        place = Place(call.scope, call.span.row, call.block)
        names = strings(self.here.resolver, self.here.module, ref, place)
        offered = self.here.analysis.names.known(QUEUE, self.here.module).offered if names else {}
        return bool(names) and all(
            any(not is_test(self.here, mention.path) for mention in offered.get(name, ())) for name in names or ()
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
                    self._assigned(write.key, write.span, values)
        own = self.here.body(self.here.module.functions[MODULE])
        for node in own.walk():
            if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load) and node.attr in _PROPERTIES:
                place = Place(MODULE, node.lineno)
                values = self.here.resolver.resolve(self.here.module, ast.unparse(node.value), place)
                self._assigned(node.attr, span_of(node), values)

    def _assigned(self, name: str, span: Span, values: Values) -> None:
        if values == (QUEUE_OBJECT,):
            self.here.report(
                READ_ONLY_QUEUE_ATTRIBUTE,
                span,
                f"{name} of a queue cannot be assigned: it is a property without a setter, and this raises "
                f"AttributeError; call set_{name}()",
            )
