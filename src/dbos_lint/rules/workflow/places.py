"""Where workflow code can make one more durable call: only workflows run the place, and recovery comes to it in the
same order.

A step that a mend puts into a helper must not reach callers that are no workflows, nor one in an event loop if it is
synchronous; and a step among tasks that draw their numbers meanwhile would be another hazard.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from dbos_lint.catalog import api, waits
from dbos_lint.rules.visitor import Here
from dbos_lint.semantics.awaits import can_await, held_by
from dbos_lint.semantics.body import Body
from dbos_lint.semantics.contexts import OUTSIDE
from dbos_lint.semantics.orders import Orders, runs_in
from dbos_lint.semantics.summary import AWAITED, MODULE, Call, Function, Launch, Loop
from dbos_lint.syntax.trees import walk

_OTHERS = (api.STEP, api.TRANSACTION, OUTSIDE)
_CATCH_CANCELLATION = frozenset({"BaseException", "CancelledError", "DBOSWorkflowCancelledError", "DBOSBaseException"})
# What iterates over all that it is given.
_USE_UP = frozenset({"list", "tuple", "set", "frozenset", "dict", "sum", "max", "min", "sorted"})
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp)


class Places:
    """The places of one file."""

    def __init__(self, here: Here) -> None:
        self._here = here
        self._known: dict[int, bool] = {}
        self._mentions: dict[str, list[ast.AST]] | None = None
        self._loops: dict[int, list[Loop]] = {}

    def take_durable_call(self, node: ast.Call, call: Call) -> bool:
        """Whether a durable call, awaited in an asynchronous function, may stand where ``node`` stands."""
        function = self._here.function(call)
        return self._is_workflow_code(function) and self._is_steady(node, call, function)

    # ------------------------------------------------------------------ who runs the function

    def _is_workflow_code(self, function: Function) -> bool:
        """Whether workflows run ``function`` and nothing else does, in the way in which it is defined."""
        if function.id not in self._known:
            # A helper that calls itself is judged by its other callers.
            self._known[function.id] = True
            self._known[function.id] = self._runs_in_workflows(function)
        return self._known[function.id]

    def _runs_in_workflows(self, function: Function) -> bool:
        contexts = self._here.contexts
        if function.id == MODULE or function.name == "<lambda>" or function.is_generator:
            return False
        if not contexts.runs_as(function.id, api.WORKFLOW):
            return False
        if any(contexts.runs_as(function.id, context) for context in _OTHERS) or function.id in contexts.delegated:
            return False
        decorated = self._here.resolver.decorated(self._here.value(function)).entity if function.decorators else None
        if decorated is not None:
            return decorated.kind == api.WORKFLOW
        return not function.decorators and function.id not in contexts.entities and self._is_own_helper(function)

    def _is_own_helper(self, function: Function) -> bool:
        """Whether nothing but calls in the workflow code of this file names ``function``."""
        if function.name.startswith("__"):
            return False
        defined = next(node for node, each in self._here.collected.nodes.functions if each is function)
        calls = [self._call_of(mention, function) for mention in self._named(function.name) if mention is not defined]
        return (
            bool(calls)
            and all(each is not None and self._may_call(*each, function) for each in calls)
            and not self._is_named_elsewhere(function.name)
        )

    def _may_call(self, node: ast.Call, call: Call, helper: Function) -> bool:
        """Whether ``helper``, which ``node`` calls, may make a durable call there."""
        caller = self._here.function(call)
        if helper.is_async and not call.flags & AWAITED:
            return False
        return (
            helper.is_async == caller.is_async
            and self._is_workflow_code(caller)
            and self._is_steady(node, call, caller)
        )

    def _call_of(self, mention: ast.AST, function: Function) -> tuple[ast.Call, Call] | None:
        """The call that runs ``function`` and nothing else, whose callee ``mention`` is."""
        for node, call in self._here.collected.nodes.calls:
            if node.func is mention:
                runs = self._here.callees(call).runs
                return (node, call) if [(each.module, each.id) for each in runs] == [self._key(function)] else None
        return None

    def _key(self, function: Function) -> tuple[str, int]:
        return self._here.module.path, function.id

    def _named(self, name: str) -> list[ast.AST]:
        """What names ``name`` in this file, in any way."""
        if self._mentions is None:
            self._mentions = {}
            for node in walk(self._here.collected.tree):
                for each in _names_of(node):
                    self._mentions.setdefault(each, []).append(node)
        return self._mentions.get(name, [])

    def _is_named_elsewhere(self, name: str) -> bool:
        """Whether another file of the project holds ``name``, or nobody can tell."""
        project = self._here.resolver.project
        paths = project.files()
        if paths is None:
            return True
        word = name.encode()
        others = {*paths, *project.overlay} - {self._here.module.path}
        return any(word in (project.read(path) or b"") for path in sorted(others))

    # ------------------------------------------------------------------ what stands around the place

    def _is_steady(self, node: ast.Call, call: Call, function: Function) -> bool:
        """Whether recovery comes to ``node`` in the same order among other durable calls, and what it raises gets
        through."""
        here = self._here
        body = here.body(function)
        generators = [each for each in body.ancestors(node) if isinstance(each, ast.GeneratorExp)]
        if body.parent(node) is None or not all(self._is_used_up(each, body) for each in generators):
            return False
        if not self.lets_through(node, function):
            return False
        if any(runs_in(here.module, loop, call) for loop in self._unordered(function)):
            return False
        return not function.is_async or (
            can_await(body, node)
            and not any(self._is_running(launch, node, function) for launch in function.launches)
            and all(self._may_be_held(manager, function) for manager in held_by(body, node))
            and not self._changes_shared(node, function)
        )

    def _unordered(self, function: Function) -> list[Loop]:
        """The loops of ``function`` over what has no order."""
        if function.id not in self._loops:
            orders = Orders(self._here.resolver)
            self._loops[function.id] = [each for each in function.loops if orders.of_loop(self._here.module, each)]
        return self._loops[function.id]

    def _is_used_up(self, generator: ast.GeneratorExp, body: Body) -> bool:
        """Whether a call takes all that ``generator`` gives, there and then, in the order in which it comes."""
        made = body.parent(generator)
        call = body.record(made) if isinstance(made, ast.Call) and made.args == [generator] else None
        if call is None or not isinstance(made, ast.Call):
            return False
        joins = isinstance(made.func, ast.Attribute) and made.func.attr == "join"
        is_text = joins and isinstance(getattr(made.func, "value", None), ast.Constant)
        names = self._here.names_called(call)
        return is_text or (bool(names) and names <= _USE_UP)

    def lets_through(self, node: ast.Call, function: Function) -> bool:
        """Whether what ``node`` raises when the workflow is cancelled, or late, gets out of ``function``."""
        inner: ast.AST = node
        for outer in self._here.body(function).ancestors(node):
            if hasattr(outer, "finalbody") and not _lets_through(outer, inner):
                return False
            if isinstance(outer, ast.ExceptHandler) and _catches_cancellation(outer):
                return False
            if isinstance(outer, ast.AsyncWith) and isinstance(inner, ast.stmt) and self._limits_time(outer, function):
                return False
            if isinstance(outer, ast.AnnAssign) and inner is outer.annotation:
                return False
            inner = outer
        return True

    def _limits_time(self, outer: ast.AsyncWith, function: Function) -> bool:
        calls = self._here.body(function).calls(*(item.context_expr for item in outer.items))
        return any(not self._here.names_called(call).isdisjoint(waits.TIMEOUTS) for _, call in calls)

    def _may_be_held(self, manager: ast.expr, function: Function) -> bool:
        """Whether ``manager`` may be held while others run: a lock must not."""
        record = self._here.body(function).record(manager) if isinstance(manager, ast.Call) else None
        names = self._here.names_called(record) if record is not None else frozenset()
        return bool(names) and all(name.startswith("dbos.") for name in names)

    def _changes_shared(self, node: ast.Call, function: Function) -> bool:
        """Whether ``node`` stands in an assignment that reads what others may change before it waits."""
        around = self._here.body(function).ancestors(node)
        return any(isinstance(each, ast.AugAssign) and not isinstance(each.target, ast.Name) for each in around)

    def _is_running(self, launch: Launch, node: ast.Call, function: Function) -> bool:
        """Whether a task of ``launch`` may run when the code comes to ``node``."""
        made, call = self._here.collected.nodes.calls[launch.number]
        if self._here.names_called(call).isdisjoint(waits.MAKES_TASK):
            return False
        at = (node.lineno, node.col_offset)
        if launch.end is not None and launch.end <= at:
            return launch.repeated and self._share_loop(made, node, function)
        return launch.repeated or (made.end_lineno or 0, made.end_col_offset or 0) <= at

    def _share_loop(self, first: ast.Call, second: ast.Call, function: Function) -> bool:
        body = self._here.body(function)
        loops = (ast.For, ast.AsyncFor, ast.While, *_COMPREHENSIONS)
        around = {id(each) for each in body.ancestors(first) if isinstance(each, loops)}
        return any(id(each) in around for each in body.ancestors(second))


def _lets_through(outer: Any, inner: ast.AST) -> bool:
    """Whether the cancellation of the workflow gets out of the ``try`` statement ``outer`` from ``inner`` (there is no
    ``ast.TryStar`` before Python 3.11), and is not in force there."""
    if inner in outer.finalbody:
        return False
    return inner not in outer.body or not any(map(_catches_cancellation, outer.handlers))


def _catches_cancellation(handler: ast.ExceptHandler) -> bool:
    named = {getattr(node, "id", getattr(node, "attr", "")) for node in walk(handler.type)} if handler.type else ()
    return handler.type is None or not _CATCH_CANCELLATION.isdisjoint(named)


def _names_of(node: ast.AST) -> Iterator[str]:
    """The names by which ``node`` itself names something."""
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.alias):
        yield from {node.name.rpartition(".")[2], node.asname or ""}
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, (ast.Global, ast.Nonlocal)):
        yield from node.names
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
        # getattr, a registry of names, __all__.
        yield node.value
