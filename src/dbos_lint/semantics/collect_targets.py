"""What assignments, loops and ``with`` give to names, attributes and items; see :mod:`dbos_lint.semantics.collect`."""

from __future__ import annotations

import ast
from typing import Any

from dbos_lint.semantics.aliases import Renamed, terminal
from dbos_lint.semantics.collect_scopes import Scopes
from dbos_lint.semantics.guards import found_wanting, looked_up
from dbos_lint.semantics.refs import receiver_and_method
from dbos_lint.semantics.sites import MODULE, Ref, Write
from dbos_lint.syntax.spans import span_of
from dbos_lint.syntax.trees import unparse


class Targets(Scopes):
    """Binds targets, and notes what they change that may outlive the function."""

    def target(self, target: ast.expr, node: ast.expr | None, kind: str, value: Ref) -> None:
        """Bind ``target``; ``node`` is the expression assigned, where there is one."""
        if type(target) is ast.Name:
            self._name(target, kind, value)
        elif type(target) is ast.Attribute:
            given = value if kind == "value" else None
            if kind != "augmented":
                self._self_attribute(target, given)
            self._write("attribute", self.references.of(target.value), target, target.attr, given)
        elif type(target) is ast.Subscript:
            key = target.slice.value if type(target.slice) is ast.Constant else None
            item = (key if isinstance(key, str) else None, value if kind == "value" else None)
            index = self.references.of(target.slice) if isinstance(target.slice, (ast.Name, ast.Attribute)) else None
            self._write("item", self.references.of(target.value), target, *item, index)
        elif type(target) is ast.Starred:
            self.target(target.value, None, "unknown", None)
        elif isinstance(target, (ast.Tuple, ast.List)):
            self._several(target, node, kind, value)

    def _name(self, target: ast.Name, kind: str, value: Ref) -> None:
        name, scope = target.id, self.scope
        if name in scope.globals or name in scope.nonlocals:
            self._write("name", name, target, None, value if kind == "value" else None)
            if kind == "augmented":
                outer = self.module.scopes[MODULE] if name in scope.globals else self.enclosing(scope, name)
                self.augment(name, outer)
                return
        if kind == "augmented":
            kind = "unknown"
            self.augment(name, scope)
            if name in scope.bindings:
                return
        self.bind(name, kind, value, target.lineno)

    def _several(self, target: ast.Tuple | ast.List, node: ast.expr | None, kind: str, value: Ref) -> None:
        parts = node.elts if isinstance(node, (ast.Tuple, ast.List)) else []
        pairwise = len(parts) == len(target.elts) and not any(type(part) is ast.Starred for part in parts)
        for index, element in enumerate(target.elts):
            if pairwise and kind == "value":
                self.target(element, parts[index], "value", self.references.of(parts[index]))
            elif _gives_sets(node, self.module.renamed):
                self.target(element, None, "value", ("item", value))
            else:
                self.target(element, None, "unknown", None)

    def iterated(self, target: ast.expr, iterable: Ref) -> None:
        """``for target in iterable``; of pairs, ``.items()`` and ``enumerate()`` tell what the second ones are."""
        if isinstance(target, ast.Tuple) and len(target.elts) == 2 and isinstance(iterable, tuple):
            first, second = target.elts
            given = _seconds(iterable)
            if given is not None and type(second) is not ast.Starred:
                # The first ones of ``.items()`` are the keys.
                keys = ("item", given[1]) if len(given) == 3 else None
                self.target(first, None, "iter" if keys else "unknown", keys)
                self.target(second, None, "iter", given)
                return
        self.target(target, None, "iter", ("item", iterable) if iterable else None)

    def declare(self, target: ast.expr, annotation: Ref) -> None:
        """An annotation without a value tells what a name or attribute is; it writes nothing."""
        if type(target) is ast.Name:
            self.bind(target.id, "value", annotation, target.lineno)
        elif type(target) is ast.Attribute:
            self._self_attribute(target, annotation)

    def _self_attribute(self, target: ast.Attribute, value: Ref) -> None:
        """``self.x = value`` in a method tells what the attribute of the class is."""
        function = self.function
        if function.owner is not None and type(target.value) is ast.Name and target.value.id == function.receiver:
            klass = self.module.classes[function.owner]
            klass.attributes.setdefault(target.attr, []).append((value, self.scope.id))

    def _write(
        self, kind: str, ref: Ref, target: ast.expr, key: str | None = None, value: Ref = None, index: Ref = None
    ) -> None:
        if ref is not None and (kind == "item" or self.function.id != MODULE):
            # What a module does to its own names is no effect; but the items it sets belong to its dicts.
            writes = self.module.stores if self.function.id == MODULE else self.work.writes
            writes.append(Write(kind, ref, self.scope.id, span_of(target), self.guard(target), key, value, index))

    # ------------------------------------------------------------------ what tests make sure of

    def guarded(self, test: ast.expr, holds: bool) -> dict[str, str]:
        """The guards where ``test`` holds or not, added to those around; also those of what a name was looked up as."""
        return {**self.body.guards, **self._found_wanting(test, holds)}

    def _found_wanting(self, test: ast.expr, holds: bool) -> dict[str, str]:
        if type(test) is ast.UnaryOp and type(test.op) is ast.Not:
            return self._found_wanting(test.operand, not holds)
        if type(test) is ast.Name:
            test = self.body.conditions.get(test.id, test)
        guards = found_wanting(test, holds)
        for lookup in [self.body.lookups[name] for name in guards if name in self.body.lookups]:
            guards.update(looked_up(lookup))
        return guards

    def guard(self, target: ast.expr) -> str:
        """How the tests around make sure that ``target`` is only set while there is nothing."""
        guards = self.body.guards
        return guards.get(unparse(target), "") if guards else ""


def _seconds(iterable: tuple[Any, ...]) -> Ref:
    """What the second ones of the pairs in ``iterable`` are: the values of a dict, or what is counted."""
    if iterable[0] != "call":
        return None
    if iterable[1] == "enumerate" and iterable[2] and iterable[2][0] is not None:
        return ("item", iterable[2][0])
    owner, method = receiver_and_method(iterable[1])
    return ("item", owner, None) if method == "items" and owner is not None and not iterable[2] else None


def _gives_sets(node: ast.expr | None, renamed: Renamed) -> bool:
    """Whether ``node`` reads like a wait for tasks, which gives two sets of them."""
    call = node.value if isinstance(node, ast.Await) else None
    return isinstance(call, ast.Call) and terminal(call.func, renamed) in ("wait", "asyncio_wait")
