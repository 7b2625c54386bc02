"""Expressions -> references: as much of an expression as can name something, and what annotations say."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from sys import intern
from typing import Any

from dbos_lint.semantics.aliases import Renamed, terminal
from dbos_lint.semantics.sites import Ref
from dbos_lint.syntax.spans import span_of
from dbos_lint.syntax.trees import expression

# Generic types whose last argument is the type of what they hold.
_COLLECTIONS = {
    **dict.fromkeys(("list", "List", "Sequence", "Iterable", "Collection"), "list"),
    **dict.fromkeys(("set", "Set", "frozenset", "FrozenSet", "AbstractSet", "MutableSet"), "set"),
    **dict.fromkeys(("dict", "Dict", "Mapping", "MutableMapping", "defaultdict"), "mapping"),
}
# Deeper references than this are unknown: no program that a person wrote has them.
_DEPTH = 40
# Literal numbers from here on are not multiplied.
_LARGE = 10**9
# Nor are numbers of more bits anything that people write: Python refuses to print those of some thousand digits.
_BITS = 1024
# Larger dict displays than this are data, not options.
_ITEMS = 16
# Nor does anyone write longer annotations in quotes.
LONGEST_ANNOTATION = 400
# Longer f-strings are texts, not names.
_PARTS = 8
_UNASKED = object()
_CONSTANTS = (str, int, float, bool, type(None))


class References:
    """The references of one module. ``lambda_id`` tells the id of the function that a lambda makes, ``renamed`` what
    the file imports under other names."""

    __slots__ = ("_calls", "lambda_id", "renamed")

    def __init__(self, lambda_id: Callable[[ast.Lambda], int], renamed: Renamed) -> None:
        self.lambda_id = lambda_id
        self.renamed = renamed
        self._calls: dict[int, Ref] = {}

    def of(self, node: ast.expr | None, depth: int = 0) -> Ref:
        """What ``node`` may name; see :data:`dbos_lint.semantics.sites.Ref`."""
        kind = type(node)  # asked for once; that it tells what node is, type checkers do not see
        if kind is ast.Name:
            return node.id  # type: ignore[union-attr]
        if kind is ast.Constant:
            value = node.value  # type: ignore[union-attr]
            if type(value) is int and value.bit_length() > _BITS:
                return None
            return ("const", value) if isinstance(value, _CONSTANTS) else None
        lower = _LOWER.get(kind)
        return None if lower is None or depth > _DEPTH else lower(self, node, depth)

    def _attribute(self, node: ast.Attribute, depth: int) -> Ref:
        base = node.value
        if type(base) is ast.Name:
            return intern(f"{base.id}.{node.attr}")
        names = [node.attr]
        while type(base) is ast.Attribute:
            names.append(base.attr)
            base = base.value
        names.reverse()
        if type(base) is ast.Name:
            return intern(f"{base.id}.{'.'.join(names)}")
        inner = self.of(base, depth + 1)
        return None if inner is None else ("attr", inner, ".".join(names))

    def call(self, node: ast.Call, depth: int = 0) -> Ref:
        """The result of a call; None where what is called is unknown."""
        key = id(node)
        ref = self._calls.get(key, _UNASKED)
        if ref is _UNASKED:
            ref, of, depth = None, self.of, depth + 1
            func = of(node.func, depth)
            if func is not None:
                args = tuple([of(arg, depth) for arg in node.args]) if node.args else ()
                keywords = tuple([(kw.arg, of(kw.value, depth)) for kw in node.keywords]) if node.keywords else ()
                ref = ("call", func, args, keywords)
            self._calls[key] = ref
        return ref

    def unknown_call(self, node: ast.Call) -> Ref:
        """A call of something that is unknown, for the arguments that it is given."""
        args = tuple([self.of(arg) for arg in node.args])
        return ("call", self.of(node.func), args, tuple([(word.arg, self.of(word.value)) for word in node.keywords]))

    def _lambda(self, node: ast.Lambda, depth: int) -> Ref:
        return ("lambda", self.lambda_id(node))

    def _several(self, node: Any, depth: int) -> Ref:
        kind = {ast.List: "list", ast.Tuple: "tuple", ast.Set: "set"}[type(node)]
        if len(node.elts) == 1 and isinstance(node.elts[0], ast.Starred):
            # ``[*items]`` is ``list(items)``.
            return ("call", kind, (self.of(node.elts[0].value, depth + 1),), ())
        return (kind, *[self.of(element, depth + 1) for element in node.elts])

    def _dict(self, node: ast.Dict, depth: int) -> Ref:
        if len(node.keys) > _ITEMS:
            return ("dict",)
        keys = [
            key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else None for key in node.keys
        ]
        refs = [self.of(value, depth + 1) for value in node.values]
        return ("dict", span_of(node), tuple(zip(keys, refs, strict=True)))

    def _choice(self, node: Any, depth: int) -> Ref:
        choices = [node.body, node.orelse] if type(node) is ast.IfExp else node.values
        # What is unknown stays: with it, nobody takes the rest for all that it may be.
        refs = [self.of(choice, depth + 1) for choice in choices]
        return ("or", *refs) if any(ref is not None for ref in refs) else None

    def _operator(self, node: ast.BinOp, depth: int) -> Ref:
        if type(node.op) is ast.Div:
            left = self.of(node.left, depth + 1)
            return None if left is None else ("div", left)
        if type(node.op) in (ast.BitOr, ast.BitAnd, ast.BitXor, ast.Sub):
            sides = [self.of(side, depth + 1) for side in (node.left, node.right)]
            return None if sides == [None, None] else ("sets", *sides)
        if type(node.op) not in (ast.Add, ast.Mult, ast.Pow):
            return None
        parts: list[Any] = [self.of(part, depth + 1) for part in (node.left, node.right)]
        if type(node.op) is ast.Add:
            return None if None in parts else ("add", *parts)
        if not all(map(_is_number, parts)):
            return None
        left, right = (part[1] for part in parts)
        if type(node.op) is ast.Mult:
            return ("const", left * right)
        return ("const", left**right) if abs(left) <= 10 and 0 <= right <= 64 else None

    def _negative(self, node: ast.UnaryOp, depth: int) -> Ref:
        operand: Any = self.of(node.operand, depth + 1) if type(node.op) is ast.USub else None
        return ("const", -operand[1]) if _is_number(operand) else None

    def _formatted(self, node: ast.JoinedStr, depth: int) -> Ref:
        """An f-string, where names are all that it puts in."""
        parts: list[Ref] = []
        for value in node.values if len(node.values) <= _PARTS else ():
            if isinstance(value, ast.FormattedValue):
                plain = value.format_spec is None and value.conversion == -1
                value = value.value
                if not plain or not isinstance(value, (ast.Name, ast.Attribute, ast.Constant)):
                    return ("comp", "str")
            parts.append(self.of(value, depth + 1))
        return ("join", *parts) if parts and None not in parts else ("comp", "str")

    def comprehension(self, kind: str, node: Any, elements: Sequence[ast.expr], depth: int) -> Ref:
        """A comprehension, as far as it tells the order and the type of what it makes."""
        first, *others = node.generators
        iterable = self.of(first.iter, depth + 1)
        # ``[each for each in things]`` has the elements of the things.
        same = first.target.id if isinstance(first.target, ast.Name) and not others else None
        made = [
            ("item", iterable)
            if iterable and isinstance(element, ast.Name) and element.id == same
            else self._made(node, element, depth)
            for element in elements
        ]
        return ("comp", kind, iterable, *made)

    def _made(self, node: Any, element: ast.expr, depth: int) -> Ref:
        """What ``element`` of a comprehension is, as far as that does not depend on what it runs over."""
        awaited = isinstance(element, ast.Await)
        called = element.value if isinstance(element, ast.Await) else element
        made: Ref = None
        if isinstance(called, ast.Call) and isinstance(called.func, (ast.Name, ast.Attribute)):
            func = self.of(called.func, depth + 1)
            targets = [name for clause in node.generators for name in ast.walk(clause.target)]
            bound = {name.id for name in targets if isinstance(name, ast.Name)}
            if isinstance(func, str) and func.partition(".")[0] not in bound:
                made = ("call", func, (), ())
        elif isinstance(element, ast.Constant):
            made = self.of(element)
        elif isinstance(element, ast.JoinedStr):
            made = ("comp", "str")
        if awaited and made is not None:
            made = ("await", made)
        return made

    def _item(self, node: ast.Subscript, depth: int) -> Ref:
        base = self.of(node.value, depth + 1)
        if base is None:
            return None
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        if isinstance(key, str):
            return ("item", base, key)
        named = self.of(node.slice, depth + 1) if isinstance(node.slice, (ast.Name, ast.Attribute)) else None
        return ("item", base, None, named) if isinstance(named, str) else ("item", base, None)

    def _await(self, node: ast.Await, depth: int) -> Ref:
        inner = self.of(node.value, depth + 1)
        return None if inner is None else ("await", inner)

    def annotation(self, node: ast.expr | None, depth: int = 0) -> Ref:
        """What an annotation says: an ``instance`` reference, a choice of them, or None."""
        if node is None or depth > _DEPTH:
            return None
        if isinstance(node, ast.Constant):
            text = node.value
            if not isinstance(text, str) or len(text) > LONGEST_ANNOTATION:
                return None
            return self.annotation(expression(text), depth + 1)
        if isinstance(node, (ast.Name, ast.Attribute)):
            ref = self.of(node)
            return None if ref is None else ("instance", ref)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return self._union([node.left, node.right], depth)
        if isinstance(node, ast.Subscript):
            return self._generic(node, depth)
        return None

    def _generic(self, node: ast.Subscript, depth: int) -> Ref:
        name = terminal(node.value, self.renamed)
        args = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if name in ("Optional", "Union"):
            return self._union(args, depth)
        if name in ("Annotated", "Final", "ClassVar", "Required", "NotRequired") and args:
            return self.annotation(args[0], depth + 1)
        if name in ("type", "Type") and args:
            inner = self.annotation(args[0], depth + 1)
            return ("type", inner[1]) if inner is not None and inner[0] == "instance" else None
        if name in _COLLECTIONS and args:
            element = self.annotation(args[-1], depth + 1)
            if element is not None and len(args) == (2 if _COLLECTIONS[name] == "mapping" else 1):
                return (_COLLECTIONS[name], element)
        ref = self.of(node.value)
        return None if ref is None else ("instance", ref)

    def _union(self, nodes: Iterable[ast.expr], depth: int) -> Ref:
        refs = [ref for ref in (self.annotation(node, depth + 1) for node in nodes) if ref is not None]
        return ("or", *refs) if refs else None


def _is_number(ref: Ref) -> bool:
    """Whether ``ref`` is a literal number of a size that people write."""
    is_literal = isinstance(ref, tuple) and ref[0] == "const"
    return is_literal and isinstance(ref[1], (int, float)) and abs(ref[1]) < _LARGE


_LOWER: dict[type, Callable[[References, Any, int], Ref]] = {
    ast.Attribute: References._attribute,
    ast.Call: References.call,
    ast.Lambda: References._lambda,
    ast.List: References._several,
    ast.Tuple: References._several,
    ast.Set: References._several,
    ast.Dict: References._dict,
    ast.ListComp: lambda references, node, depth: references.comprehension("list", node, (node.elt,), depth),
    ast.SetComp: lambda references, node, depth: references.comprehension("set", node, (node.elt,), depth),
    # Of a mapping that is unpacked (its value is None), the keys are no results of what makes it.
    ast.DictComp: lambda references, node, depth: references.comprehension(
        "dict", node, (node.key, node.value) if node.value is not None else (node, node), depth
    ),
    ast.GeneratorExp: lambda references, node, depth: references.comprehension("generator", node, (node.elt,), depth),
    ast.JoinedStr: References._formatted,
    ast.IfExp: References._choice,
    ast.BoolOp: References._choice,
    ast.BinOp: References._operator,
    ast.UnaryOp: References._negative,
    ast.Subscript: References._item,
    ast.Await: References._await,
    ast.NamedExpr: lambda references, node, depth: references.of(node.value, depth + 1),
    ast.Starred: lambda references, node, depth: None,
}
