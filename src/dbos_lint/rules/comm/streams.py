"""Streams and messages: how long a reader waits, and how many round trips a sender makes."""

from __future__ import annotations

import ast

from dbos_lint.catalog import messages
from dbos_lint.rules.declared.comm import SEND_IN_LOOP, STREAM_READ_WITHOUT_TIMEOUT
from dbos_lint.rules.visitor import Here, Visitor
from dbos_lint.semantics.body import Body
from dbos_lint.semantics.sites import Call
from dbos_lint.semantics.testcode import is_test_file
from dbos_lint.semantics.values import Constant, Entity, External, FunctionValue
from dbos_lint.syntax.trees import unparse

_Loop = ast.For | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
# Functions that give all elements of what they are given, and have an end if that has.
_FINITE = frozenset(
    {"enumerate", "reversed", "sorted", "list", "tuple", "set", "frozenset", "range", "zip", "filter", "map"}
)
_VIEWS = frozenset({"values", "keys", "items", "copy"})
_THERE = (
    *(ast.Name, ast.Attribute, ast.Subscript, ast.List, ast.Tuple, ast.Set, ast.Dict),
    *(ast.ListComp, ast.SetComp, ast.DictComp),
)
_LEAVES = (ast.Break, ast.Return, ast.Raise, ast.Try, ast.Yield, ast.YieldFrom, ast.While, ast.AsyncFor)


class Streams(Visitor):
    """Readers that wait without end, and messages that are sent one by one."""

    def __init__(self, here: Here) -> None:
        super().__init__(here)
        self._loops: dict[int, bool] = {}

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        names = self.here.names_called(call)
        if not names:
            return
        if names <= messages.READS_STREAM:
            self._read(node, call)
        elif names <= messages.SENDS and self.here.function(call).name != "<lambda>":
            self._send(node, call)

    def _read(self, node: ast.Call, call: Call) -> None:
        given = dict(call.keywords)
        if None in given or (
            "timeout_seconds" in given and self.here.resolve(given["timeout_seconds"], call) != (Constant(None),)
        ):
            return
        # A test that waits for ever has told what it is to tell.
        if is_test_file(self.here.resolver, self.here.module):
            return
        self.here.report(
            STREAM_READ_WITHOUT_TIMEOUT,
            node,
            f"{unparse(node.func)}() waits without end when nothing more is written; give it timeout_seconds, and "
            "handle DBOSStreamTimeoutError",
        )

    # ------------------------------------------------------------------ messages in loops

    def _send(self, node: ast.Call, call: Call) -> None:
        body = self.here.body(self.here.function(call))
        loop = next((each for each in body.ancestors(node) if isinstance(each, _Loop)), None)
        if loop is None or not self._is_finite(body, loop) or not self._only_sends(body, loop):
            return
        bulk = (
            "send_bulk_async" if any(name.endswith("_async") for name in self.here.names_called(call)) else "send_bulk"
        )
        self.here.report(
            SEND_IN_LOOP,
            node,
            f"{unparse(node.func)}() sends one message at a time, each in a transaction of its own; collect "
            f"them as SendMessage objects, and send them at once with {bulk}()",
        )

    def _is_finite(self, body: Body, loop: _Loop) -> bool:
        """Whether what ``loop`` goes over is there at once, and has an end."""
        if isinstance(loop, ast.For):
            iterables = [loop.iter]
        else:
            iterables = [generator.iter for generator in loop.generators]
            if any(generator.is_async for generator in loop.generators):
                return False
        return all(self._is_there(body, iterable) for iterable in iterables)

    def _is_there(self, body: Body, iterable: ast.expr) -> bool:
        while isinstance(iterable, ast.Await):
            iterable = iterable.value
        if not isinstance(iterable, ast.Call):
            return isinstance(iterable, _THERE)
        call = body.record(iterable)
        if isinstance(iterable.func, ast.Attribute) and iterable.func.attr in _VIEWS and not iterable.args:
            return True
        values = self.here.callees(call).values if call is not None else ()
        return bool(values) and all(
            (isinstance(value, External) and value.name in _FINITE)
            or (isinstance(value, (Entity, FunctionValue)) and self._gives_all(value))
            for value in values
        )

    def _gives_all(self, value: Entity | FunctionValue) -> bool:
        function = value.function if isinstance(value, Entity) else value
        return not self.here.resolver.function(function).is_generator

    def _only_sends(self, body: Body, loop: _Loop) -> bool:
        """Whether the loop does nothing else that takes its time or is recorded, and goes on to its end."""
        if id(loop) not in self._loops:
            parts: list[ast.AST] = [*loop.body, *loop.orelse] if isinstance(loop, ast.For) else [loop]
            self._loops[id(loop)] = not any(self._does_more(body, each) for each in body.walk(*parts))
        return self._loops[id(loop)]

    def _does_more(self, body: Body, node: ast.AST) -> bool:
        if isinstance(node, ast.Await):
            return not isinstance(node.value, ast.Call) or not self._sends(body.record(node.value))
        call = body.record(node) if isinstance(node, ast.Call) else None
        if call is not None and not self._sends(call):
            names = self.here.names_called(call)
            return self.here.is_durable(call) or any(name.startswith("dbos.") for name in names - {"dbos.SendMessage"})
        return isinstance(node, _LEAVES)

    def _sends(self, call: Call | None) -> bool:
        return call is not None and not messages.SENDS.isdisjoint(self.here.names_called(call))
