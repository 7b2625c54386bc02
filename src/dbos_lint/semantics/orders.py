"""What has no order that another process would repeat: sets, listings of folders, and what is made of them.

The order of a *list* that a step returns is recorded; a set is pickled, and gets another order when it is read again.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import TYPE_CHECKING

from dbos_lint.catalog import api, order
from dbos_lint.semantics.externals import known_as
from dbos_lint.semantics.refs import is_call, receiver_and_method
from dbos_lint.semantics.scoping import Place, binding_scope, inner_scope, place_of, reaching
from dbos_lint.semantics.sites import Binding, Call, Loop, Ref
from dbos_lint.semantics.summary import Function, Module
from dbos_lint.semantics.values import (
    Container,
    Environment,
    External,
    FunctionValue,
    Instance,
    Value,
    awaited,
    is_set,
)

if TYPE_CHECKING:
    from dbos_lint.semantics.resolve import Resolver

# How many names and functions an order is followed through.
_DEPTH = 8
_TASK = External("asyncio.Task")
_EMPTY = (("call", "set", (), ()), ("call", "frozenset", (), ()))


class Unordered(Enum):
    """Why something has no order."""

    SET = "a set"
    TASKS = "a set of tasks"
    LISTING = "a listing of files"


class Orders:
    """Asks for the order of references in the functions of one project."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver

    def of_loop(self, module: Module, loop: Loop, env: Environment | None = None) -> Unordered | None:
        """Why the elements come in no certain order; None where they do, or where it is not known."""
        return self.of(module, loop.iterable, Place(loop.scope, loop.span.row, loop.outer), env)

    def of(
        self, module: Module, ref: Ref, place: Place, env: Environment | None = None, depth: int = 0
    ) -> Unordered | None:
        if ref is None or depth > _DEPTH:
            return None
        if isinstance(ref, str):
            return self._of_name(module, ref, place, env, depth)
        kind = ref[0]
        if kind == "call":
            return self._of_call(module, ref, place, env, depth)
        if kind == "or":
            parts = [part for part in ref[1:] if part not in _EMPTY]
            return self._first(module, parts, place, env, depth)
        if kind == "await":
            found = self.of(module, ref[1], place, env, depth + 1)
            return found or self._of_values(self._resolver.resolve(module, ref, place, env))
        if kind == "annotated":
            made = self.of(module, ref[1], place, env, depth + 1)
            told = [value for value in self._resolver.resolve(module, ref[2], place, env) if is_set(value)]
            if not told or (isinstance(ref[1], tuple) and ref[1][0] == "set"):
                return made
            # The annotation may tell that the elements are numbers.
            return self._of_values(told)
        if kind == "comp" and len(ref) > 2:
            if ref[1] == "set":
                return None if self._is_number(module, ref[3], place, env) else Unordered.SET
            return self.of(module, ref[2], place, env, depth + 1)
        if kind == "set" and not _is_annotation(ref):
            numbers = all(self._is_number(module, part, place, env) for part in ref[1:])
            return None if numbers or len(ref) == 2 else Unordered.SET
        if kind == "sets":
            return self._of_sides(module, ref, place, env, depth)
        if kind == "item" and is_call(ref[1]) and ref[1][1] in order.MAKES_LIST:
            # ``list(names)[:3]``
            return self.of(module, ref[1], place, env, depth + 1)
        return self._of_values(self._resolver.resolve(module, ref, place, env))

    def _first(
        self, module: Module, refs: Sequence[Ref], place: Place, env: Environment | None, depth: int
    ) -> Unordered | None:
        """The first of ``refs`` that has no order tells why."""
        for ref in refs:
            found = self.of(module, ref, place, env, depth + 1)
            if found is not None:
                return found
        return None

    # ------------------------------------------------------------------ names

    def _of_name(self, module: Module, ref: str, place: Place, env: Environment | None, depth: int) -> Unordered | None:
        name, _, rest = ref.partition(".")
        scope = binding_scope(module, place.scope, name)
        if rest or scope is None or (env is not None and name in env):
            return self._of_values(self._resolver.resolve(module, ref, place, env))
        function = module.functions[scope.function]
        at_place = place if inner_scope(module, place.scope) == scope.id else None
        bindings = [
            binding for binding in reaching(module, scope.bindings[name], at_place) if binding.kind != "unknown"
        ]
        if scope.kind == "function" and self._is_sorted(function, name, place, at_place, bindings):
            return None
        for binding in bindings:
            found = self._of_binding(module, scope.id, name, binding, env, depth)
            if found is not None:
                return found
        return self._of_filled(module, function, name, place, env, depth) if at_place is not None else None

    def _of_binding(
        self, module: Module, scope: int, name: str, binding: Binding, env: Environment | None, depth: int
    ) -> Unordered | None:
        if binding.kind == "value":
            place = Place(scope, binding.row - 1, binding.block)
            return self.of(module, binding.value, place, env, depth + 1)
        if binding.kind in ("param", "import", "iter"):
            place = Place(scope, binding.row, binding.block)
            if binding.kind == "import":
                return self._of_import(module, binding, depth)
            return self._of_values(self._resolver.resolve(module, name, place, env))
        return None

    def _of_import(self, module: Module, binding: Binding, depth: int) -> Unordered | None:
        """A name of another module of the project, as that says what it is."""
        source, attribute, level = binding.value
        path = self._resolver.project.find(source, level, module.path) if attribute else None
        other = self._resolver.project.module(path) if path is not None and path.endswith(".py") else None
        if other is None or attribute not in other.scopes[0].bindings:
            return None
        return self.of(other, attribute, Place(0), None, depth + 1)

    def _is_sorted(
        self, function: Function, name: str, place: Place, at_place: Place | None, bindings: list[Binding]
    ) -> bool:
        """Whether the list is sorted in place between what binds it and its use."""
        first = max([binding.row for binding in bindings], default=0)
        return any(
            call.func == f"{name}.sort" and first <= call.span.row and (at_place is None or call.span.row <= place.row)
            for call in function.calls
        )

    def _of_filled(
        self, module: Module, function: Function, name: str, place: Place, env: Environment | None, depth: int
    ) -> Unordered | None:
        """A list that is filled in the order of something else."""
        fills = [f"{name}.{method}" for method in order.FILLS_AT_END]
        for call in function.calls:
            if call.func not in fills or call.span.row > place.row:
                continue
            if call.func.endswith(("extend", "extendleft")) and call.args:
                at_call = place_of(call)
                found = self.of(module, call.args[0], at_call, env, depth + 1)
                if found is not None:
                    return found
            for loop in function.loops:
                if runs_in(module, loop, call):
                    at_loop = Place(loop.scope, loop.span.row, loop.outer)
                    found = self.of(module, loop.iterable, at_loop, env, depth + 1)
                    if found is not None:
                        return found
        return None

    # ------------------------------------------------------------------ calls

    def _of_call(self, module: Module, ref: Ref, place: Place, env: Environment | None, depth: int) -> Unordered | None:
        func = ref[1]
        target, method = receiver_and_method(func)
        values = self._resolver.resolve(module, func, place, env)
        if method in order.OF_SELF and target is not None and all(isinstance(value, External) for value in values):
            return self.of(module, target, place, env, depth + 1)
        for value in values:
            found = self._of_called(module, ref, value, place, env, depth)
            if found is not None:
                return found
        return None

    def _of_called(
        self, module: Module, ref: Ref, value: Value, place: Place, env: Environment | None, depth: int
    ) -> Unordered | None:
        """The order of what calling ``value``, one of the callees of ``ref``, gives."""
        _, func, args, _ = ref
        if isinstance(value, FunctionValue):
            return self._of_results(value, depth)
        if isinstance(value, External):
            name = known_as(value)
            if value.name in order.LISTINGS:
                return Unordered.LISTING
            if name in order.KEEPS_ORDER:
                given = [args[position] for position in order.KEEPS_ORDER[name] if position < len(args)]
                return self._first(module, given, place, env, depth)
            if name in api.RUNS_STEP:
                return self._of_recorded(module, args, place, env)
            if name in ("set", "frozenset"):
                return self._of_made_set(module, args, place, env)
            target, method = receiver_and_method(func)
            if value.base in ("set", "frozenset") and method in order.SET_METHODS:
                sides = [target, *args]
                return self._of_sides(module, ("sets", *sides), place, env, depth)
        return self._of_values(self._resolver.resolve(module, ref, place, env))

    def _of_results(self, value: FunctionValue, depth: int) -> Unordered | None:
        """The order of what a function of the project gives, to judge by its ``return``s, else by its annotation."""
        module, function = self._resolver.module(value.module), self._resolver.function(value)
        if function.is_generator:
            return None
        for result in function.results:
            found = self.of(module, result, Place(function.scope, function.span.end_row), None, depth + 1)
            if found is not None:
                return found
        if any(result is not None for result in function.results):
            return None
        place = Place(module.scopes[function.scope].parent)
        return self._of_values(self._resolver.resolve(module, function.returns, place))

    def _of_recorded(
        self, module: Module, args: tuple[Ref, ...], place: Place, env: Environment | None
    ) -> Unordered | None:
        """What the function given to ``DBOS.run_step`` returns: a list comes back in its order, a set does not."""
        given = self._resolver.resolve(module, args[1], place, env) if len(args) > 1 else ()
        results = [result for value in given for result in self._resolver.call(value, (), {})]
        return self._of_values(list(awaited(tuple(results))))

    def _of_made_set(
        self, module: Module, args: tuple[Ref, ...], place: Place, env: Environment | None
    ) -> Unordered | None:
        """``set(items)``; an empty one is judged by what is put into it, which is not known."""
        if args and self._holds_numbers(module, args[0], place, env):
            return None
        return Unordered.SET

    def _of_sides(
        self, module: Module, ref: Ref, place: Place, env: Environment | None, depth: int
    ) -> Unordered | None:
        """``left | right`` and the like: a set, where one side is one; of numbers, where one side that is known is."""
        if any(is_call(side) and _is_view(side[1]) for side in ref[1:]):
            return Unordered.SET
        found = self._first(module, ref[1:], place, env, depth)
        if found in (Unordered.SET, Unordered.TASKS):
            return found
        known = [value for side in ref[1:] for value in self._resolver.resolve(module, side, place, env)]
        return found if any(map(is_set, known)) else None

    # ------------------------------------------------------------------ values

    def _of_values(self, values: tuple[Value, ...] | list[Value]) -> Unordered | None:
        for value in values:
            if is_set(value):
                elements = value.elements if isinstance(value, Container) else ()
                if _TASK in [element.type for element in elements if isinstance(element, Instance)]:
                    return Unordered.TASKS
                if not (elements and all(map(_is_number, elements))):
                    return Unordered.SET
        return None

    def _holds_numbers(self, module: Module, ref: Ref, place: Place, env: Environment | None) -> bool:
        if isinstance(ref, tuple) and ref[0] == "comp" and len(ref) > 2:
            return self._is_number(module, ref[3], place, env)
        if is_call(ref):
            return External("range") in self._resolver.resolve(module, ref[1], place, env)
        if isinstance(ref, tuple) and ref[0] in ("list", "tuple", "set"):
            return all(self._is_number(module, part, place, env) for part in ref[1:])
        values = self._resolver.resolve(module, ref, place, env)
        return bool(values) and all(
            isinstance(value, Container)
            and value.kind not in ("dict", "mapping")
            and value.elements
            and all(map(_is_number, value.elements))
            for value in values
        )

    def _is_number(self, module: Module, ref: Ref, place: Place, env: Environment | None) -> bool:
        if isinstance(ref, tuple) and ref[0] == "const":
            return isinstance(ref[1], (int, float))
        if is_call(ref):
            callees = self._resolver.resolve(module, ref[1], place, env)
            return bool(callees) and all(isinstance(c, External) and c.name in order.GIVES_NUMBER for c in callees)
        return False


def _is_number(value: Value) -> bool:
    return isinstance(value, Instance) and isinstance(value.type, External) and value.type.name in order.NUMBERS


def _is_annotation(ref: Ref) -> bool:
    """Whether a set is written as ``set[str]``, not as ``{text}``."""
    return len(ref) == 2 and isinstance(ref[1], tuple) and ref[1][0] in ("instance", "or", "type", "mapping")


def _is_view(func: Ref) -> bool:
    """Whether ``func`` gives the keys or items of a dict, whose difference or union is a set."""
    return receiver_and_method(func)[1] in order.VIEWS


def runs_in(module: Module, loop: Loop, call: Call) -> bool:
    """Whether ``call`` is made for each element of ``loop``; both stand in one function."""
    if loop.block:
        return module.encloses(loop.block, call.block)
    scope = call.scope
    while scope != loop.inner and module.scopes[scope].kind == "comprehension":
        scope = module.scopes[scope].parent
    return scope == loop.inner
