"""Parts of the rules that are imported when there is something to show them: a file has to do with few of them."""

from __future__ import annotations

import ast
from collections.abc import Collection
from functools import cached_property
from importlib import import_module
from typing import Any

from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.contexts import Reached
from dbos_lint.semantics.sites import Call
from dbos_lint.semantics.values import Value


class Late(Visitor):
    """Stands for a part that has not been shown anything yet.

    ``visit_module`` of such a part sums up what it has been shown: where that is nothing, it is not called.
    """

    @cached_property
    def part(self) -> Any:
        """The part itself, which is imported and made when this is asked first."""
        cls = type(self)
        return getattr(import_module(cls.__module__), cls.__name__)(self.here)

    def visit_module(self) -> None:
        if "part" in vars(self) and hasattr(self.part, "visit_module"):
            self.part.visit_module()


def _visit_call(self: Late, node: ast.Call, call: Call) -> None:
    self.part.visit_Call(node, call)


def _visit_effect(self: Late, reached: Reached) -> None:
    self.part.visit_effect(reached)


def late(
    part: str,
    name: str,
    *,
    calls: Collection[str] = (),
    called: tuple[type[Value], ...] = (),
    effects: frozenset[tuple[str, str]] = frozenset(),
) -> type[Visitor]:
    """Stands for the visitor ``name`` in the module ``part`` of the rules, such as ``comm.streams``; the rest are what
    it wants to see, and it has no other methods than those for that, and ``visit_module``."""
    members: dict[str, object] = {"calls": calls, "called": called, "effects": effects}
    if calls or called:
        members["visit_Call"] = _visit_call
    if effects:
        members["visit_effect"] = _visit_effect
    return type(name, (Late,), {"__module__": f"dbos_lint.rules.{part}", **members})
