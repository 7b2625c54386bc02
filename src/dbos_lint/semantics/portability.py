"""What portable JSON changes or refuses: told by how a value is made, or by its annotation."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from dbos_lint.catalog.portable import CALLS, KINDS, MODELS, NAMED_TUPLES, TYPES
from dbos_lint.semantics.making import Making
from dbos_lint.semantics.records import is_dataclass
from dbos_lint.semantics.references import LONGEST_ANNOTATION
from dbos_lint.semantics.scoping import Place
from dbos_lint.semantics.summary import Module
from dbos_lint.semantics.values import ClassValue, Entity, External, FunctionValue, Value
from dbos_lint.syntax.trees import expression

# Generic types that are JSON if what they hold is.
_HOLDERS = frozenset(
    "Annotated Collection Final Iterable List Mapping MutableMapping NotRequired Optional Required Sequence "
    "MutableSequence Union dict list".split()
)
# With a type of JSON beside them, their members are of that type.
_ENUMS = frozenset({"enum.Enum", "enum.Flag"})
_KEYS = "a dict with keys that are no strings"
_MAPPINGS = frozenset({"Dict", "dict", "Mapping", "MutableMapping", "defaultdict", "OrderedDict"})


class Portability(Making):
    """Tells what does not survive as portable JSON: the answer is what it is called, such as "a tuple"."""

    def collection(self, kind: str) -> str:
        return KINDS.get(kind, "")

    def instance(self, name: str) -> str:
        return TYPES.get(name, "")

    def called(self, callee: Value, depth: int) -> str:
        if isinstance(callee, External):
            return CALLS.get(callee.name, "")
        function = callee.function if isinstance(callee, Entity) else callee
        if not isinstance(function, FunctionValue) or self.resolver.function(function).is_async:
            return ""
        return "" if self.resolver.function(function).is_generator else self.result_of(function, depth)

    def object(self, klass: ClassValue, depth: int) -> str:
        lineage = self.resolver.lineage(klass)
        name = self.resolver.klass(klass).name
        bases = {base.name for base in lineage if isinstance(base, External)}
        if bases & NAMED_TUPLES:
            return "a named tuple"
        if bases & MODELS:
            return f"the model '{name}'"
        if bases and bases <= _ENUMS:
            return f"the enumeration '{name}'"
        dataclass = any(is_dataclass(self.resolver, owner) for owner in lineage if isinstance(owner, ClassValue))
        if (dataclass and not bases) or not bases - {"object", "abc.ABC"}:
            return f"an object of '{name}'"
        return ""

    # ------------------------------------------------------------------ by the text

    def literals(self, node: ast.expr) -> Iterator[str]:
        """What an expression writes down that references do not tell: bytes, and keys of dicts."""
        if isinstance(node, ast.Constant) and isinstance(node.value, bytes):
            yield "bytes"
        elif isinstance(node, ast.Dict):
            for key in node.keys:
                if isinstance(key, (ast.Constant, ast.Tuple)) and not isinstance(getattr(key, "value", None), str):
                    yield _KEYS
            for value in node.values:
                yield from self.literals(value)
        elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            for element in node.elts:
                yield from self.literals(element)

    def annotated(self, module: Module, node: ast.expr, place: Place) -> str:
        """What an annotation says that a value is, or holds."""
        if isinstance(node, ast.Constant):
            text = node.value
            inner = expression(text) if isinstance(text, str) and len(text) <= LONGEST_ANNOTATION else None
            return self.annotated(module, inner, place) if inner is not None else ""
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return self.annotated(module, node.left, place) or self.annotated(module, node.right, place)
        if isinstance(node, ast.Subscript):
            return self._generic(module, node, place)
        ref = _dotted(node)
        return self.of(module, ("instance", ref), place) if ref else ""

    def _generic(self, module: Module, node: ast.Subscript, place: Place) -> str:
        base = self.annotated(module, node.value, place)
        if base:
            return base
        name = _dotted(node.value).rpartition(".")[2]
        args = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if name in _MAPPINGS and len(args) == 2:
            if _dotted(args[0]) in ("int", "float", "bool", "tuple") or self.annotated(module, args[0], place):
                return _KEYS
            return self.annotated(module, args[1], place)
        if name not in _HOLDERS:
            return ""
        return next(filter(None, (self.annotated(module, arg, place) for arg in args)), "")


def _dotted(node: ast.expr) -> str:
    """The text of a dotted name; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = _dotted(node.value)
        return f"{base}.{node.attr}" if base else ""
    return ""
