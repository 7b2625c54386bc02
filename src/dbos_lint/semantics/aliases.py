"""What things are called at home, where an import gave them other names: ``from asyncio import gather as together``."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TypeAlias

Renamed: TypeAlias = Mapping[str, str]
"""The names of a file that an import gave, with the last names of what they were given to."""


def terminal(node: ast.expr, renamed: Renamed) -> str:
    """The last name of ``node``, as its own module has it; empty where it has none."""
    if isinstance(node, ast.Attribute):
        return node.attr
    name = getattr(node, "id", "")
    return renamed.get(name, name)
