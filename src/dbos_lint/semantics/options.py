"""The options that a durable function is given: keywords of a decorator, or the dict that ``run_step`` takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dbos_lint.catalog import types
from dbos_lint.semantics.analysis import Analysis
from dbos_lint.semantics.resolve import Resolver
from dbos_lint.semantics.scoping import Place
from dbos_lint.semantics.summary import Call, Module, Ref, Span
from dbos_lint.semantics.values import Constant, Container, Display, External, Values

# Calls whose keywords become the items of a dict.
_DICTS = frozenset({"dict", "dbos.StepOptions"})


@dataclass(frozen=True, slots=True)
class Options:
    """Options by name, each with what it may be. ``span`` is where they are written, ``module`` in which file."""

    given: Mapping[str, Values]
    module: str
    span: Span

    def is_set(self, name: str) -> bool:
        """Whether the option is given, and not as ``None``."""
        return name in self.given and self.given[name] != (Constant(None),)

    def constant(self, name: str) -> object:
        """The literal that the option is, or ``...`` when it is not given or is something else."""
        values = self.given.get(name, ())
        return values[0].value if len(values) == 1 and isinstance(values[0], Constant) else ...


def of_keywords(
    resolver: Resolver, module: Module, keywords: Iterable[tuple[str | None, Ref]], place: Place, span: Span
) -> Options | None:
    """The options among ``keywords``; None when ``**more`` hides some."""
    given: dict[str, Values] = {}
    for name, ref in keywords:
        if name is None:
            return None
        given[name] = resolver.resolve(module, ref, place)
    return Options(given, module.path, span)


def of_argument(analysis: Analysis, module: Module, call: Call, ref: Ref) -> Options | None:
    """The options that ``ref``, an argument of ``call``, holds; None when that cannot be told."""
    place = Place(call.scope, call.span.row, call.block)
    values = analysis.resolver.resolve(module, ref, place)
    if values == (Constant(None),):
        return Options({}, module.path, call.span)
    if isinstance(ref, tuple) and ref[0] == "call":
        called = analysis.resolver.resolve(module, ref[1], place)
        if len(called) == 1 and isinstance(called[0], External) and called[0].name in _DICTS and not ref[2]:
            return of_keywords(analysis.resolver, module, ref[3], place, call.span)
    display = values[0].display if len(values) == 1 and isinstance(values[0], Container) else None
    if display is None or _is_changed(analysis, module, display, ref):
        return None
    written = analysis.resolver.module(display.module)
    return of_keywords(
        analysis.resolver,
        written,
        display.items,
        Place(display.scope, display.span.row, display.block),
        display.span,
    )


def _is_changed(analysis: Analysis, module: Module, display: Display, ref: Ref) -> bool:
    """Whether something of the dict's name is changed anywhere, so that the text of the dict does not tell."""
    if not isinstance(ref, str):
        return False
    name = ref.rpartition(".")[2]
    for path in {module.path, display.module}:
        changed = analysis.resolver.module(path)
        if any(_ends_in(write.target, name) for write in changed.stores):
            return True
        for function in changed.functions:
            if any(write.kind == "item" and _ends_in(write.target, name) for write in function.writes):
                return True
            for call in function.calls:
                target, _, method = call.func.rpartition(".") if isinstance(call.func, str) else ("", "", "")
                if method in types.MUTATORS and _ends_in(target, name):
                    return True
    return False


def _ends_in(ref: Ref, name: str) -> bool:
    return isinstance(ref, str) and ref.rpartition(".")[2] == name
