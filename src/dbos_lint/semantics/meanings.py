"""What the names of one module were found to mean, so that what is asked again is one look."""

from __future__ import annotations

from dbos_lint.semantics.summary import Module
from dbos_lint.semantics.values import Values


class Meanings:
    """Answers to questions that stand by themselves.

    A name means the same all over the module (``everywhere``, by what is asked), unless it is a ``narrow`` one: bound
    in a scope inside, or more than once. Of those, ``within`` holds what means the same all over a scope.
    """

    __slots__ = ("everywhere", "narrow", "within")

    def __init__(self, module: Module) -> None:
        root, *inner = module.scopes
        self.narrow: set[str] = set().union(*[scope.bindings for scope in inner])
        self.narrow.update([name for name, bindings in root.bindings.items() if len(bindings) > 1])
        self.everywhere: dict[str, Values] = {}
        self.within: dict[tuple[int, str], Values] = {}
