"""What functions may be called with, and whether arguments fit them."""

from __future__ import annotations

from collections.abc import Sequence

from dbos_lint.semantics.resolve import Resolver
from dbos_lint.semantics.sites import Param
from dbos_lint.semantics.summary import Function
from dbos_lint.semantics.values import DecoratorValue, Entity, External, FunctionValue
from dbos_lint.wording import counted, listed

_TRANSPARENT = frozenset({"staticmethod", "classmethod"})


class Arguments:
    """What a call gives: ``positional`` arguments, those under ``keywords``, and perhaps more that cannot be told, by
    ``*args`` (``more``) and ``**kwargs`` (``more_keywords``)."""

    __slots__ = ("keywords", "more", "more_keywords", "positional")

    def __init__(
        self,
        positional: int,
        keywords: tuple[str, ...],
        more: bool = False,
        more_keywords: bool = False,
    ) -> None:
        self.positional = positional
        self.keywords = keywords
        self.more = more
        self.more_keywords = more_keywords


def parameters(resolver: Resolver, target: Entity | FunctionValue) -> tuple[Param, ...] | None:
    """The parameters that a caller of ``target`` fills; None where a decorator may take others."""
    value = target.function if isinstance(target, Entity) else target
    function = resolver.function(value)
    layers = resolver.decorated(value).layers
    below = layers
    if isinstance(target, Entity):
        # dbos calls the function that it decorates: what stands above does not matter.
        durable = [index for index, (_, values) in enumerate(layers) if any(map(_is_durable, values))]
        below = layers[: durable[-1]] if durable else layers
    for decorator, values in below:
        if decorator.ref not in _TRANSPARENT and not (values and all(map(_is_durable, values))):
            return None
    return function.params[1:] if _is_bound(resolver, value, function) else function.params


def misfit(params: Sequence[Param], given: Arguments) -> str:
    """What is wrong with the arguments; empty if they fit, or may fit."""
    places = [param for param in params if param.kind == "positional"]
    takes_more = any(param.kind == "vararg" for param in params)
    takes_keywords = any(param.kind == "kwarg" for param in params)
    if given.positional > len(places) and not takes_more:
        return f"it takes {counted(len(places), 'positional argument')}, and gets {given.positional}"
    named = {param.name for param in params if param.kind in ("positional", "keyword") and not param.unnamed}
    for keyword in given.keywords:
        if keyword not in named and not takes_keywords:
            return f"it has no parameter '{keyword}'"
        if keyword in [param.name for param in places[: given.positional] if not param.unnamed]:
            return f"it gets '{keyword}' twice"
    missing = [
        param.name
        for index, param in enumerate(params)
        if param.required
        and not (param.kind == "positional" and (index < given.positional or given.more))
        and (param.unnamed or param.name not in given.keywords)
        and (param.unnamed or not given.more_keywords)
    ]
    if not missing:
        return ""
    return f"it gets no {'argument' if len(missing) == 1 else 'arguments'} {listed(list(map(repr, missing)))}"


def _is_durable(value: object) -> bool:
    return isinstance(value, DecoratorValue) or (isinstance(value, External) and value.name.startswith("dbos."))


def _is_bound(resolver: Resolver, value: FunctionValue, function: Function) -> bool:
    """Whether the first parameter is filled by what the function is got from."""
    if function.owner is None:
        return False
    names = resolver.decorator_names(resolver.module(value.module), function)
    return "classmethod" in names or (value.receiver is not None and "staticmethod" not in names)
