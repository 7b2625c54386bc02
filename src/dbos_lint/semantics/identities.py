"""Addresses and hashes of objects: what ``id()`` and ``hash()`` give, and the texts of objects that have none."""

from __future__ import annotations

from collections.abc import Iterator

from dbos_lint.semantics.calls import Callees, Calls
from dbos_lint.semantics.effects import IDENTITY, Effect
from dbos_lint.semantics.refs import receiver_and_method
from dbos_lint.semantics.resolve import Resolver
from dbos_lint.semantics.scoping import Place
from dbos_lint.semantics.sites import MODULE, Call, Ref
from dbos_lint.semantics.summary import Module
from dbos_lint.semantics.values import (
    ClassValue,
    Constant,
    Container,
    Environment,
    External,
    FunctionValue,
    Instance,
    Value,
)

_GIVES_TEXT = frozenset(
    [
        "casefold",
        "decode",
        "encode",
        "format",
        "hexdigest",
        "isoformat",
        "join",
        "lower",
        "removeprefix",
        "removesuffix",
        "strftime",
        "strip",
        "title",
        "upper",
    ]
)
# Types whose hash is made of numbers.
_NUMBERS = frozenset({"int", "float", "bool", "complex", "decimal.Decimal", "fractions.Fraction", "uuid.UUID"})
# Types whose hash is made of texts: each process salts it anew.
_SALTED = frozenset(
    [
        "str",
        "bytes",
        "datetime.date",
        "datetime.datetime",
        "datetime.time",
        "datetime.timedelta",
        "pathlib.Path",
        "pathlib.PurePath",
        "object",
    ]
)


def identities(calls: Calls, module: Module, call: Call, callees: Callees, env: Environment | None) -> Iterator[Effect]:
    """The address or hash that ``call`` takes, if it does; a ``sorted`` by it takes one too."""
    for external in callees.externals:
        if external.name == "id" and call.args:
            yield Effect(IDENTITY, "id", "id()", call.span, origin=call.number)
        elif external.name == "hash" and call.args:
            differs = _differs(calls, module, call.args[0], call, env)
            if differs is not False:
                yield Effect(IDENTITY, "hash", "hash()", call.span, guess=differs is None, origin=call.number)
    for external in callees.handed:
        if external.name == "id":
            yield Effect(IDENTITY, "id", "id", call.span, origin=call.number)
        elif external.name == "hash":
            ordered = call.args[0] if call.args else receiver_and_method(call.func)[0]
            differs = _differs(calls, module, ("item", ordered), call, env)
            if differs is not False:
                yield Effect(IDENTITY, "hash", "hash", call.span, guess=differs is None, origin=call.number)


def _is_text(ref: Ref) -> bool:
    """Whether an expression gives a text, or bytes, to judge by the method that gives it."""
    if not isinstance(ref, tuple) or ref[0] != "call":
        return False
    return ref[1] in ("str", "repr") or receiver_and_method(ref[1])[1] in _GIVES_TEXT


def _differs(calls: Calls, module: Module, ref: Ref, call: Call, env: Environment | None) -> bool | None:
    """Whether the hash of an expression is another one in each process; None if that is not known."""
    if _is_text(ref):
        return True
    if isinstance(ref, tuple) and ref[0] == "tuple":
        parts = {_differs(calls, module, part, call, env) for part in ref[1:]}
        return True if True in parts else None if None in parts else False
    answers = {_hash_differs(calls.resolver, value) for value in calls.resolve(module, ref, call, env)}
    return answers.pop() if len(answers) == 1 else None


def _hash_differs(resolver: Resolver, value: Value) -> bool | None:
    if isinstance(value, Constant):
        return isinstance(value.value, str)
    if isinstance(value, Container):
        return True if value.kind == "str" else None
    if isinstance(value, FunctionValue):
        return True
    if not isinstance(value, Instance):
        return None
    if isinstance(value.type, External):
        return value.type.name in _SALTED if value.type.name in _SALTED | _NUMBERS else None
    return True if has_no(resolver, value.type, "__hash__", "__eq__") else None


def has_no_text(resolver: Resolver, value: Value) -> bool:
    """Whether the text of ``value`` holds its address."""
    if isinstance(value, Instance) and isinstance(value.type, ClassValue):
        return has_no(resolver, value.type, "__str__", "__repr__", "__format__")
    return isinstance(value, Instance) and value.type == External("object")


def has_no(resolver: Resolver, klass: ClassValue, *methods: str) -> bool:
    """Whether a plain class of the project has none of ``methods``, by itself or from a base or a decorator."""
    for each in resolver.lineage(klass):
        if not isinstance(each, ClassValue):
            return False
        module, record = resolver.module(each.module), resolver.klass(each)
        place = Place(record.parent_scope, record.span.row, MODULE)
        if record.decorators or not all(resolver.resolve(module, base, place) for base in record.bases):
            return False
        if any(name in module.scopes[record.scope].bindings for name in methods):
            return False
    return True
