"""Queues that are divided into partitions: who enqueues must name one, and no duplicates are told there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property

from dbos_lint.catalog import api, patterns
from dbos_lint.catalog.names import ASKS, QUEUE
from dbos_lint.rules.declared.queue import DEDUPLICATION_ON_PARTITIONED_QUEUE, MISSING_PARTITION_KEY
from dbos_lint.rules.named import Named, named
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.body import Body
from dbos_lint.semantics.enqueues import BY_CLIENT, BY_NAME, BY_OBJECT, BY_OPTIONS
from dbos_lint.semantics.handles import handles
from dbos_lint.semantics.literals import literals
from dbos_lint.semantics.partitions import COVERED, KEY, is_block, opens_block
from dbos_lint.semantics.queues import names_of_object
from dbos_lint.semantics.refs import is_call, receiver_and_method
from dbos_lint.semantics.scoping import Place, place_of
from dbos_lint.semantics.sites import Call, Ref
from dbos_lint.semantics.summary import Function
from dbos_lint.syntax.trees import unparse

With = ast.With | ast.AsyncWith
_ONCE = "deduplication_id"
_DEBOUNCERS = api.with_async(frozenset({f"{api.DEBOUNCER}.create"})) | {"dbos.DebouncerClient"}
_SCHEDULES = api.with_async(
    frozenset(f"{owner}.{name}" for owner in (api.DBOS, api.CLIENT) for name in ("create_schedule", "apply_schedules"))
)
_NO, _MAYBE, _YES = range(3)
# Names of what wrappers hand on: such a value may be None.
_HANDED_ON = frozenset({"deduplication_id", "dedup_id", "dedup_key", "dedup", "queue_partition_key", "partition_key"})
_CODES = frozenset({MISSING_PARTITION_KEY.code, DEDUPLICATION_ON_PARTITIONED_QUEUE.code})
# Methods that give a text, never None.
_GIVE_TEXT = frozenset({"format", "hexdigest", "isoformat", "join", "lower", "replace", "strftime", "strip", "upper"})
_NEVER = "dbos accepts the workflow and never runs it"


class Partitions(Visitor):
    """What partitioned queues ask for."""

    @cached_property
    def _covered(self) -> frozenset[str]:
        """The functions of this file, by their handles, that may run in a block that somebody else has opened with a
        partition key."""
        answers = self.here.analysis.names.answers(QUEUE, COVERED, self.here.module)
        return frozenset(handle for _, found in answers for path, handle in found if path == self.here.module.path)

    def _is_covered(self, function: Function) -> bool:
        return handles(self.here.resolver, self.here.module)[function.id] in self._covered

    # ------------------------------------------------------------------ no key

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        if self.here.enabled.isdisjoint(_CODES):
            return
        names = self.here.names_called(call)
        if not names.isdisjoint(BY_OBJECT):
            self._enqueued(node, call, self._of_object(call))
        elif not names.isdisjoint(BY_NAME):
            self._enqueued(node, call, {found.name for found in named(self.here, node, call, QUEUE, ASKS)})
        elif not names.isdisjoint(BY_OPTIONS | BY_CLIENT):
            for found in named(self.here, node, call, QUEUE, ASKS):
                self._enqueued_with(found)
        elif not names.isdisjoint(_DEBOUNCERS | _SCHEDULES):
            for found in named(self.here, node, call, QUEUE, ASKS):
                if self._is_partitioned(found.name):
                    what = "debouncer" if names.isdisjoint(_SCHEDULES) else "schedule"
                    self._report_key(
                        found.node,
                        found.name,
                        f"a {what} cannot give one",
                        "use a queue without partitions",
                    )

    def _of_object(self, call: Call) -> set[str]:
        receiver, _ = receiver_and_method(call.func)
        place = place_of(call)
        return set(names_of_object(self.here.analysis.calls, self.here.module, receiver, place))

    def _enqueued(self, node: ast.Call, call: Call, queues: set[str]) -> None:
        if not queues or not all(map(self._is_partitioned, queues)):
            return
        function = self.here.function(call)
        if function.name == "<lambda>" or self._is_covered(function):
            return
        body = self.here.body(function)
        if self._key_around(node, body) == _NO and not self._enters_by_call(body):
            self._report_key(
                node,
                min(queues),
                "none is given here",
                "enqueue in 'with SetEnqueueOptions(queue_partition_key=...):'",
            )

    def _report_key(self, node: ast.expr, queue: str, what: str, advice: str) -> None:
        self.here.report(
            MISSING_PARTITION_KEY,
            node,
            f"queue '{queue}' is partitioned, so that each workflow needs a partition key, and {what}: {_NEVER}; "
            f"{advice}",
        )

    def _key_around(self, node: ast.AST, body: Body) -> int:
        """Whether the blocks around ``node`` give a partition key, or a deduplication ID, which is another mistake."""
        for outer in body.ancestors(node):
            if isinstance(outer, (ast.With, ast.AsyncWith)):
                found = max((self._given_by(item.context_expr, body) for item in outer.items), default=_NO)
                if found != _NO:
                    return found
        return _NO

    def _enters_by_call(self, body: Body) -> bool:
        """Whether a block with a key is made that no ``with`` of this function opens: a stack may enter it."""
        managers = {id(item.context_expr) for node in body.walk() if isinstance(node, With) for item in node.items}
        return any(
            opens_block(self.here.analysis.calls, self.here.module, call)
            for each, call in body.calls()
            if id(each) not in managers
        )

    def _given_by(self, manager: ast.expr, body: Body) -> int:
        call = body.record(manager) if isinstance(manager, ast.Call) else None
        if call is None:
            return _MAYBE
        callees = self.here.callees(call)
        if patterns.SET_ENQUEUE_OPTIONS in callees.names:
            return max(self._given(call, KEY), self._given(call, _ONCE))
        return _MAYBE if callees.runs or not callees.known else _NO

    # ------------------------------------------------------------------ options in a mapping

    def _enqueued_with(self, found: Named) -> None:
        if found.options is None:
            return
        items = dict(found.options.items)
        key, once = (self._kind(items.get(name), found.options.place, found) for name in (KEY, _ONCE))
        by_client = found.api in BY_CLIENT
        if once == _YES and not by_client and (key == _YES or self._is_partitioned(found.name)):
            self._report_once(found.call, found.name if key != _YES else "")
        elif key == _NO and self._is_partitioned(found.name):
            self.here.report(
                MISSING_PARTITION_KEY,
                found.call.span,
                f"queue '{found.name}' is partitioned, and these options have no queue_partition_key: {_NEVER}; add "
                "the key",
            )

    def _kind(self, ref: Ref, place: Place, found: Named) -> int:
        if ref is None:
            return _NO
        assert found.options is not None
        return _NO if literals(self.here.resolver, found.options.module, ref, place) == (None,) else _YES

    # ------------------------------------------------------------------ duplicates

    def visit_With(self, node: With, function: Function) -> None:
        body = self.here.body(function)
        for item in node.items if DEDUPLICATION_ON_PARTITIONED_QUEUE.code in self.here.enabled else ():
            call = body.record(item.context_expr) if isinstance(item.context_expr, ast.Call) else None
            if call is None or not is_block(self.here.analysis.calls, self.here.module, call):
                continue
            once = self._given(call, _ONCE)
            key = self._given(call, KEY) if once == _YES else _NO
            if once == _YES and key == _YES and any(True for _ in self._enqueueing(node, body)):
                self._report_once(call, "")
            elif once == _YES and key == _NO:
                for queues in self._enqueueing(node, body):
                    if queues and all(map(self._is_partitioned, queues)):
                        self._report_once(call, min(queues))
                        break

    def _report_once(self, call: Call, queue: str) -> None:
        where = (
            f"queue '{queue}' is partitioned, and does not tell duplicates apart: with a partition key dbos raises, "
            "and without one the workflow never runs"
            if queue
            else "deduplication_id and queue_partition_key exclude each other: dbos raises an exception"
        )
        self.here.report(
            DEDUPLICATION_ON_PARTITIONED_QUEUE,
            call.span,
            f"{where}; tell duplicates apart by the workflow's ID",
        )

    def _enqueueing(self, node: With, body: Body) -> Iterator[set[str]]:
        """The names of the queues on which each of the calls in a block enqueues."""
        for each, call in body.calls(*node.body):
            names = self.here.names_called(call)
            if not names.isdisjoint(BY_OBJECT):
                yield self._of_object(call)
            elif not names.isdisjoint(BY_NAME):
                yield {found.name for found in named(self.here, each, call, QUEUE, ASKS)}

    # ------------------------------------------------------------------ what is known

    def _is_partitioned(self, queue: str) -> bool:
        """Whether each registration of the queue in this project divides it."""
        names = self.here.analysis.names
        own = names.own(QUEUE, self.here.module).offered.get(queue, ())
        if not all(told.queue is not None and told.queue.divides for told in own):
            return False
        known = names.known(QUEUE, self.here.module).offered.get(queue, ())
        return bool(known) and all(told.queue is not None and told.queue.divides for told in known)

    def _given(self, call: Call, name: str) -> int:
        """Whether ``call`` is given an option: ``_MAYBE`` if it may be None."""
        given = dict(call.keywords)
        if name not in given:
            return _MAYBE if None in given else _NO
        ref, place = given[name], place_of(call)
        found = literals(self.here.resolver, self.here.module, ref, place)
        if found is not None:
            return _NO if found == (None,) else _MAYBE if None in found else _YES
        return _MAYBE if self._may_be_none(ref, call) else _YES

    def _may_be_none(self, ref: Ref, call: Call) -> bool:
        if is_call(ref):
            return ref[1] != "str" and receiver_and_method(ref[1])[1] not in _GIVE_TEXT
        if isinstance(ref, tuple):
            return ref[0] == "or" and ("const", None) in ref
        if not isinstance(ref, str):
            return False
        base, _, name = ref.rpartition(".")
        if base:
            return name.lstrip("_") in _HANDED_ON
        function = self.here.function(call)
        param = next((param for param in function.params if param.name == name), None)
        if param is not None:
            return param.default == ("const", None) or self._is_optional(function, name)
        return False

    def _is_optional(self, function: Function, name: str) -> bool:
        node = self.here.body(function).node
        if isinstance(node, ast.Module):
            return False
        arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
        texts = [unparse(each.annotation) for each in arguments if each.arg == name and each.annotation is not None]
        return any("None" in text or "Optional" in text for text in texts)
