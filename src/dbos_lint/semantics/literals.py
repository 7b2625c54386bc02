"""Which literals an expression may be, where that is certain.

The resolver tells what an expression *may* denote and leaves out what it does not know. Here, an answer holds all that
it can be, or there is none: constants of modules, classes and enums, f-strings and sums of them, and choices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product
from typing import Any, TypeAlias

from dbos_lint.semantics.options import display
from dbos_lint.semantics.resolve import Resolver
from dbos_lint.semantics.scoping import Place, binding_scope, inner_scope, is_bound_later, reaching
from dbos_lint.semantics.sites import MODULE, Binding, Ref
from dbos_lint.semantics.summary import Module, Scope
from dbos_lint.semantics.values import ClassValue, External

Literal: TypeAlias = str | int | float | bool | None
Literals: TypeAlias = tuple[Literal, ...]

# More alternatives, or a longer way to a literal, than a person writes: the program decides.
_MOST = 16
_DEPTH = 12
_ENUMS = frozenset({"enum.Enum", "enum.IntEnum", "enum.StrEnum", "enum.Flag"})
# Enums whose members are what they are assigned.
_VALUES = frozenset({"str", "int", "enum.IntEnum", "enum.StrEnum"})


def literals(resolver: Resolver, module: Module, ref: Ref, place: Place) -> Literals | None:
    """All that ``ref`` can be at ``place``, if these are literals."""
    return _Reader(resolver).read(module, ref, place, 0)


def strings(resolver: Resolver, module: Module, ref: Ref, place: Place) -> tuple[str, ...] | None:
    """All that ``ref`` can be, if these are literal strings."""
    found = literals(resolver, module, ref, place)
    if found is None or not all(isinstance(value, str) for value in found):
        return None
    return tuple(str(value) for value in found)


class _Reader:
    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver

    def read(self, module: Module, ref: Ref, place: Place, depth: int) -> Literals | None:
        if depth > _DEPTH:
            return None
        if isinstance(ref, str):
            name, *attributes = ref.split(".")
            return self._named(module, name, attributes, place, depth + 1)
        if not isinstance(ref, tuple):
            return None
        kind = ref[0]
        if kind == "const":
            return (ref[1],)
        if kind == "or":
            return _union(self.read(module, choice, place, depth + 1) for choice in ref[1:])
        if kind in ("add", "join"):
            parts = [self.read(module, part, place, depth + 1) for part in ref[1:]]
            return _joined(parts, _sum if kind == "add" else _text)
        if kind == "annotated":
            return self.read(module, ref[1], place, depth + 1)
        if kind == "item" and len(ref) > 2:
            return self._item(module, ref[1], ref[2], place, depth + 1)
        if kind == "call" and ref[1] == "str" and len(ref[2]) == 1:
            found = self.read(module, ref[2][0], place, depth + 1)
            return found if found is not None and all(isinstance(value, str) for value in found) else None
        return None

    # ------------------------------------------------------------------ names

    def _named(self, module: Module, name: str, attributes: list[str], place: Place, depth: int) -> Literals | None:
        scope = binding_scope(module, place.scope, name)
        if scope is not None and scope.kind == "class" and is_bound_later(scope, name, place):
            scope = binding_scope(module, scope.parent, name)
        if scope is None:
            return None
        inside = inner_scope(module, place.scope) == scope.id
        return self._bound(module, scope, name, attributes, place if inside else None, depth)

    def _bound(
        self, module: Module, scope: Scope, name: str, attributes: list[str], place: Place | None, depth: int
    ) -> Literals | None:
        """What ``name.attributes`` is, ``name`` being bound in ``scope`` and used at ``place`` or after its end."""
        bindings: Sequence[Binding] = scope.bindings[name]
        if len(bindings) > 1:
            bindings = reaching(module, bindings, place)
        if not bindings or depth > _DEPTH or name in scope.augmented:
            return None
        return _union(self._binding(module, scope, binding, attributes, depth) for binding in bindings)

    def _binding(
        self, module: Module, scope: Scope, binding: Binding, attributes: list[str], depth: int
    ) -> Literals | None:
        kind, value = binding.kind, binding.value
        before = Place(scope.id, binding.row - 1, binding.block)
        if kind == "import":
            return self._imported(module, value, attributes, depth)
        if kind == "class" and attributes:
            return self._of_class(ClassValue(module.path, value), attributes, depth)
        if kind == "param" and len(attributes) == 1 and value == 0:
            return self._of_receiver(module, scope, attributes[0], depth)
        if kind == "def" and attributes in (["__name__"], ["__qualname__"]):
            function = module.functions[value]
            return None if function.decorators else (getattr(function, attributes[0].strip("_")),)
        if kind == "iter" and isinstance(value, tuple) and len(value) == 2:
            return self._elements(module, value[1], attributes, before, depth)
        return self.read(module, value, before, depth + 1) if kind in ("value", "iter") and not attributes else None

    def _item(self, module: Module, ref: Ref, key: str | None, place: Place, depth: int) -> Literals | None:
        """What a dict that is written down holds under ``key``, or, where that is not known, under any key."""
        found = display(self._resolver, module, place, ref)
        if found is None or not found.items or any(name is None for name, _ in found.items):
            return None
        held = [value for name, value in found.items if key in (name, None)]
        taken = held if key is None else held[-1:]
        return _union(self.read(found.module, value, found.place, depth) for value in taken) if taken else None

    def _elements(self, module: Module, ref: Ref, attributes: list[str], place: Place, depth: int) -> Literals | None:
        """What ``element.attributes`` is, for each that iterating over ``ref`` gives."""
        if isinstance(ref, str):
            found = self._resolver.resolve(module, ref, place)
            if len(found) == 1 and isinstance(found[0], ClassValue):
                return self._members(found[0], attributes, depth)
        if attributes:
            return None
        keys = display(self._resolver, module, place, ref) if isinstance(ref, str) else None
        if keys is not None:
            names = [name for name, _ in keys.items if name is not None]
            return tuple(dict.fromkeys(names)) if len(names) == len(keys.items) <= _MOST else None
        return self._listed(module, ref, place, depth)

    def _members(self, klass: ClassValue, attributes: list[str], depth: int) -> Literals | None:
        """What ``member.attributes`` is, for each member of an enum."""
        scope = self._resolver.module(klass.module).scopes[self._resolver.klass(klass).scope]
        names = [
            name
            for name, bindings in scope.bindings.items()
            if not name.startswith("_") and all(binding.kind != "def" for binding in bindings)
        ]
        bases = {ancestor.name for ancestor in self._resolver.lineage(klass) if isinstance(ancestor, External)}
        if not names or bases.isdisjoint(_ENUMS):
            return None
        return _union(self._of_class(klass, [name, *attributes], depth) for name in names)

    def _listed(self, module: Module, ref: Ref, place: Place, depth: int) -> Literals | None:
        """What the elements of ``ref``, a display or the name of a tuple, are."""
        if isinstance(ref, str) and "." not in ref:
            scope = binding_scope(module, place.scope, ref)
            bindings = scope.bindings[ref] if scope is not None else []
            if scope is None or len(bindings) != 1 or bindings[0].kind != "value":
                return None
            ref, place = bindings[0].value, Place(scope.id, bindings[0].row - 1, bindings[0].block)
            if isinstance(ref, tuple) and ref[0] == "annotated":
                ref = ref[1]
            if not isinstance(ref, tuple) or ref[0] != "tuple":
                return None
        if not isinstance(ref, tuple) or ref[0] not in ("tuple", "list", "set") or len(ref) < 2:
            return None
        return _union(self.read(module, element, place, depth + 1) for element in ref[1:])

    # ------------------------------------------------------------------ other modules, classes

    def _imported(
        self, module: Module, imported: tuple[str, str, int], attributes: list[str], depth: int
    ) -> Literals | None:
        name, attribute, level = imported
        path = self._resolver.project.find(name, level, module.path)
        if path is None:
            return None
        return self._member(path, [attribute, *attributes] if attribute else attributes, depth)

    def _member(self, path: str, names: list[str], depth: int) -> Literals | None:
        if not names or depth > _DEPTH:
            return None
        module = self._resolver.project.module(path) if path.endswith(".py") else None
        if module is not None:
            root = module.scopes[MODULE]
            if names[0] in root.bindings:
                return self._bound(module, root, names[0], names[1:], None, depth + 1)
            for starred, level in root.stars:
                source = self._resolver.project.find(starred, level, path)
                found = self._member(source, names, depth + 1) if source is not None else None
                if found is not None:
                    return found
        inner = self._resolver.project.submodule(path, names[0])
        return self._member(inner, names[1:], depth + 1) if inner is not None else None

    def _of_class(self, klass: ClassValue, attributes: list[str], depth: int) -> Literals | None:
        """``C.NAME``, and ``C.NAME.value`` of an enum."""
        name, *rest = attributes
        lineage = self._resolver.lineage(klass)
        bases = {ancestor.name for ancestor in lineage if isinstance(ancestor, External)}
        is_enum = not bases.isdisjoint(_ENUMS)
        if rest == ["value"] and is_enum:
            rest = []
        elif is_enum and bases.isdisjoint(_VALUES):
            return None
        for ancestor in lineage:
            if not isinstance(ancestor, ClassValue):
                continue
            module = self._resolver.module(ancestor.module)
            scope = module.scopes[self._resolver.klass(ancestor).scope]
            if name in scope.bindings:
                return self._bound(module, scope, name, rest, None, depth + 1)
        return None

    def _of_receiver(self, module: Module, scope: Scope, attribute: str, depth: int) -> Literals | None:
        """``self.NAME``, where neither a method nor a subclass in the same file can change it."""
        function = module.functions[scope.function]
        if function.owner is None or not function.receiver:
            return None
        owner = module.classes[function.owner]
        if attribute in owner.attributes or any(owner.name in klass.bases for klass in module.classes):
            return None
        return self._of_class(ClassValue(module.path, owner.id), [attribute], depth)


def _union(found: Iterable[Literals | None]) -> Literals | None:
    values: dict[tuple[type, Literal], Literal] = {}
    for alternatives in found:
        if alternatives is None:
            return None
        values.update({(type(value), value): value for value in alternatives})
    return tuple(values.values()) if len(values) <= _MOST else None


def _joined(parts: Sequence[Literals | None], join: Callable[[Sequence[Any]], Literal]) -> Literals | None:
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    combined = list(_combinations(known))
    try:
        return tuple(dict.fromkeys(join(values) for values in combined)) if len(combined) <= _MOST else None
    except TypeError:
        return None


def _combinations(parts: Sequence[Literals]) -> Iterator[tuple[Literal, ...]]:
    for index, values in enumerate(product(*parts)):
        if index > _MOST:
            return
        yield values


def _sum(values: Sequence[Any]) -> Literal:
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total if isinstance(total, (str, int, float)) else None


def _text(values: Sequence[Any]) -> Literal:
    if not all(isinstance(value, str) for value in values):
        raise TypeError
    return "".join(values)
