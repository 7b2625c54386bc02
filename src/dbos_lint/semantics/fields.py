"""What making an object runs beside its methods: the default factories of the fields that it is not given."""

from __future__ import annotations

from collections.abc import Iterator

from dbos_lint.catalog import types
from dbos_lint.semantics.refs import is_call
from dbos_lint.semantics.resolve import Resolver
from dbos_lint.semantics.scoping import Place
from dbos_lint.semantics.sites import Binding, Call, Ref
from dbos_lint.semantics.values import ClassValue, External, Instance, Value

_FACTORIES = ("default_factory", "factory")


def default_factories(resolver: Resolver, klass: ClassValue, call: Call) -> Iterator[Value]:
    """What ``call``, which makes a ``klass``, runs to fill the fields that it leaves out."""
    given = {name for name, _ in call.keywords}
    if None in given or resolver.method(Instance(klass), "__init__") is not None:
        return
    place = 0
    for owner in reversed(resolver.lineage(klass)):
        if isinstance(owner, External):
            continue
        module = resolver.module(owner.module)
        scope = module.scopes[resolver.klass(owner).scope]
        for name, bindings in scope.bindings.items():
            field = bindings[-1]
            if not _is_annotated(field):
                continue
            place += 1
            if place <= len(call.args) or name in given:
                continue
            factory = _factory(field.value)
            here = Place(scope.id, field.row, field.block)
            if factory is not None and any(
                isinstance(made, External) and made.name in types.FIELDS
                for made in resolver.resolve(module, field.value[1][1], here)
            ):
                yield from resolver.resolve(module, factory, here)


def _is_annotated(binding: Binding) -> bool:
    value = binding.value
    return binding.kind == "value" and (
        value is None or (isinstance(value, tuple) and value[0] in ("annotated", "instance", "or"))
    )


def _factory(value: Ref) -> Ref:
    """The factory in ``x: T = field(default_factory=...)``."""
    if isinstance(value, tuple) and value[0] == "annotated":
        inner = value[1]
        if is_call(inner):
            return next((ref for name, ref in inner[3] if name in _FACTORIES), None)
    return None
