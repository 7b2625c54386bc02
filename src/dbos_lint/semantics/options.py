"""The options that a durable function is given: keywords of a decorator, or the dict that ``run_step`` takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from dbos_lint.catalog import types
from dbos_lint.semantics.refs import is_call
from dbos_lint.semantics.resolve import Resolver
from dbos_lint.semantics.scoping import Place, assigned, place_of
from dbos_lint.semantics.sites import Call, Ref
from dbos_lint.semantics.summary import Module
from dbos_lint.semantics.values import Constant, Container, External, Values
from dbos_lint.syntax.spans import Span

if TYPE_CHECKING:
    from dbos_lint.semantics.analysis import Analysis

# Calls whose keywords become the items of a dict.
_DICTS = frozenset(
    {"dict", "dbos.StepOptions", "dbos.EnqueueOptions", "dbos.ScheduleInput", "dbos.ClientScheduleInput"}
)


class Options:
    """Options by name, each with what it may be. ``span`` is where they are written, ``module`` in which file."""

    __slots__ = ("given", "module", "span")

    def __init__(self, given: Mapping[str, Values], module: str, span: Span) -> None:
        self.given = given
        self.module = module
        self.span = span

    def is_set(self, name: str) -> bool:
        """Whether the option is given, and not as ``None``."""
        return name in self.given and self.given[name] != (Constant(None),)

    def constant(self, name: str) -> object:
        """The literal that the option is, or ``...`` when it is not given or is something else."""
        values = self.given.get(name, ())
        return values[0].value if len(values) == 1 and isinstance(values[0], Constant) else ...


class Written:
    """A dict as ``module`` writes it down at ``span``: ``items`` mean what they do at ``place``."""

    __slots__ = ("items", "module", "place", "span")

    def __init__(
        self,
        module: Module,
        place: Place,
        span: Span,
        items: tuple[tuple[str | None, Ref], ...],
    ) -> None:
        self.module = module
        self.place = place
        self.span = span
        self.items = items


def of_keywords(
    resolver: Resolver, module: Module, keywords: Iterable[tuple[str | None, Ref]], place: Place, span: Span
) -> Options | None:
    """The options among ``keywords``; None when ``**more`` hides some, which is not the text of a dict."""
    given: dict[str, Values] = {}
    for name, ref in keywords:
        if name is not None:
            given[name] = resolver.resolve(module, ref, place)
            continue
        more = display(resolver, module, place, ref)
        inner = of_keywords(resolver, more.module, more.items, more.place, span) if more is not None else None
        if inner is None:
            return None
        given.update(inner.given)
    return Options(given, module.path, span)


def of_argument(analysis: Analysis, module: Module, call: Call, ref: Ref) -> Options | None:
    """The options that ``ref``, an argument of ``call``, holds; None when that cannot be told."""
    resolver = analysis.resolver
    if resolver.resolve(module, ref, place_of(call)) == (Constant(None),):
        return Options({}, module.path, call.span)
    found = written(resolver, module, call, ref)
    return of_keywords(resolver, found.module, found.items, found.place, found.span) if found is not None else None


def written(resolver: Resolver, module: Module, call: Call, ref: Ref) -> Written | None:
    """The text of the dict that ``ref``, an argument of ``call``, is; None when that cannot be told."""
    place = place_of(call)
    bound = list(assigned(module, ref, place)) if isinstance(ref, str) and "." not in ref else [(ref, place)]
    if len(bound) == 1:
        made, at = bound[0]
        if (
            isinstance(made, tuple)
            and made[:1] == ("call",)
            and not (made[2] or is_changed(resolver, {module.path}, ref))
        ):
            called = resolver.resolve(module, made[1], at)
            if len(called) == 1 and isinstance(called[0], External) and called[0].name in _DICTS:
                source = call_of(module, made)
                return Written(module, at, (source or call).span, made[3])
    return display(resolver, module, place, ref)


def call_of(module: Module, ref: Ref) -> Call | None:
    """The call in ``module`` that ``ref`` refers to the result of."""
    if is_call(ref):
        for function in module.functions:
            for call in function.calls:
                if call.keywords is ref[3] and call.args is ref[2]:
                    return call
    return None


def display(resolver: Resolver, module: Module, place: Place, ref: Ref) -> Written | None:
    """The display that the dict ``ref`` is at ``place``, if nothing changes it."""
    values = resolver.resolve(module, ref, place)
    text = values[0].display if len(values) == 1 and isinstance(values[0], Container) else None
    if text is None or is_changed(resolver, {module.path, text.module}, ref):
        return None
    inside = place_of(text)
    return Written(resolver.module(text.module), inside, text.span, text.items)


def is_changed(resolver: Resolver, paths: set[str], ref: Ref) -> bool:
    """Whether something of the dict's name is changed in these files, so that the text of the dict does not tell."""
    if not isinstance(ref, str):
        return False
    name = ref.rpartition(".")[2]
    return any(name in resolver.once(_changed, resolver.module(path)) for path in paths)


def _changed(_: Resolver, module: Module) -> frozenset[str]:
    """The last names of the objects in ``module`` of which items are set, or that methods change."""
    functions = module.functions
    items = [*module.stores, *(write for each in functions for write in each.writes if write.kind == "item")]
    called = [call.func.rpartition(".") for each in functions for call in each.calls if isinstance(call.func, str)]
    targets = [write.target for write in items if isinstance(write.target, str)]
    targets += [target for target, _, method in called if method in types.MUTATORS]
    return frozenset([target.rpartition(".")[2] for target in targets])
