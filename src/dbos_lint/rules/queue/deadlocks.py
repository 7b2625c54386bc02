"""Workflows that fill the queue on which they wait for others."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property

from dbos_lint.catalog import api
from dbos_lint.diagnostic import Confidence, TraceStep
from dbos_lint.rules.declared.queue import QUEUE_SELF_DEADLOCK
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.deadlocks import Deadlocks
from dbos_lint.semantics.effects import STARTS_WORKFLOW
from dbos_lint.semantics.sites import Call
from dbos_lint.semantics.summary import Function, Module
from dbos_lint.semantics.values import FunctionKey
from dbos_lint.syntax.spans import Span
from dbos_lint.syntax.trees import targets_of

_LOOPS = (ast.For, ast.AsyncFor)


class QueueDeadlocks(Visitor):
    """Waits that never end."""

    @cached_property
    def _deadlocks(self) -> Deadlocks:
        return Deadlocks(self.here.analysis, self.here.module)

    @cached_property
    def _asking(self) -> dict[int, bool]:
        """Whether a function asks some handle for its result: one may enqueue thousands of times."""
        return {}

    def visit_module(self) -> None:
        if QUEUE_SELF_DEADLOCK.code not in self.here.enabled:
            return
        for id, entity in self.here.contexts.entities.items():
            key = FunctionKey(self.here.module.path, id)
            if entity.kind == api.WORKFLOW and STARTS_WORKFLOW in self.here.analysis.reach(key):
                for path, span, module, call in self._enqueues(key):
                    self._judge(key, path, span, module, call)

    def _enqueues(self, start: FunctionKey) -> Iterator[tuple[tuple[FunctionKey, ...], Span | None, Module, Call]]:
        """The calls that enqueue, in the workflow and in the functions it runs: the way there, and where it leaves this
        file."""
        seen = {start}
        todo: list[tuple[tuple[FunctionKey, ...], Span | None]] = [((start,), None)]
        for path, left in todo:
            module = self.here.resolver.module(path[-1].module)
            for call in module.functions[path[-1].id].calls:
                if self._deadlocks.queues_of(module, call):
                    yield path, left, module, call
            for edge in self.here.analysis.facts(path[-1]).edges:
                if edge.callee not in seen:
                    seen.add(edge.callee)
                    leaves = left is None and edge.callee.module != self.here.module.path
                    todo.append(((*path, edge.callee), edge.span if leaves else left))

    def _judge(
        self, workflow: FunctionKey, path: tuple[FunctionKey, ...], left: Span | None, module: Module, call: Call
    ) -> None:
        queues = self._deadlocks.queues_of(module, call)
        if len(queues) != 1 or not self._is_waited_for(module, call):
            return
        room = self._deadlocks.room(queues[0])
        if room is None:
            return
        own = self._deadlocks.enqueued(workflow, queues[0])
        if not own or not (room.places <= 1 or any(each.repeated for each in own)):
            return
        # Other processes may have room, and few runs at a time may fit in.
        sure = room.places <= 1 and room.everywhere
        steps = [self.here.step(key) for key in path]
        name = self.here.module.functions[workflow.id].name
        trace = (*steps, TraceStep(f"{queues[0]!r}", module.path, call.span.row))
        full = "has one place, which the workflow itself holds" if room.places <= 1 else "can fill with such workflows"
        self.here.report(
            QUEUE_SELF_DEADLOCK,
            left or call.span,
            f"workflow '{name}' runs on queue '{queues[0]}' and waits for another on it{self.here.route(trace)}: the "
            f"queue {full}, and neither ever ends; enqueue the other one on a queue of its own",
            trace if len(path) > 1 else (),
            confidence=Confidence.HIGH if sure else Confidence.MEDIUM,
        )

    # ------------------------------------------------------------------ waiting

    def _is_waited_for(self, module: Module, call: Call) -> bool:
        if self._deadlocks.waits_for(module, call):
            return True
        if module is not self.here.module:
            return False
        function = module.functions[module.scopes[call.scope].function]
        return function.name != "<lambda>" and self._is_collected(function, call)

    def _is_collected(self, function: Function, call: Call) -> bool:
        """Whether the handle goes into a list, of which each is waited for."""
        body = self.here.body(function)
        if function.id not in self._asking:
            self._asking[function.id] = any(
                isinstance(each, ast.Attribute) and each.attr == "get_result" for each in body.walk()
            )
        if not self._asking[function.id]:
            return False
        node = next((node for node, record in body.calls() if record is call), None)
        if node is None:  # it stands in the body of a class
            return False
        lists = {
            target.id for outer in body.ancestors(node) for target in targets_of(outer) if isinstance(target, ast.Name)
        }
        for other in body.walk():
            if isinstance(other, ast.Call) and isinstance(other.func, ast.Attribute) and other.func.attr == "append":
                given = {each.id for each in other.args if isinstance(each, ast.Name)}
                if isinstance(other.func.value, ast.Name) and (given & lists or node in body.walk(*other.args)):
                    lists.add(other.func.value.id)
        loops = [other for other in body.walk() if isinstance(other, (*_LOOPS, ast.comprehension))]
        handles = {
            loop.target.id
            for loop in loops
            if isinstance(loop.target, ast.Name) and isinstance(loop.iter, ast.Name) and loop.iter.id in lists
        }
        return any(
            isinstance(other, ast.Attribute)
            and other.attr == "get_result"
            and isinstance(other.value, ast.Name)
            and other.value.id in handles
            for other in body.walk()
        )
