"""Where workflow code can make one more durable call: only workflows run the place, and recovery comes to it in the
same order.

A step that a mend puts into a helper must not reach callers that are no workflows, nor one in an event loop if it is
synchronous; and a step among tasks that draw their numbers meanwhile would be another hazard.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from dbos_lint.catalog import api, waits
from dbos_lint.rules.visitor import Here
from dbos_lint.semantics.awaits import can_await, held_by
from dbos_lint.semantics.body import Body
from dbos_lint.semantics.collect import Collected
from dbos_lint.semantics.contexts import OUTSIDE
from dbos_lint.semantics.orders import Orders, runs_in
from dbos_lint.semantics.sites import AWAITED, MODULE, Call, Launch, Loop
from dbos_lint.semantics.summary import Function
from dbos_lint.syntax.trees import walk

_OTHERS = (api.STEP, api.TRANSACTION, OUTSIDE)
_CATCH_CANCELLATION = frozenset({"BaseException", "CancelledError", "DBOSWorkflowCancelledError", "DBOSBaseException"})
# What iterates over all that it is given.
_USE_UP = frozenset({"list", "tuple", "set", "frozenset", "dict", "sum", "max", "min", "sorted"})
# The nodes that name something.
_NAMING = frozenset({ast.Name, ast.Attribute, ast.alias, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef}) | {
    ast.Global,
    ast.Nonlocal,
    ast.Constant,
}
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp)


class _Sites:
    """Where a file defines functions, calls and names things: looked up by what they are."""

    def __init__(self, collected: Collected) -> None:
        self._collected = collected

    @cached_property
    def defined(self) -> dict[int, ast.AST]:
        """The node of each function."""
        return {function.id: node for node, function in self._collected.nodes.functions}

    @cached_property
    def calls(self) -> dict[int, tuple[ast.Call, Call]]:
        """Each call, by the identity of the node that is called."""
        return {id(node.func): (node, call) for node, call in self._collected.nodes.calls}

    @cached_property
    def mentions(self) -> dict[str, list[ast.AST]]:
        """What names something in any way, by the name."""
        found: dict[str, list[ast.AST]] = {}
        for node in walk(self._collected.tree):
            if node.__class__ in _NAMING:
                for name in _names_of(node):
                    found.setdefault(name, []).append(node)
        return found


class Places:
    """The places of one file."""

    def __init__(self, here: Here) -> None:
        self._here = here
        self._known: dict[int, bool] = {}
        self._sites = _Sites(here.collected)
        self._loops: dict[int, list[Loop]] = {}

    def take_durable_call(self, node: ast.Call, call: Call) -> bool:
        """Whether a durable call, awaited in an asynchronous function, may stand where ``node`` stands."""
        function = self._here.function(call)
        return self._is_workflow_code(function) and self._is_steady(node, call, function)

    # ------------------------------------------------------------------ who runs the function

    def _is_workflow_code(self, function: Function) -> bool:
        """Whether workflows run ``function`` and nothing else does, in the way in which it is defined."""
        if function.id not in self._known:
            self._settle(function)
        return self._known[function.id]

    def _settle(self, start: Function) -> None:
        """Judge ``start`` and all that lead to it: what is called by what is no workflow code is none either. Helpers
        that call each other are judged by who else calls them."""
        found = {start.id: True}
        called: dict[int, list[int]] = {}
        failed: list[int] = []
        todo = [start]
        for function in todo:
            callers = self._callers(function)
            if callers is None or any(self._known.get(caller.id) is False for caller in callers):
                failed.append(function.id)
                continue
            for caller in callers:
                called.setdefault(caller.id, []).append(function.id)
                if caller.id not in self._known and caller.id not in found:
                    found[caller.id] = True
                    todo.append(caller)
        for id in failed:
            if found[id]:
                found[id] = False
                failed.extend(called.get(id, ()))
        self._known.update(found)

    def _callers(self, function: Function) -> list[Function] | None:
        """The functions on which it depends whether ``function`` is workflow code: none for a workflow. None where it
        is not."""
        contexts = self._here.contexts
        if function.id == MODULE or function.name == "<lambda>" or function.is_generator:
            return None
        if not contexts.runs_as(function.id, api.WORKFLOW):
            return None
        if any(contexts.runs_as(function.id, context) for context in _OTHERS) or function.id in contexts.delegated:
            return None
        decorated = self._here.resolver.decorated(self._here.value(function)).entity if function.decorators else None
        if decorated is not None:
            return [] if decorated.kind == api.WORKFLOW else None
        if function.decorators or function.id in contexts.entities or function.name.startswith("__"):
            return None
        return self._callers_of_helper(function)

    def _callers_of_helper(self, function: Function) -> list[Function] | None:
        """The functions of this file that call ``function``; None where it is named in any other way, or elsewhere."""
        defined = self._sites.defined[function.id]
        mentions = [each for each in self._sites.mentions.get(function.name, ()) if each is not defined]
        calls = [self._call_of(mention, function) for mention in mentions]
        known = [each for each in calls if each is not None]
        if not known or len(known) < len(calls) or not all(self._may_call(*each, function) for each in known):
            return None
        names, path = self._here.analysis.names, self._here.module.path
        return (
            None if names.is_named_elsewhere(function.name, path) else [self._here.function(call) for _, call in known]
        )

    def _may_call(self, node: ast.Call, call: Call, helper: Function) -> bool:
        """Whether ``helper``, which ``node`` calls, may make a durable call there."""
        caller = self._here.function(call)
        if helper.is_async and not call.flags & AWAITED:
            return False
        return helper.is_async == caller.is_async and self._is_steady(node, call, caller)

    def _call_of(self, mention: ast.AST, function: Function) -> tuple[ast.Call, Call] | None:
        """The call that runs ``function`` and nothing else, whose callee ``mention`` is."""
        known = self._sites.calls.get(id(mention))
        runs = self._here.callees(known[1]).runs if known is not None else ()
        return known if [(each.module, each.id) for each in runs] == [(self._here.module.path, function.id)] else None

    # ------------------------------------------------------------------ what stands around the place

    def _is_steady(self, node: ast.Call, call: Call, function: Function) -> bool:
        """Whether recovery comes to ``node`` in the same order among other durable calls, and what it raises gets
        through."""
        here = self._here
        body = here.body(function)
        generators = [each for each in body.around(node) if isinstance(each, ast.GeneratorExp)]
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
        for outer in self._here.body(function).around(node):
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
        around = self._here.body(function).around(node)
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
