"""Dicts of the types that dbos declares, as programs write them down: configurations, options for enqueueing.

A dict is of such a type where it is annotated so, made by calling the type, or given to what takes one. Its keys are
those of its text and those that are set by name afterwards; of a dict that holds others, or that somebody else may
change, it cannot be told what is missing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property

from dbos_lint.catalog import api, types
from dbos_lint.semantics.analysis import Analysis
from dbos_lint.semantics.collect import Collected
from dbos_lint.semantics.dicts import Literal, dicts, is_dict, of_keywords, written
from dbos_lint.semantics.refs import functions_calling, names_called, terminal
from dbos_lint.semantics.scoping import Place, binding_scope, place_of
from dbos_lint.semantics.sites import Call, Ref, Write
from dbos_lint.semantics.summary import Module
from dbos_lint.semantics.values import External, FunctionValue, Instance, Values
from dbos_lint.syntax.spans import Span, span_of


class Entry:
    """A key of a dict, and where its value is evaluated.

    ``span`` is the dict that has it as ``item``, the target that sets it, or, for a dict of another file that does not
    tell its type, the call that takes it.
    """

    __slots__ = ("item", "key", "module", "place", "ref", "span")

    def __init__(self, key: str, ref: Ref, module: str, place: Place, span: Span, item: int = -1) -> None:
        self.key = key
        self.ref = ref
        self.module = module
        self.place = place
        self.span = span
        self.item = item


class Use:
    """A call that takes a dict of ``type``: what it is given, and the dicts that this may be."""

    __slots__ = ("call", "literals", "ref", "type")

    def __init__(self, call: Call, type: str, ref: Ref, literals: tuple[Literal, ...]) -> None:
        self.call = call
        self.type = type
        self.ref = ref
        self.literals = literals


class TypedDicts:
    """The dicts of one file that are of a type of dbos."""

    def __init__(self, analysis: Analysis, collected: Collected) -> None:
        self._analysis = analysis
        self._resolver = analysis.resolver
        self._collected = collected
        self._module = collected.summary
        self._found: dict[str, bool] = {}
        self._entries: dict[str, tuple[Entry, ...]] = {}

    # ------------------------------------------------------------------ answers

    def uses(self, type: str) -> tuple[Use, ...]:
        """The calls of this file that take a dict of ``type``."""
        return tuple(use for use in self._uses if use.type == type)

    def literals(self, type: str) -> tuple[Literal, ...]:
        """The dicts of ``type`` that this file writes down."""
        return tuple(self._literals.get(type, {}).values())

    def entries(self, type: str) -> tuple[Entry, ...]:
        """The keys of the dicts of ``type`` that this file writes down, sets, or takes from files that do not tell."""
        if type not in self._entries:
            self._entries[type] = tuple(self._find_entries(type))
        return self._entries[type]

    def _find_entries(self, type: str) -> Iterator[Entry]:
        for literal in self.literals(type):
            for index, (key, ref) in enumerate(literal.items):
                if key is not None:
                    yield Entry(key, ref, literal.module, literal.place, literal.span, index)
        for write in self._stores:
            place = Place(write.scope, write.span.row)
            if write.key is not None and self._is_of(type, write.target, place):
                yield Entry(write.key, write.value, self._module.path, place, write.span)
        for target, literal in self._updates:
            if self._is_of(type, target, literal.place):
                for index, (key, ref) in enumerate(literal.items):
                    if key is not None:
                        yield Entry(key, ref, literal.module, literal.place, literal.span, index)
        for use in self.uses(type):
            for literal in use.literals:
                if literal.module != self._module.path and not self._is_declared(literal):
                    for key, ref in literal.items:
                        if key is not None:
                            yield Entry(key, ref, literal.module, literal.place, use.call.span)

    def has(self, *types: str) -> bool:
        """Whether this file has anything to do with dicts of one of the ``types``."""
        return any(self._has(type) for type in types)

    def _has(self, type: str) -> bool:
        if type not in self._found:
            self._found[type] = bool(self.uses(type)) or any(True for _ in self.entries(type))
        return self._found[type]

    def values(self, entry: Entry) -> Values:
        """What the value of an entry is."""
        return self._resolver.resolve(self._resolver.module(entry.module), entry.ref, entry.place)

    def spans(self, entry: Entry) -> tuple[Span, Span]:
        """Where the key and the value of an entry stand in this file."""
        node = self.written(entry.span) if entry.item >= 0 else None
        if isinstance(node, ast.Dict):
            key = node.keys[entry.item]
            assert key is not None
            return span_of(key), span_of(node.values[entry.item])
        if node is not None:
            keyword = node.keywords[entry.item]
            value = span_of(keyword.value)
            return Span(keyword.lineno, keyword.col_offset, *value[2:]), value
        return entry.span, entry.span

    def written(self, span: Span) -> ast.Dict | ast.Call | None:
        """The dict display or call of this file that stands at ``span``."""
        return self._written.get(span)

    @cached_property
    def _written(self) -> dict[Span, ast.Dict | ast.Call]:
        """The dict displays and calls of this file, by where they stand."""
        nodes = self._collected.nodes
        written: list[ast.Dict | ast.Call] = [*nodes.dicts, *(call for call, _ in nodes.calls)]
        return {span_of(node): node for node in written}

    def keys(self, use: Use, literal: Literal) -> frozenset[str] | None:
        """The keys that ``literal`` has when it is used; None where that cannot be told."""
        if literal.hides:
            return None
        home = self._resolver.module(literal.module)
        names = {(home.path, name, literal.place.scope) for name in self._names_of(home, literal)}
        bound = binding_scope(self._module, use.call.scope, use.ref) if isinstance(use.ref, str) else None
        if bound is not None:
            names.add((self._module.path, use.ref, bound.id))
        keys = {key for key, _ in literal.items if key is not None}
        for path, name, scope in names:
            added = self._added(self._resolver.module(path), name, scope)
            if added is None:
                return None
            keys |= added
        return None if bound is None and self._is_touched(use.ref) else frozenset(keys)

    # ------------------------------------------------------------------ dicts of a type

    @cached_property
    def _uses(self) -> tuple[Use, ...]:
        found: list[Use] = []
        for name, calls in self._analysis.calls.naming(self._module).items():
            if name in api.TAKES_DICT:
                type, places = api.TAKES_DICT[name]
                for call in calls:
                    ref = _argument(call, places)
                    if ref is not None:
                        literals = tuple(dicts(self._resolver, self._module, ref, place_of(call)))
                        found.append(Use(call, type, ref, literals))
        return tuple(sorted(found, key=lambda use: use.call.number))

    @cached_property
    def _literals(self) -> dict[str, dict[Span, Literal]]:
        found: dict[str, dict[Span, Literal]] = {type: {} for type in api.TYPED_DICTS}
        for type, literal in self._all_literals():
            if literal.module == self._module.path:
                found[type].setdefault(literal.span, literal)
        return found

    def _all_literals(self) -> Iterator[tuple[str, Literal]]:
        for use in self._uses:
            for literal in use.literals:
                yield use.type, literal
        naming = self._analysis.calls.naming(self._module)
        for name in sorted(naming.keys() & api.TYPED_DICTS):
            for call in naming[name]:
                yield name, of_keywords(self._module, call, place_of(call))
        callees = self._analysis.calls.of(self._module)
        for _, call in self._collected.nodes.calls:
            runs = callees[call.number].runs
            if runs and (any(map(is_dict, call.args)) or any(is_dict(ref) for _, ref in call.keywords)):
                yield from self._given_to_project(call, runs)
        yield from self._annotated()

    def _given_to_project(self, call: Call, runs: tuple[FunctionValue, ...]) -> Iterator[tuple[str, Literal]]:
        """Dicts that are given, as they are written down, for parameters that are annotated."""
        for callee in runs:
            module, function = self._resolver.module(callee.module), self._resolver.function(callee)
            params = function.params[1:] if callee.receiver is not None else function.params
            given = dict(zip([param.name for param in params], call.args, strict=False))
            given.update({name: ref for name, ref in call.keywords if name})
            for param in params:
                ref = given.get(param.name)
                if is_dict(ref):
                    place = Place(module.scopes[function.scope].parent)
                    for type in self._types(module, param.annotation, place):
                        yield type, written(self._module, ref, place_of(call))

    def _annotated(self) -> Iterator[tuple[str, Literal]]:
        """Dicts that are assigned to annotated names and attributes, or returned by annotated functions."""
        module = self._module
        for scope in module.scopes:
            for bindings in scope.bindings.values():
                for binding in bindings:
                    if binding.kind == "value" and _is_annotated(binding.value):
                        yield from self._of_annotation(binding.value, Place(scope.id, binding.row, binding.block))
        for klass in module.classes:
            for values in klass.attributes.values():
                for value, scope_id in values:
                    if _is_annotated(value):
                        yield from self._of_annotation(value, Place(scope_id))
        for function in module.functions:
            results = [ref for ref in function.results if is_dict(ref)] if function.returns is not None else []
            for ref in results:
                for type in self._types(module, function.returns, Place(module.scopes[function.scope].parent)):
                    yield type, written(module, ref, Place(function.scope, ref[1].row))

    def _of_annotation(self, value: Ref, place: Place) -> Iterator[tuple[str, Literal]]:
        assert isinstance(value, tuple)
        for type in self._types(self._module, value[2], place):
            yield type, written(self._module, value[1], place)

    def _types(self, module: Module, annotation: Ref, place: Place) -> Iterator[str]:
        for value in self._resolver.resolve(module, annotation, place):
            if isinstance(value, Instance) and isinstance(value.type, External) and value.type.name in api.TYPED_DICTS:
                yield value.type.name

    # ------------------------------------------------------------------ what becomes of a dict

    @cached_property
    def _stores(self) -> tuple[Write, ...]:
        """The items that this file sets."""
        return tuple(_stores(self._module))

    @cached_property
    def _updates(self) -> tuple[tuple[Ref, Literal], ...]:
        """What this file adds to dicts by ``target.update(...)``, as it is written down there."""
        found: list[tuple[Ref, Literal]] = []
        called = self._resolver.once(names_called, self._module)
        functions = functions_calling(self._module, called, frozenset({"update"}))
        for call in (call for function in functions for call in function.calls):
            if isinstance(call.func, str) and call.func.endswith(".update"):
                target = call.func.removesuffix(".update")
                found += ((target, written(self._module, ref, place_of(call))) for ref in call.args if is_dict(ref))
                found.append((target, of_keywords(self._module, call, place_of(call))))
        return tuple(found)

    def _is_of(self, type: str, ref: Ref, place: Place) -> bool:
        """Whether ``ref`` is a dict of ``type``."""
        if Instance(External(type)) in self._resolver.resolve(self._module, ref, place):
            return True
        known = self._literals[type]
        found = dicts(self._resolver, self._module, ref, place) if known else ()
        return any(literal.module == self._module.path and literal.span in known for literal in found)

    def _is_declared(self, literal: Literal) -> bool:
        """Whether the file of ``literal`` tells its type, so that linting that one finds what is wrong with it."""
        home = self._resolver.module(literal.module)
        calls = (call for function in home.functions for call in function.calls if call.span == literal.span)
        if any(not api.TYPED_DICTS.isdisjoint(self._analysis.calls.callees(home, call).names) for call in calls):
            return True
        scope = home.scopes[literal.place.scope]
        function = home.functions[scope.function]
        bindings = (binding for some in scope.bindings.values() for binding in some)
        return any(
            _bare(binding.value) != binding.value and _makes(_bare(binding.value), literal)
            for binding in bindings
            if binding.kind == "value"
        ) or (function.returns is not None and any(_makes(result, literal) for result in function.results))

    def _names_of(self, home: Module, literal: Literal) -> Iterator[str]:
        """The names that ``literal`` is assigned to, where it is written down."""
        for name, bindings in home.scopes[literal.place.scope].bindings.items():
            for binding in bindings:
                if binding.kind == "value" and _makes(_bare(binding.value), literal):
                    yield name

    def _added(self, home: Module, name: str, scope: int) -> set[str] | None:
        """The keys that are set by name in a dict that is bound to ``name``; None if it may be changed otherwise."""
        keys: set[str] = set()
        for write in _stores(home):
            if write.target == name and _sees(home, write.scope, name, scope):
                if write.key is None:
                    return None
                keys.add(write.key)
        if any(
            self._hands_on(home, call, name, scope) for call in self._resolver.once(_mentioning, home).get(name, ())
        ):
            return None
        if any(binding.value == name for each in home.scopes for some in each.bindings.values() for binding in some):
            return None
        return None if home is self._module and name in self._augmented else keys

    @cached_property
    def _augmented(self) -> frozenset[str]:
        """The names to which ``name |= ...`` adds."""
        return frozenset(name for scope in self._module.scopes for name in scope.augmented)

    def _hands_on(self, home: Module, call: Call, name: str, scope: int) -> bool:
        """Whether ``call`` may change the dict that is bound to ``name``."""
        target, _, method = call.func.rpartition(".") if isinstance(call.func, str) else ("", "", "")
        if target == name and method in types.MUTATORS:
            return _sees(home, call.scope, name, scope)
        if name not in _given(call):
            return False
        callees = self._analysis.calls.callees(home, call)
        return _sees(home, call.scope, name, scope) and (bool(callees.runs) or not callees.known)

    def _is_touched(self, ref: Ref) -> bool:
        """Whether this file may change a dict that it reaches as ``ref``, by attributes."""
        if not isinstance(ref, str):
            return False
        if any(write.target == ref for write in self._stores):
            return True
        return any(
            isinstance(call.func, str) and call.func.rpartition(".")[0] == ref and terminal(call.func) in types.MUTATORS
            for function in self._module.functions
            for call in function.calls
        )


def _given(call: Call) -> list[str]:
    """The names that are given to ``call`` as they are."""
    refs = [*call.args, *(ref for key, ref in call.keywords if key)]
    return [ref for ref in refs if isinstance(ref, str)]


def _mentioning(_: object, module: Module) -> dict[str, list[Call]]:
    """The calls of ``module`` that may change what goes by a name: they are given it, or a method of it is called."""
    found: dict[str, list[Call]] = {}
    for function in module.functions:
        for call in function.calls:
            owner = call.func.rpartition(".")[0] if isinstance(call.func, str) else ""
            for name in {owner, *_given(call)}:
                found.setdefault(name, []).append(call)
    return found


def _stores(module: Module) -> Iterator[Write]:
    """The items that ``module`` sets, in its own code and in its functions."""
    yield from module.stores
    for function in module.functions:
        for write in function.writes:
            if write.kind == "item":
                yield write


def _sees(module: Module, start: int, name: str, scope: int) -> bool:
    """Whether ``name``, used in the scope ``start``, is the one of ``scope``."""
    bound = binding_scope(module, start, name)
    return bound is not None and bound.id == scope


def _is_annotated(value: Ref) -> bool:
    """Whether a dict is assigned to what has an annotation."""
    return isinstance(value, tuple) and value[0] == "annotated" and is_dict(value[1])


def _makes(value: Ref, literal: Literal) -> bool:
    """Whether the expression ``value`` makes this very dict."""
    if not isinstance(value, tuple):
        return False
    if value[0] == "call":
        return bool(value[3] == literal.items)
    return is_dict(value) and bool(value[1] == literal.span)


def _bare(value: Ref) -> Ref:
    """What is assigned, without the annotation of what it is assigned to."""
    return value[1] if isinstance(value, tuple) and value[0] == "annotated" else value


def _argument(call: Call, places: tuple[int | str, ...]) -> Ref:
    """The argument of ``call`` at the first of ``places`` that is given."""
    keywords = dict(call.keywords)
    for place in places:
        if isinstance(place, str):
            if place in keywords:
                return keywords[place]
        elif place < len(call.args):
            return call.args[place]
    return None
