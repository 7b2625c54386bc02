"""Python's scoping, on summaries alone: which scope binds a name, and which of its bindings a use may see."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Protocol

from dbos_lint.records import NamedTuple
from dbos_lint.semantics.sites import MODULE, Binding, Ref
from dbos_lint.semantics.summary import Module, Scope
from dbos_lint.syntax.spans import Span

# How many bindings of one name a use may see: more means that the program decides at run time.
_BINDINGS = 32


class Place(NamedTuple):
    """Where a reference stands: its scope, and the row and block by which earlier bindings are told from later."""

    scope: int
    row: int = 0
    block: int = MODULE


class _Record(Protocol):
    """What a summary has written down of a stretch of the text: a call, a ``try``, a display ..."""

    @property
    def scope(self) -> int: ...
    @property
    def span(self) -> Span: ...
    @property
    def block(self) -> int: ...


def place_of(record: _Record) -> Place:
    """Where a reference in the text of ``record`` stands."""
    # What the constructor of a named tuple does, without the function around it.
    return tuple.__new__(Place, (record.scope, record.span.row, record.block))


def inner_scope(module: Module, scope: int) -> int:
    """The scope in which the code at ``scope`` binds: comprehensions look outwards."""
    while module.scopes[scope].kind == "comprehension":
        scope = module.scopes[scope].parent
    return scope


def binding_scope(module: Module, start: int, name: str) -> Scope | None:
    """The scope whose binding of ``name`` is seen from scope ``start`` (LEGB), or None."""
    scope = module.scopes[start]
    first = True
    while True:
        if name in scope.globals:
            root = module.scopes[MODULE]
            return root if name in root.bindings else None
        if name in scope.bindings and (first or scope.kind != "class"):
            return scope
        if scope.id == MODULE:
            return None
        first = scope.kind == "comprehension"
        scope = module.scopes[scope.parent]


def is_bound_later(scope: Scope, name: str, place: Place) -> bool:
    """Whether ``place`` stands in the body of ``scope``, a class, above what binds ``name`` there."""
    return place.scope == scope.id and place.row > 0 and all(b.row > place.row for b in scope.bindings[name])


def is_exported(module: Module, name: str) -> bool:
    """Whether a star import of ``module`` brings ``name``."""
    return not name.startswith("_") if module.exports is None else name in module.exports


def reaching(module: Module, bindings: Sequence[Binding], place: Place | None) -> Sequence[Binding]:
    """The bindings that a use at ``place`` may see; without a place, those that may hold at the end of the scope.

    None, where they are too many: the program decides at run time. A row of 0 says nothing of the place.
    """
    if place is None:
        latest = _latest(module, bindings, None)
        return latest if len(latest) <= _BINDINGS else ()
    end = bisect_right(bindings, place.row, key=_row)
    seen = _latest(module, bindings[:end], place)
    certain = seen[0].block if seen and module.encloses(seen[0].block, place.block) else None
    loop = _loop_inside(module, place.block, certain)
    if loop is not None and end < len(bindings):
        # What stands below may have run before, in the same loop.
        after = bisect_left(bindings, True, end, key=lambda binding: not module.encloses(loop, binding.block))
        seen = [*seen, *_latest(module, bindings[end:after], None)]
    return (seen or bindings) if len(seen or bindings) <= _BINDINGS else ()


def assigned(module: Module, name: str, place: Place) -> Iterator[tuple[Ref, Place]]:
    """What is assigned to ``name``, as it is used at ``place``, and where; nothing where other statements bind it."""
    scope = binding_scope(module, place.scope, name)
    if scope is None:
        return
    inside = inner_scope(module, place.scope) == scope.id
    for binding in reaching(module, scope.bindings[name], place if inside else None):
        if binding.kind == "value":
            value = binding.value
            if isinstance(value, tuple) and value[0] == "annotated":
                value = value[1]
            # What stands on the binding's own row is not yet bound when its value is computed.
            yield value, Place(scope.id, binding.row - 1, binding.block)


def _latest(module: Module, bindings: Sequence[Binding], place: Place | None) -> list[Binding]:
    """Those of ``bindings``, in the order of the text, that no later one hides; the last of them, if they are too many.

    A binding hides those that come before it in its block or inside, and, at ``place``, every one that comes before if
    its block encloses the place. Blocks are numbered as they open: what was bound in one of a higher number stands
    inside, for this one was open then.
    """
    seen: list[Binding] = []
    for binding in reversed(bindings):
        if seen and binding.block >= seen[-1].block:
            continue
        seen.append(binding)
        if len(seen) > _BINDINGS or (place is not None and module.encloses(binding.block, place.block)):
            break
    seen.reverse()
    return seen


def _row(binding: Binding) -> int:
    return binding.row


def _loop_inside(module: Module, block: int, outer: int | None) -> int | None:
    """The outermost loop that holds ``block`` and lies within ``outer`` (anywhere, if that is None)."""
    loop = None
    while block not in (MODULE, outer):
        if module.blocks[block].kind == "loop":
            loop = block
        block = module.blocks[block].parent
    return loop
