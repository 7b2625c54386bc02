"""Workflows that are started one after the other, without anybody to hold them back."""

from __future__ import annotations

import ast
from collections.abc import Collection

from dbos_lint.rules.declared.queue import UNBOUNDED_FAN_OUT
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.aliases import terminal
from dbos_lint.semantics.body import Body
from dbos_lint.semantics.branches import repeats
from dbos_lint.semantics.enqueues import STARTS_AT_ONCE
from dbos_lint.semantics.scoping import Place, binding_scope
from dbos_lint.semantics.sites import Call
from dbos_lint.semantics.testcode import is_in_test
from dbos_lint.semantics.values import ClassValue, Container, External
from dbos_lint.syntax.trees import targets_of, unparse

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_DISPLAYS = (ast.List, ast.Tuple, ast.Set, ast.Dict)
# Functions that give as many items as they are given.
_SAME_NUMBER = frozenset({"enumerate", "list", "reversed", "set", "sorted", "tuple", "zip"})
_ENUM = External("enum.Enum")


class FanOut(Visitor):
    """Starts in a loop."""

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        if self.here.names_called(call).isdisjoint(STARTS_AT_ONCE):
            return
        function = self.here.function(call)
        if function.name == "<lambda>" or is_in_test(self.here.resolver, self.here.module, function):
            return
        body = self.here.body(function)
        if self._is_unbounded(node, body, call) and not _is_waited_for(node, body):
            self.here.report(
                UNBOUNDED_FAN_OUT,
                node,
                "a workflow is started for each of an unknown number of items, and all of them run at once; enqueue "
                "them on a queue with a worker_concurrency, which starts as many as there is room for",
            )

    def _is_unbounded(self, node: ast.AST, body: Body, call: Call) -> bool:
        below = node
        for outer in body.ancestors(node):
            iterables: list[ast.expr] = []
            if isinstance(outer, (ast.For, ast.AsyncFor)) and below in outer.body:
                iterables = [outer.iter]
            elif isinstance(outer, ast.While) and _empties(outer, body):
                iterables = [outer.test]
            elif isinstance(outer, _COMPREHENSIONS) and not isinstance(below, ast.comprehension):
                iterables = [generator.iter for generator in outer.generators]
            if any(not self._is_bounded(each, call) for each in iterables) and repeats(body, node, body.node):
                return True
            below = outer
        return False

    def _is_bounded(self, node: ast.expr, call: Call) -> bool:
        """Whether the text tells how many items there are to iterate over, at most."""
        if isinstance(node, (*_DISPLAYS, ast.Constant)):
            return True
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
            return isinstance(node.slice.upper, ast.Constant)
        if isinstance(node, ast.Call):
            return self._gives_few(node, call)
        if not isinstance(node, (ast.Name, ast.Attribute)):
            return False
        place = Place(call.scope, node.lineno, call.block)
        if isinstance(node, ast.Name) and self._is_constant(node.id, call):
            return True
        for value in self.here.resolver.resolve(self.here.module, unparse(node), place):
            if isinstance(value, ClassValue) and _ENUM in self.here.resolver.lineage(value):
                return True
            if isinstance(value, Container) and (value.kind == "tuple" or value.display is not None):
                return True
        return False

    def _gives_few(self, node: ast.Call, call: Call) -> bool:
        name = terminal(node.func, self.here.module.renamed)
        if name == "range":
            return all(isinstance(arg, ast.Constant) or self._is_length(arg, call) for arg in node.args)
        if name in ("items", "keys", "values") and isinstance(node.func, ast.Attribute):
            return self._is_bounded(node.func.value, call)
        if name in ("count", "cycle"):
            # Who goes round for ever starts one now and then, and not all at once.
            return True
        if name == "islice":
            return len(node.args) > 1 and isinstance(node.args[1], ast.Constant)
        return name in _SAME_NUMBER and any(self._is_bounded(arg, call) for arg in node.args)

    def _is_length(self, node: ast.expr, call: Call) -> bool:
        is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len"
        return is_call and isinstance(node, ast.Call) and all(self._is_bounded(arg, call) for arg in node.args)

    def _is_constant(self, name: str, call: Call) -> bool:
        """Whether the name has one meaning: a display that the text writes down."""
        scope = binding_scope(self.here.module, call.scope, name)
        bindings = scope.bindings[name] if scope is not None else []
        value = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "value" else None
        return isinstance(value, tuple) and value[0] in ("list", "tuple", "set") and len(value) > 1


def _empties(loop: ast.While, body: Body) -> bool:
    """Whether a loop takes items out of a list until there are none: ``while rows: ... rows.pop()``."""
    return isinstance(loop.test, ast.Name) and any(
        isinstance(each, ast.Call)
        and isinstance(each.func, ast.Attribute)
        and each.func.attr in ("pop", "popleft", "popitem")
        and isinstance(each.func.value, ast.Name)
        and each.func.value.id == loop.test.id
        for each in body.walk(loop)
    )


def _is_waited_for(node: ast.AST, body: Body) -> bool:
    """Whether each workflow is waited for before the next one is started."""
    names: set[str] = set()
    loop: ast.AST | None = None
    for outer in body.ancestors(node):
        if isinstance(outer, ast.Attribute) and outer.attr == "get_result":
            return not any(isinstance(each, ast.GeneratorExp) for each in body.ancestors(node))
        names.update(_names_given(outer))
        if isinstance(outer, (ast.For, ast.AsyncFor, ast.While)):
            loop = outer
            break
    for each in body.walk(loop) if loop is not None else ():
        # A coroutine that has a name gives the handle where it is awaited.
        if isinstance(each, ast.Await) and _is_one_of(names, each.value):
            names.update(name for outer in body.ancestors(each) for name in _names_given(outer))
        elif isinstance(each, ast.Attribute) and each.attr == "get_result":
            owner = each.value.value if isinstance(each.value, ast.Await) else each.value
            if _is_one_of(names, owner):
                return True
    return False


def _is_one_of(names: Collection[str], node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in names


def _names_given(node: ast.AST) -> list[str]:
    """The variables to which ``node`` gives a value."""
    targets = [node.target] if isinstance(node, ast.NamedExpr) else targets_of(node)
    return [target.id for target in targets if isinstance(target, ast.Name)]
