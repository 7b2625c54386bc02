"""Transformations that leave what a program does as it was. Each changes all it can, and nothing it is not sure of."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable

from tests.formatting import reformatted
from tests.metamorphic import importing, moving, renaming, shaping
from tests.metamorphic.names import Others, Project

Change = Callable[[ast.Module, Others], None]
"""Changes the tree of one file of a project in place."""


def everywhere(change: Change) -> Callable[[Project], Project]:
    """``change`` in all files of a project."""

    def changed(project: Project) -> Project:
        return {
            path: _changed(text, change, Others(project, path)) if path.endswith(".py") else text
            for path, text in project.items()
        }

    return changed


def _changed(text: str, change: Change, others: Others) -> str:
    tree = ast.parse(text)
    change(tree, others)
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def plain(tree: ast.Module, others: Others) -> None:
    """Nothing at all: the tree is written as Python itself would write it."""


ALONE: tuple[Change, ...] = (
    plain,
    renaming.locals_renamed,
    renaming.helpers_renamed,
    renaming.parameters_renamed,
    importing.imports_aliased,
    importing.imports_renamed,
    importing.through_modules,
    importing.from_modules,
    importing.imports_in_functions,
    importing.from_the_future,
    shaping.extracted,
    shaping.in_finally,
    shaping.in_null_context,
    shaping.if_turned,
    shaping.if_true,
    shaping.unrelated_code,
    shaping.annotated,
    shaping.variables_annotated,
    shaping.compared_backwards,
    shaping.dead_behind_exits,
    shaping.rest_in_else,
    shaping.conditional,
    moving.kept_in_class,
    moving.kept_in_object,
    moving.through_another,
    moving.helpers_async,
    moving.reordered,
)


def laid_out(project: Project) -> Project:
    """Brackets broken into lines, comments, tabs, continued lines."""
    return {path: _laid_out(text) if path.endswith(".py") else text for path, text in project.items()}


def _laid_out(text: str) -> str:
    # What would mean something else is given back as it is.
    tried = (reformatted(text, random.Random(seed), 0.3) for seed in range(9))
    return next((made for made in tried if made != text), text)


CHANGES: dict[str, Callable[[Project], Project]] = {
    **{change.__name__: everywhere(change) for change in ALONE},
    "laid_out": laid_out,
    "moved": moving.moved,
}
BY_CODE = frozenset({"moved"})
"""What stands in another file is reported where this file calls it."""
