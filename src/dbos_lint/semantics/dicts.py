"""The dicts that an expression may be, as the text of the project has them: displays, and calls that make one."""

from __future__ import annotations

from collections.abc import Iterator

from dbos_lint.catalog import api
from dbos_lint.semantics.options import call_of
from dbos_lint.semantics.refs import is_call
from dbos_lint.semantics.resolve import Resolver
from dbos_lint.semantics.scoping import Place, assigned, binding_scope, place_of
from dbos_lint.semantics.sites import Call, Ref
from dbos_lint.semantics.summary import Module
from dbos_lint.semantics.values import Container, External, FunctionValue
from dbos_lint.syntax.spans import Span

# What makes a dict of its keywords.
_MAKERS = api.TYPED_DICTS | {"dict"}
# More files than a name is handed through.
_DEPTH = 6


class Literal:
    """A dict as the text writes it down. ``items`` are its keys, ``None`` for what hides some, and their values."""

    __slots__ = ("items", "module", "place", "span")

    def __init__(self, module: str, span: Span, place: Place, items: tuple[tuple[str | None, Ref], ...]) -> None:
        self.module = module
        self.span = span
        self.place = place
        self.items = items

    @property
    def hides(self) -> bool:
        return any(key is None for key, _ in self.items)


def dicts(resolver: Resolver, module: Module, ref: Ref, place: Place, depth: int = 0) -> Iterator[Literal]:
    """The dicts that ``ref``, in ``module``, may be, or that it holds, as a list that is written down there."""
    if isinstance(ref, tuple) and ref[0] == "list":
        for element in ref[1:]:
            yield from dicts(resolver, module, element, place, depth)
        return
    bound = list(assigned(module, ref, place)) if isinstance(ref, str) else [(ref, place)]
    found = [literal for value, at in bound if (literal := _made(resolver, module, value, at)) is not None]
    if not found and depth < _DEPTH:
        origin = origin_of(resolver, module, ref, place)
        if origin is not None:
            found = list(dicts(resolver, *origin, depth + 1))
        else:
            found = [each for value, at in bound for each in _returned(resolver, module, value, at, depth)]
    if found:
        yield from found
        return
    for value in resolver.resolve(module, ref, place):
        display = value.display if isinstance(value, Container) else None
        if display is not None:
            at = place_of(display)
            yield Literal(display.module, display.span, at, display.items)


def _returned(resolver: Resolver, module: Module, ref: Ref, place: Place, depth: int) -> Iterator[Literal]:
    """The dicts that a function of the project returns, if ``ref`` calls one."""
    called = resolver.resolve(module, ref[1], place) if is_call(ref) else ()
    for value in called:
        if isinstance(value, FunctionValue):
            home, function = resolver.module(value.module), resolver.function(value)
            at = Place(function.scope, function.span.end_row, function.block)
            for result in function.results:
                yield from dicts(resolver, home, result, at, depth + 1)


def origin_of(resolver: Resolver, module: Module, ref: Ref, place: Place) -> tuple[Module, Ref, Place] | None:
    """The name of another module that ``ref`` is, if it is imported, with that module."""
    if not isinstance(ref, str):
        return None
    name, _, rest = ref.partition(".")
    scope = binding_scope(module, place.scope, name)
    bindings = scope.bindings[name] if scope is not None else []
    if len(bindings) != 1 or bindings[0].kind != "import":
        return None
    source, attribute, level = bindings[0].value
    path = resolver.project.find(source, level, module.path)
    if path is None:
        return None
    inner = resolver.project.submodule(path, attribute) if attribute else path
    home = resolver.project.module(inner or path)
    names = rest if inner else f"{attribute}.{rest}".rstrip(".")
    return None if home is None or not names else (home, names, Place(0))


def _made(resolver: Resolver, module: Module, value: Ref, place: Place) -> Literal | None:
    """The dict that an expression makes."""
    if is_dict(value):
        return written(module, value, place)
    if is_call(value):
        called = resolver.resolve(module, value[1], place)
        if len(called) == 1 and isinstance(called[0], External) and called[0].name in _MAKERS:
            call = call_of(module, value)
            return of_keywords(module, call, place) if call is not None else None
    return None


def of_keywords(module: Module, call: Call, place: Place) -> Literal:
    """The dict that ``call``, of its type or of ``dict``, makes."""
    return Literal(module.path, call.span, place, (*call.keywords, *[(None, ref) for ref in call.args]))


def is_dict(ref: Ref) -> bool:
    """Whether ``ref`` is a dict display whose items are known."""
    return isinstance(ref, tuple) and ref[0] == "dict" and len(ref) > 1


def written(module: Module, ref: Ref, place: Place) -> Literal:
    """The dict that the display ``ref`` is."""
    return Literal(module.path, ref[1], place, ref[2])
