"""The values of expressions, as masks of the origins that they may come from; see :mod:`dbos_lint.semantics.flow`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any

from dbos_lint.catalog.api import QUEUE_PROPERTIES
from dbos_lint.catalog.flow import PURE_FUNCTIONS, PURE_METHODS
from dbos_lint.catalog.nondeterminism import VALUE_TERMINALS
from dbos_lint.catalog.types import MUTATORS
from dbos_lint.semantics.flow_nodes import (
    asks_presence,
    bound_names,
    logs,
    part_name,
    part_of,
    region,
    root_name,
)
from dbos_lint.semantics.flow_sizes import COMPREHENSIONS, Sizes
from dbos_lint.semantics.flow_variables import Parts
from dbos_lint.semantics.flows import (
    CALLEE,
    KEEP,
    LOST,
    RECEIVER,
    RETURN,
    UNPACKED,
    Branch,
    Changed,
    Given,
    Presence,
    ReadFrom,
    ReadOrigin,
)
from dbos_lint.syntax.trees import made_by

# Attributes that may not depend on what is known of their object.
_OF_QUEUES = frozenset({*QUEUE_PROPERTIES, "name"})
_COMPUTES = PURE_METHODS - VALUE_TERMINALS
# Addresses are fit for this: to tell objects apart.
_LOOKS_UP = frozenset({"get", "pop", "setdefault", "discard", "remove"})
_COLLECTIONS = COMPREHENSIONS | {ast.List}
# Methods after which a list holds one more, or as many as before, whatever they are given.
_ADDS_ONE = frozenset({"append", "appendleft", "reverse", "sort"})
_TELLS_APART = (ast.Eq, ast.NotEq, ast.In, ast.NotIn)


class ValueTracer(Sizes):
    """Follows values through the expressions of one function."""

    # ------------------------------------------------------------------ assignment

    def assign(self, target: ast.expr, mask: int, value: ast.expr | None = None) -> None:
        """Put ``mask``, what ``value`` holds if that is given, into ``target``."""
        if isinstance(target, ast.Name):
            self._assign_name(target.id, mask, value)
        elif isinstance(target, (ast.Tuple, ast.List)):
            elements = target.elts
            parts = value.elts if isinstance(value, (ast.Tuple, ast.List)) else []
            if len(parts) == len(elements) and not any(type(each) is ast.Starred for each in (*parts, *elements)):
                # All are evaluated before any is assigned.
                masks = [self.value(part) for part in parts]
                for element, part, each in zip(elements, parts, masks, strict=True):
                    self.assign(element, each, part)
            else:
                for element in elements:
                    self.assign(element, mask)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, mask)
        elif isinstance(target, (ast.Attribute, ast.Subscript)):
            self._assign_part(target, mask | self.runs)

    def _assign_name(self, name: str, mask: int, value: ast.expr | None) -> None:
        if (
            isinstance(value, ast.Dict)
            and name in self.own
            and all(isinstance(key, ast.Constant) for key in value.keys)
        ):
            held = {part_of(name, key): self.value(part) for key, part in zip(value.keys, value.values, strict=True)}
            self.store(name, 0)
            for part, each in held.items():
                self._replace(name, part, self.mixed(each | self.control))
            self.count(name, 0)
        elif type(value) in _COLLECTIONS:
            size = self.size(value)
            self.store(name, mask)
            self.count(name, size)
        else:
            self.store(name, mask)

    def _assign_part(self, target: ast.Attribute | ast.Subscript, mask: int) -> None:
        grows = self.runs
        if isinstance(target, ast.Subscript):
            key = self.value(target.slice) & ~self._addresses
            mask, grows = mask | key, grows | key
        root = root_name(target)
        if root is None:
            self.put(KEEP, mask | self.runs)
            self.value(target.value)
            return
        part = part_name(target)
        if part and root in self.own and root not in self.params:
            self._replace(root, part, mask)
            self.grow(root, grows)
        else:
            self.add(root, mask, part, grows)

    def _replace(self, name: str, part: str, mask: int) -> None:
        """A part of a local object is given another value."""
        self._parts.setdefault(name, Parts()).add(part)
        self.env[part] = mask
        if mask:
            self.ever[name] = self.ever.get(name, 0) | mask

    # ------------------------------------------------------------------ expressions

    def value(self, node: ast.expr | None) -> int:
        """The origins of what ``node`` may give."""
        if node is None:
            return 0
        evaluate = EVALUATE.get(type(node))
        return self._union(node) if evaluate is None else evaluate(self, node)

    def values(self, nodes: Iterable[ast.expr | None]) -> int:
        mask = 0
        for node in nodes:
            mask |= self.value(node)
        return mask

    def _union(self, node: ast.expr) -> int:
        mask = 0
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                mask |= self.value(child)
        return mask

    def _nothing(self, node: ast.expr) -> int:
        return 0

    def _name(self, node: ast.Name) -> int:
        value = self.load(node.id)
        if id(node) in self.marks.reads:
            value |= self.bit(ReadOrigin(self.marks.reads[id(node)]))
        return value

    def _attribute(self, node: ast.Attribute) -> int:
        base = node.value
        root = root_name(node) if self._parts else None
        value = self._of_part(root, node) if root in self._parts else self.value(base)
        index = self.marks.reads.get(id(node))
        if index is not None:
            if value and node.attr in _OF_QUEUES:
                self.put(ReadFrom(index), value)
                value = 0
            value |= self.bit(ReadOrigin(index))
        return value

    def _subscript(self, node: ast.Subscript) -> int:
        root = root_name(node) if self._parts else None
        value = self._of_part(root, node) if root in self._parts else self.value(node.value)
        return value | (self.value(node.slice) & ~self._addresses)

    def _of_part(self, root: str | None, node: ast.Attribute | ast.Subscript) -> int:
        """What a part of a variable holds: what the variable holds as a whole, and what was put there."""
        assert root is not None
        part = part_name(node)
        if not part:
            return self.value(node.value)
        mask = self.env.get(root)
        mask = self._outside(root) if mask is None else mask
        for known in self._parts[root].related(part):
            mask |= self.env.get(known, 0)
        return mask

    def _binary(self, node: ast.BinOp) -> int:
        return self.value(node.left) | self.value(node.right)

    def _operand(self, node: Any) -> int:
        return self.value(node.operand)

    def _inner(self, node: Any) -> int:
        return self.value(node.value)

    def _several(self, node: Any) -> int:
        return self.values(node.elts)

    def _joined(self, node: Any) -> int:
        return self.values(node.values)

    def _dict(self, node: ast.Dict) -> int:
        return self.values(node.keys) | self.values(node.values)

    def test(self, node: ast.expr) -> int:
        """The value of a condition, where ``x`` and ``not x`` ask whether there is anything at all."""
        if not asks_presence(node) or type(node) is ast.Compare:
            return self.value(node)
        mask = self.size(node.operand if type(node) is ast.UnaryOp else node)
        return self._presence(node, mask) if mask else 0

    def only_asks(self, node: ast.expr) -> bool:
        """Whether a condition asks whether there is something, or for the answer that a variable holds:
        ``missing = x is None``. A variable by itself may be a flag."""
        if isinstance(node, ast.Name):
            held = self.env.get(node.id, 0)
            return bool(held) and not held & ~self._answers
        return asks_presence(node)

    def _presence(self, node: ast.expr, mask: int) -> int:
        answer = Presence(region(node))
        self.put(answer, mask)
        self._answers |= self.bit(answer)
        return self.bit(answer)

    def _compare(self, node: ast.Compare) -> int:
        mask = self.value(node.left) | self.values(node.comparators)
        if mask and asks_presence(node):
            return self._presence(node, mask)
        if self._addresses and all(isinstance(op, _TELLS_APART) for op in node.ops):
            mask &= ~self._addresses
        return mask

    def _boolean(self, node: ast.BoolOp) -> int:
        polled, last = self.polled, node.values[-1]
        # ``x or 1`` gives what ``x`` is; of ``x and y``, only the truth of ``x`` shows.
        look = self.value if isinstance(node.op, ast.Or) else self.test
        mask = look(node.values[0])
        for left, right in zip(node.values, node.values[1:], strict=False):
            if mask:
                self.put(Branch(region(right, last), polled or region(left), polled is not None), mask)
            mask = self.mixed(mask | (self.value(right) if right is last else look(right)))
        return mask

    def _choice(self, node: ast.IfExp) -> int:
        test = self.test(node.test)
        if test:
            self.put(Branch(region(node.body), region(node.test)), test)
            self.put(Branch(region(node.orelse), region(node.test)), test)
        return test | self.value(node.body) | self.value(node.orelse)

    def _walrus(self, node: ast.NamedExpr) -> int:
        mask = self.value(node.value)
        self.store(node.target.id, mask)
        return mask

    def _yield(self, node: Any) -> int:
        self.put(RETURN, self.value(node.value) | self.runs)
        return 0

    def _lambda(self, node: ast.Lambda) -> int:
        self.define(node)
        return 0

    def define(self, node: Any) -> None:
        """A function is defined here; it is followed with the names that it uses of this one."""
        raise NotImplementedError

    def _comprehension(self, node: Any) -> int:
        results = made_by(node)
        mask = 0
        hidden = {name: self.env.get(name) for each in node.generators for name in bound_names(each.target)}
        for generator in node.generators:
            count = self.size(generator.iter)
            self.assign_each(generator.target, self.things(generator.iter))
            mask |= count
            for condition in generator.ifs:
                test = self.value(condition)
                self.put(Branch(region(*results), region(condition)), test)
                mask |= test
            self.put(Branch(region(*results), region(generator.iter)), count)
        # A set holds equal results once, a dict equal keys.
        keys = self.values(results[:1]) if type(node) in (ast.SetComp, ast.DictComp) else 0
        counted = mask | keys
        mask |= self.values(results)
        for name, before in hidden.items():
            self.env.pop(name, None)
            if before is not None:
                self.env[name] = before
        self.counted = counted
        return mask

    # ------------------------------------------------------------------ calls

    def _call(self, node: ast.Call) -> int:
        func, number = node.func, self.marks.calls.get(id(node))
        receiver, root = 0, None
        if isinstance(func, ast.Name):
            if func.id == "len" and len(node.args) == 1:
                return self.size(node.args[0])
            if func.id in PURE_FUNCTIONS and not any(keyword.arg == "key" for keyword in node.keywords):
                return self.values(node.args) | self.values([keyword.value for keyword in node.keywords])
            receiver = self.load(func.id)
        elif isinstance(func, ast.Attribute):
            receiver = self.value(func.value)
            if func.attr in _COMPUTES:
                if number is not None and isinstance(func.value, ast.Attribute):
                    # It may be a property's value that this is computed of.
                    receiver |= self.bit(number)
                return receiver | self.values(node.args) | self.values([keyword.value for keyword in node.keywords])
            root = root_name(func.value)
        else:
            receiver = self.value(func)
        given = self._arguments(node, number)
        if number is None:
            self.put(LOST, receiver | given)
            return receiver | given
        if receiver:
            self.put(Given(number, RECEIVER if isinstance(func, ast.Attribute) else CALLEE), receiver)
        result = self.bit(number)
        if isinstance(func, ast.Attribute):
            if given & self._addresses and func.attr in _LOOKS_UP:
                self.put(Given(number, RECEIVER), given)
            if root is not None:
                self._change(root, func, given, number)
        elif isinstance(func, ast.Name) and func.id == "id":
            self._addresses |= result
        self.given = given
        return result

    def _arguments(self, node: ast.Call, number: int | None) -> int:
        given = 0
        looks_up = self._addresses and isinstance(node.func, ast.Attribute) and node.func.attr in _LOOKS_UP
        for place, argument in enumerate(node.args):
            mask = self.value(argument)
            if looks_up:
                mask &= ~self._addresses
            if mask and number is not None:
                self.put(Given(number, UNPACKED if type(argument) is ast.Starred else place), mask)
            given |= mask
        for keyword in node.keywords:
            mask = self.value(keyword.value)
            if mask and number is not None:
                self.put(Given(number, keyword.arg or UNPACKED), mask)
            given |= mask
        return given

    def _change(self, root: str, func: ast.Attribute, given: int, number: int) -> None:
        """A method may put what it is given, and what it finds itself, into the object that it is called on."""
        mutates = func.attr in MUTATORS
        if mutates:
            # ``rows.sort(key=...)``: the order is what the call gives.
            given |= self.runs | (self.bit(number) if func.attr == "sort" else 0)
            part = part_name(func.value) if isinstance(func.value, (ast.Attribute, ast.Subscript)) else ""
            self.add(root, given, part, self.runs if func.attr in _ADDS_ONE else None)
        elif root != self.receiver and root not in self.params and self._is_local(root) and not logs(func):
            self.add(root, given | self.bit(Changed(number)))


EVALUATE: dict[type, Callable[[Any, Any], int]] = {
    ast.Constant: ValueTracer._nothing,
    ast.Name: ValueTracer._name,
    ast.Attribute: ValueTracer._attribute,
    ast.Subscript: ValueTracer._subscript,
    ast.Call: ValueTracer._call,
    ast.BinOp: ValueTracer._binary,
    ast.UnaryOp: ValueTracer._operand,
    ast.BoolOp: ValueTracer._boolean,
    ast.Compare: ValueTracer._compare,
    ast.IfExp: ValueTracer._choice,
    ast.Await: ValueTracer._inner,
    ast.Starred: ValueTracer._inner,
    ast.FormattedValue: ValueTracer._inner,
    ast.JoinedStr: ValueTracer._joined,
    ast.List: ValueTracer._several,
    ast.Tuple: ValueTracer._several,
    ast.Set: ValueTracer._several,
    ast.Dict: ValueTracer._dict,
    ast.NamedExpr: ValueTracer._walrus,
    ast.Yield: ValueTracer._yield,
    ast.YieldFrom: ValueTracer._yield,
    ast.Lambda: ValueTracer._lambda,
    ast.ListComp: ValueTracer._comprehension,
    ast.SetComp: ValueTracer._comprehension,
    ast.DictComp: ValueTracer._comprehension,
    ast.GeneratorExp: ValueTracer._comprehension,
}
