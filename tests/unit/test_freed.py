"""Trees are freed when their file is done: nobody looks for circles, and overlaid folders are told when they come."""

from __future__ import annotations

import ast
import gc

from dbos_lint.linter import lint_source
from dbos_lint.semantics.overlay import Placed
from dbos_lint.settings import Settings

RECEIVES = """from dbos import DBOS


@DBOS.workflow()
def pay(order: str) -> str:
    message = DBOS.recv("paid")
    return message.strip()
"""


def _trees() -> int:
    return sum(type(each) is ast.Module for each in gc.get_objects())


def test_a_file_that_receives_leaves_no_tree_behind() -> None:
    lint_source(RECEIVES.encode(), "/project/app.py", Settings("/project"))  # what is imported stays
    gc.collect()
    before = _trees()
    gc.disable()
    try:
        result = lint_source(RECEIVES.encode(), "/project/app.py", Settings("/project"))
        assert any("None" in each.message for each in result.diagnostics)
        assert _trees() == before
    finally:
        gc.enable()


def test_folders_of_the_overlay_are_told_when_they_come() -> None:
    overlay = {"/a/b/c.py": b"", "/a/x.py": b""}
    placed = Placed(overlay)
    assert (placed.within("/a"), placed.within("/a/b"), placed.within("/")) == ({"b", "x.py"}, {"c.py"}, {"a"})
    overlay["/a/b/d.py"] = overlay["/q/r.py"] = b""
    assert (placed.within("/a/b"), placed.within("/q"), placed.within("/")) == ({"c.py", "d.py"}, {"r.py"}, {"a", "q"})
