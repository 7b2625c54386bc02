"""Questions that a reference answers by itself, without knowing what its names mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from dbos_lint.semantics.sites import Call, Ref
from dbos_lint.semantics.summary import Function, Module

NOTHING: Mapping[str, str] = MappingProxyType({})


def terminal(ref: Ref, renamed: Mapping[str, str] = NOTHING) -> str:
    """The last name of ``a.b.c``, of a call's result's attribute, of a bare name; ``renamed``: what it is at home."""
    text: str = ref if isinstance(ref, str) else ref[-1] if isinstance(ref, tuple) and ref[0] == "attr" else ""
    return (renamed.get(text) if renamed else None) or text.rpartition(".")[2]


def is_call(ref: Ref) -> bool:
    return isinstance(ref, tuple) and ref[0] == "call"


def uncalled(ref: Ref) -> Ref:
    """What is called where ``ref`` is a call, else ``ref`` itself: so decorators are named, called or not."""
    return ref[1] if is_call(ref) else ref


def names_called(_: object, module: Module) -> tuple[frozenset[str], ...]:
    """The last names of what each function of ``module`` calls."""
    return tuple([frozenset([terminal(call.func, module.renamed) for call in each.calls]) for each in module.functions])


def functions_calling(module: Module, called: Sequence[frozenset[str]], names: frozenset[str]) -> Iterator[Function]:
    """The functions of ``module`` that may call what goes by one of ``names``, as far as ``called``, their
    :func:`names_called`, tells: what an import gave another name may be any of them."""
    wanted = names.union(module.renamed.values())
    return (function for function in module.functions if not wanted.isdisjoint(called[function.id]))


def given(call: Call, place: int | str) -> Ref:
    if isinstance(place, int):
        return call.args[place] if place < len(call.args) else None
    return dict(call.keywords).get(place)


def may_be_callable(ref: Ref) -> bool:
    return isinstance(ref, str) or (isinstance(ref, tuple) and ref[0] in ("lambda", "attr", "call", "or"))


def receiver_and_method(func: Ref) -> tuple[Ref, str]:
    """``a.b.append`` as ``a.b`` and ``append``."""
    if isinstance(func, str):
        target, _, method = func.rpartition(".")
        return target or None, method
    if isinstance(func, tuple) and func[0] == "attr":
        names, _, method = func[2].rpartition(".")
        return (("attr", func[1], names) if names else func[1]), method
    return None, ""


def lookups(ref: Ref) -> Iterator[tuple[Ref, str]]:
    """The attributes that ``ref`` looks up, and of what: ``a.b.c`` looks up ``b`` of ``a``, then ``c`` of ``a.b``."""
    base: Ref = None
    names: list[str] = []
    if isinstance(ref, str):
        base, *names = ref.split(".")
    elif isinstance(ref, tuple) and ref[0] == "attr":
        base, names = ref[1], ref[2].split(".")
    for name in names:
        yield base, name
        base = f"{base}.{name}" if isinstance(base, str) else ("attr", base, name)


def root_of(ref: Ref) -> str | None:
    """The name through which ``ref`` reaches into an object, if that is by attributes and items alone."""
    while isinstance(ref, tuple) and ref[0] in ("attr", "item"):
        ref = ref[1]
    return ref.partition(".")[0] if isinstance(ref, str) else None


def text_of(ref: Ref, name: str) -> str:
    """How the text names a callee, or its qualified name where that is not plain."""
    if isinstance(ref, str):
        return ref
    if isinstance(ref, tuple) and ref[0] == "item":
        return f"{text_of(ref[1], name)}[...]"
    if isinstance(ref, tuple) and ref[0] == "attr":
        inner = ref[1]
        if isinstance(inner, tuple) and inner[0] == "item":
            return f"{text_of(inner, name)}.{ref[2]}"
        base = text_of(inner[1], "") if isinstance(inner, tuple) and inner[0] == "call" else ""
        return f"{base}().{ref[2]}" if base else name or ref[2]
    return name or "call"


def leaves(ref: Ref) -> Iterator[Ref]:
    """The names and lambdas that an expression is made of."""
    if isinstance(ref, str):
        yield ref
    elif isinstance(ref, tuple):
        kind = ref[0]
        if kind == "lambda":
            yield ref
        elif kind == "call":
            for part in (ref[1], *ref[2], *(value for _, value in ref[3])):
                yield from leaves(part)
        elif kind == "dict":
            for _, part in ref[2] if len(ref) > 2 else ():
                yield from leaves(part)
        elif kind in ("attr", "item", "await", "div"):
            yield from leaves(ref[1])
        elif kind in ("list", "tuple", "set", "or", "annotated"):
            for part in ref[1:]:
                yield from leaves(part)
