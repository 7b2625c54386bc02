"""How many things collections hold, apart from what these are; see :mod:`dbos_lint.semantics.flow`."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from dbos_lint.semantics.flow_variables import Variables

COMPREHENSIONS = frozenset({ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp})
# What holds as many things as it is given, whatever they are.
_AS_MANY = frozenset({"enumerate", "list", "reversed", "sorted", "tuple", "zip"})


class Sizes(Variables):
    """Follows what decides how many things there are."""

    def value(self, node: ast.expr | None) -> int:
        """The origins of what ``node`` may give."""
        raise NotImplementedError

    def values(self, nodes: Iterable[ast.expr | None]) -> int:
        """The origins of what any of ``nodes`` may give."""
        raise NotImplementedError

    def assign(self, target: ast.expr, mask: int, value: ast.expr | None = None) -> None:
        """Put ``mask``, what ``value`` holds if that is given, into ``target``."""
        raise NotImplementedError

    def size(self, node: ast.expr | None) -> int:
        """The origins of what decides how many things the collection ``node`` holds."""
        known = None
        if isinstance(node, ast.Name):
            known = self.env.get(f"#{node.id}")
        elif type(node) in COMPREHENSIONS:
            self.value(node)
            known = self.counted
        elif isinstance(node, (ast.List, ast.Tuple)):
            known = self.values(each for each in node.elts if type(each) is ast.Starred)
        elif isinstance(node, ast.Call) and self._is_as_many(node):
            known = 0
            for argument in node.args:
                known |= self.size(argument)
        return self.value(node) if known is None else known

    def _is_as_many(self, call: ast.Call) -> bool:
        """Whether ``call`` gives as many things as it is given."""
        func, plain = call.func, all(keyword.arg == "strict" for keyword in call.keywords)
        return plain and isinstance(func, ast.Name) and func.id in _AS_MANY and func.id not in self.own

    def truth(self, test: ast.expr) -> int:
        """The origins of whether a condition holds: of a collection, it asks whether it is empty."""
        bare = test.operand if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) else test
        return self.size(bare) if isinstance(bare, ast.Name) else self.value(test)

    def things(self, iterable: ast.expr) -> list[int]:
        """The origins of the things of ``iterable``; of what ``enumerate`` and ``zip`` pair, one by one."""
        mask = self.value(iterable)
        if not isinstance(iterable, ast.Call) or not self._is_as_many(iterable):
            return [mask]
        name = iterable.func.id if isinstance(iterable.func, ast.Name) else ""
        if name not in ("enumerate", "zip") or any(type(each) is ast.Starred for each in iterable.args):
            return [mask]
        return [self.value(each) for each in iterable.args] if name == "zip" else [0, mask]

    def assign_each(self, target: ast.expr, things: list[int]) -> None:
        """Put what ``things`` tells into ``target``."""
        elements = target.elts if isinstance(target, (ast.Tuple, ast.List)) else []
        if len(things) == len(elements) and not any(type(each) is ast.Starred for each in elements):
            for element, mask in zip(elements, things, strict=True):
                self.assign(element, mask)
            return
        mask = 0
        for each in things:
            mask |= each
        self.assign(target, mask)
