"""Classes whose objects are data: dataclasses and models."""

from __future__ import annotations

from dbos_lint.catalog.portable import DATACLASSES, MODELS
from dbos_lint.semantics.resolve import Resolver
from dbos_lint.semantics.scoping import Place
from dbos_lint.semantics.values import ClassValue, External


def is_record(resolver: Resolver, value: ClassValue) -> bool:
    """Whether the class, or a base, is a dataclass or a model."""
    return any(
        is_dataclass(resolver, each) if isinstance(each, ClassValue) else each.name in MODELS
        for each in resolver.lineage(value)
    )


def is_dataclass(resolver: Resolver, owner: ClassValue) -> bool:
    """Whether the class itself is decorated as one."""
    module, klass = resolver.module(owner.module), resolver.klass(owner)
    place = Place(klass.parent_scope, klass.span.row)
    for decorator in klass.decorators:
        ref = decorator.ref[1] if isinstance(decorator.ref, tuple) else decorator.ref
        values = resolver.resolve(module, ref, place)
        if any(isinstance(value, External) and value.name in DATACLASSES for value in values):
            return True
    return False
