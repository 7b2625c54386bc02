"""Parts of the rules that are imported when there is something to show them: a file has to do with few of them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection
from functools import cached_property
from importlib import import_module
from typing import Any

from dbos_lint.rules.visitor import Here, Visitor
from dbos_lint.semantics.contexts import Reached
from dbos_lint.semantics.sites import Call
from dbos_lint.semantics.summary import Function
from dbos_lint.semantics.values import Value


class Late(Visitor):
    """Stands for a part that has not been shown anything yet.

    ``visit_module`` of such a part sums up what it has been shown: where that is nothing, it is not called, unless
    the file as a whole ``concerns`` the part. Nor is it shown blocks, where their calls have not concerned it.
    """

    @staticmethod
    def concerns(here: Here) -> bool:
        """Whether the part has something to say of a file that has shown it nothing."""
        return False

    @cached_property
    def part(self) -> Any:
        """The part itself, which is imported and made when this is asked first."""
        cls = type(self)
        return getattr(import_module(cls.__module__), cls.__name__)(self.here)

    def visit_module(self) -> None:
        if ("part" in vars(self) or self.concerns(self.here)) and hasattr(self.part, "visit_module"):
            self.part.visit_module()


def _visit_call(self: Late, node: ast.Call, call: Call) -> None:
    self.part.visit_Call(node, call)


def _visit_with(self: Late, node: ast.With | ast.AsyncWith, function: Function) -> None:
    if "part" in vars(self):
        self.part.visit_With(node, function)


def _visit_effect(self: Late, reached: Reached) -> None:
    self.part.visit_effect(reached)


def late(
    part: str,
    name: str,
    *,
    calls: Collection[str] = (),
    called: tuple[type[Value], ...] = (),
    effects: frozenset[tuple[str, str]] = frozenset(),
    blocks: bool = False,
    concerns: Callable[[Here], bool] | None = None,
) -> type[Visitor]:
    """Stands for the visitor ``name`` in the module ``part`` of the rules, such as ``comm.streams``; the rest are what
    it wants to see, and it has no other methods than those for that, and ``visit_module``. With ``blocks`` it wants
    the ``with`` statements of a file that makes ``calls``; ``concerns`` tells whether it has something to say of a file
    that does not."""
    members: dict[str, object] = {"calls": calls, "called": called, "effects": effects}
    if calls or called:
        members["visit_Call"] = _visit_call
    if effects:
        members["visit_effect"] = _visit_effect
    if blocks:
        members["visit_With"] = _visit_with
    if concerns is not None:
        members["concerns"] = staticmethod(concerns)
    return type(name, (Late,), {"__module__": f"dbos_lint.rules.{part}", **members})
