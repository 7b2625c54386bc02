"""Where a value that may be None is used as if it were not: what the function that gets it does with it."""

from __future__ import annotations

import ast
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from functools import cached_property

from dbos_lint.semantics.afterwards import statement_of
from dbos_lint.semantics.body import Body
from dbos_lint.syntax.trees import compared_with_none, unparse

_CATCHES = frozenset({"TypeError", "AttributeError", "Exception", "BaseException"})
_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Pow)
_FAILING = (ast.In, ast.NotIn, ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_DISPLAYS = (ast.Dict, ast.List, ast.Tuple, ast.Set, ast.JoinedStr, ast.FormattedValue, ast.keyword, ast.Await)
_Place = tuple[int, int]
_ENDS = (ast.Return, ast.Yield, ast.Assign, ast.AnnAssign, ast.Expr)


class Use:
    """An expression that fails when ``value`` is None; ``verb`` says what it does with it."""

    __slots__ = ("node", "value", "verb")

    def __init__(self, node: ast.expr, value: ast.expr, verb: str) -> None:
        self.node = node
        self.value = value
        self.verb = verb


class Absence:
    """One function. ``looks_only`` tells of a call that it neither ends the function nor fails for a None, ``refuses``
    that it fails if its first argument is one."""

    def __init__(
        self,
        body: Body,
        looks_only: Callable[[ast.Call], bool],
        refuses: Callable[[ast.Call], bool] = lambda called: False,
    ) -> None:
        self.body = body
        self.looks_only = looks_only
        self.refuses = refuses
        self._looks: dict[str, list[tuple[_Place, ast.Name]]] = {}
        self._stores: dict[str, list[_Place]] = {}

    def unchecked_use(self, node: ast.expr) -> Use | None:
        """The first use of what ``node`` gives that fails for None, if nothing has looked whether it is None."""
        value = self._whole(node)
        use = self._failing(value)
        if use is not None:
            return None if self._is_caught(value) else use
        name = self._name(value)
        if name is None:
            return None
        for load in self._loads_until_stored(name.id, self._end(name)):
            use = self._failing(load)
            if use is not None:
                checked = self._is_caught(load) or self._is_chosen(load) or self._is_left_for(name, load)
                return None if checked else use
            if not self._is_only_seen(load):
                return None
        return None

    def _whole(self, node: ast.expr) -> ast.expr:
        """``node``, awaited and with a type that does nothing."""
        while True:
            parent = self.body.parent(node)
            is_cast = (
                isinstance(parent, ast.Call) and parent.args[1:] == [node] and self.body.terminal(parent.func) == "cast"
            )
            if not isinstance(parent, ast.Await) and not is_cast:
                return node
            assert isinstance(parent, ast.expr)
            node = parent

    def _failing(self, node: ast.expr) -> Use | None:
        """How ``node`` is used, if that fails for None."""
        parent = self.body.parent(node)
        if isinstance(parent, ast.Attribute):
            return None if parent.attr.startswith("__") else Use(parent, node, f"asked for .{parent.attr}")
        if isinstance(parent, ast.Subscript) and parent.value is node:
            return Use(parent, node, "subscripted")
        if isinstance(parent, ast.Call) and parent.func is node:
            return Use(parent, node, "called")
        if isinstance(parent, ast.Call) and parent.args[:1] == [node] and self.refuses(parent):
            return Use(parent, node, f"given to {unparse(parent.func)}()")
        if isinstance(parent, (ast.For, ast.AsyncFor, ast.comprehension)) and parent.iter is node:
            return Use(node, node, "iterated over")
        if isinstance(parent, ast.Starred) or (isinstance(parent, ast.keyword) and parent.arg is None):
            return Use(node, node, "unpacked")
        if isinstance(parent, ast.Dict) and node in parent.values and parent.keys[parent.values.index(node)] is None:
            return Use(node, node, "unpacked")
        if isinstance(parent, ast.Assign) and any(isinstance(each, (ast.Tuple, ast.List)) for each in parent.targets):
            return Use(node, node, "unpacked")
        if isinstance(parent, ast.BinOp) and isinstance(parent.op, _ARITHMETIC):
            return Use(parent, node, "calculated with")
        if isinstance(parent, ast.Compare) and _fails_in(parent, node):
            return Use(
                parent, node, "searched" if isinstance(parent.ops[-1], (ast.In, ast.NotIn)) else "compared by size"
            )
        return None

    def _name(self, value: ast.expr) -> ast.Name | None:
        """The variable to which ``value`` is given, and nothing else is done with it."""
        parent = self.body.parent(value)
        target: ast.expr | None = None
        if isinstance(parent, ast.Assign) and len(parent.targets) == 1:
            target = parent.targets[0]
        elif isinstance(parent, ast.AnnAssign):
            target = parent.target
        elif isinstance(parent, ast.Tuple) and not any(isinstance(item, ast.Starred) for item in parent.elts):
            # first, second = receive(), receive()
            outer = self.body.parent(parent)
            targets = outer.targets[0] if isinstance(outer, ast.Assign) else None
            if isinstance(targets, ast.Tuple) and len(targets.elts) == len(parent.elts):
                target = targets.elts[parent.elts.index(value)]
        return target if isinstance(target, ast.Name) else None

    # ------------------------------------------------------------------ what is done with a variable

    def _end(self, name: ast.Name) -> _Place:
        """Where the variable has its value: behind the statement that gives it, or the head of a loop."""
        statement = statement_of(self.body, name)
        if isinstance(statement, (ast.For, ast.AsyncFor)):
            return _place(statement.iter)
        simple = isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr))
        return _end_of(statement) if statement is not None and simple else _end_of(name)

    def _loads_until_stored(self, name: str, start: _Place) -> Iterator[ast.Name]:
        """Where the variable is looked at below ``start``, until it is given something else."""
        loads = self._loads(name)
        stores = self._stores[name]
        after = bisect_right(stores, start)
        end = stores[after] if after < len(stores) else None
        for place, load in loads[bisect_left(loads, start, key=_of) :]:
            if end is not None and place >= end:
                return
            yield load

    def _loads(self, name: str) -> list[tuple[_Place, ast.Name]]:
        """Where the variable is looked at, in the order of the text."""
        if name not in self._looks:
            for each in self._names.get(name, ()):
                if isinstance(each.ctx, ast.Load):
                    self._looks.setdefault(name, []).append((_place(each), each))
                else:
                    self._stores.setdefault(name, []).append(self._end(each))
            self._looks.setdefault(name, []).sort(key=_of)
            self._stores.setdefault(name, []).sort()
        return self._looks[name]

    @cached_property
    def _names(self) -> dict[str, list[ast.Name]]:
        found: dict[str, list[ast.Name]] = {}
        for each in self.body.walk():
            if isinstance(each, ast.Name):
                found.setdefault(each.id, []).append(each)
        return found

    def _is_only_seen(self, load: ast.Name) -> bool:
        """Whether a look at the variable tells nothing of whether it is None."""
        node: ast.AST = load
        for outer in self.body.ancestors(load):
            if isinstance(outer, ast.If) and node is outer.test:
                # A test that stops nothing: ``if x is None: log(...)``.
                return not outer.orelse and _asks_for_none(outer.test) and all(map(self._only_tells, outer.body))
            if isinstance(outer, ast.Call) and node is not outer.func:
                if not self.looks_only(outer):
                    return False
            elif isinstance(outer, (ast.Assign, ast.AnnAssign)) and node is not load and _asks_for_none(node):
                return False
            elif isinstance(outer, _ENDS):
                return node is not load or isinstance(outer, (ast.Return, ast.Yield, ast.Expr))
            elif not isinstance(outer, _DISPLAYS) and not _asks_for_none(outer):
                return False
            node = outer
        return True

    def _only_tells(self, statement: ast.stmt) -> bool:
        value = statement.value if isinstance(statement, ast.Expr) else None
        value = value.value if isinstance(value, ast.Await) else value
        if isinstance(statement, ast.Pass) or isinstance(value, ast.Constant):
            return True
        return isinstance(value, ast.Call) and self.looks_only(value)

    def _is_chosen(self, load: ast.Name) -> bool:
        """``x["a"] if x else b``: whether the use stands before the look at it, and depends on it all the same."""
        for outer in self.body.ancestors(load):
            tests = [outer.test] if isinstance(outer, ast.IfExp) else []
            if isinstance(outer, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
                tests = [test for generator in outer.generators for test in generator.ifs]
            for test in tests:
                if any(
                    isinstance(each, ast.Name) and each.id == load.id and each is not load for each in ast.walk(test)
                ):
                    return True
        return False

    def _is_left_for(self, name: ast.Name, load: ast.Name) -> bool:
        """Whether a loop that gives the variable its value looks at it, and ``load`` stands behind the loop:
        ``while x is None: x = receive()``."""
        behind = [*self.body.ancestors(load)]
        for outer in self.body.ancestors(name):
            if isinstance(outer, (ast.While, ast.For, ast.AsyncFor)) and outer not in behind:
                loads = self._loads(name.id)
                first = bisect_left(loads, (outer.lineno, outer.col_offset), key=_of)
                inside = loads[first : bisect_left(loads, _end_of(outer), key=_of)]
                if not all(self._is_only_seen(each) for _, each in inside):
                    return True
        return False

    def _is_caught(self, node: ast.AST) -> bool:
        """Whether a handler around catches what a use of None raises."""
        for outer in self.body.ancestors(node):
            if isinstance(outer, ast.Try) and node in outer.body:
                if any(self._catches(handler.type) for handler in outer.handlers):
                    return True
            elif isinstance(outer, (ast.With, ast.AsyncWith)):
                managers = [item.context_expr for item in outer.items]
                if any(isinstance(each, ast.Call) and self.body.terminal(each.func) == "suppress" for each in managers):
                    return True
            node = outer
        return False

    def _catches(self, handler: ast.expr | None) -> bool:
        types = handler.elts if isinstance(handler, ast.Tuple) else [handler]
        return any(each is None or self.body.terminal(each) in _CATCHES for each in types)


def _asks_for_none(node: ast.AST) -> bool:
    """``x``, ``not x``, ``x is None`` and the like, by themselves."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return _asks_for_none(node.operand)
    return isinstance(node, ast.Name) or compared_with_none(node) is not None


def _fails_in(compare: ast.Compare, node: ast.expr) -> bool:
    operands = [compare.left, *compare.comparators]
    for left, op, right in zip(operands, compare.ops, operands[1:], strict=False):
        if isinstance(op, _FAILING) and (right is node or (left is node and not isinstance(op, (ast.In, ast.NotIn)))):
            return True
    return False


def _of(pair: tuple[_Place, ast.Name]) -> _Place:
    return pair[0]


def _place(node: ast.expr) -> _Place:
    return node.lineno, node.col_offset


def _end_of(node: ast.expr | ast.stmt) -> _Place:
    return node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
