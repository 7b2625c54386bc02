"""Statements in front of others, with the file's own indentation."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable

from dbos_lint.fix import After, Before, Change, Import
from dbos_lint.syntax.spans import span_of
from dbos_lint.syntax.trees import walk


def above(text: str, tree: ast.Module, node: ast.stmt, statement: str, imports: Iterable[Import]) -> Change | None:
    """Put ``statement`` in front of ``node`` in ``text``, above its decorators and the comment that speaks of it, with
    the blank lines that belong around it; None where it could come above the ``imports`` that it needs."""
    lines = text.split("\n")
    row = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
    indentation = _indentation(lines[row - 1])
    first = row
    while first > 1 and lines[first - 2].startswith(f"{indentation}#"):
        first -= 1
    there = next((index for index, line in enumerate(reversed(lines[: first - 1])) if line.strip()), 0)
    before = _before(tree, node)
    new, most = ast.parse(statement).body[0], 1 if indentation else 2
    lead, trail = min(_apart(before, new), most), min(_apart(new, node) if _defines(new) or _defines(node) else 0, most)
    if isinstance(before, (ast.Import, ast.ImportFrom)) and any(_follows(tree, before, each) for each in imports):
        return Before(span_of(node), statement + "\n" * trail) if there or first < row else None
    if before is None or (first == row and there >= lead and not _defines(node)):
        return Before(span_of(node), statement + "\n" * trail)
    return After(span_of(before), "\n" * lead + statement + "\n" * max(trail - there, 0))


def _follows(tree: ast.Module, last: ast.Import | ast.ImportFrom, needed: Import) -> bool:
    """Whether an import may be put right behind ``last``: not into a statement that is there, nor among those of
    Python's own library above."""
    if any(isinstance(each, ast.ImportFrom) and not each.level and each.module == needed.module for each in tree.body):
        return False
    name = last.module if isinstance(last, ast.ImportFrom) else last.names[0].name
    return _is_own(name or "") or not _is_own(needed.module)


def _is_own(module: str) -> bool:
    return module.partition(".")[0] in sys.stdlib_module_names


def _defines(node: ast.stmt | None) -> bool:
    return isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))


def _apart(one: ast.stmt | None, other: ast.stmt) -> int:
    """How many blank lines stand between two statements."""
    if one is None:
        return 0
    return 2 if _defines(one) or _defines(other) else 1


def _before(tree: ast.Module, node: ast.stmt) -> ast.stmt | None:
    """The statement of the same block in front of ``node``."""
    for each in walk(tree):
        for name in ("body", "orelse", "finalbody"):
            body = getattr(each, name, None)
            if isinstance(body, list) and node in body[1:]:
                previous = body[body.index(node) - 1]
                return previous if isinstance(previous, ast.stmt) else None
    return None


def step(text: str, tree: ast.Module) -> str:
    """What one level of the file is indented by."""
    lines = text.split("\n")
    for node in walk(tree):
        body = getattr(node, "body", None)
        if isinstance(node, ast.stmt) and isinstance(body, list) and body[0].lineno > node.lineno:
            outer, inner = (_indentation(lines[each.lineno - 1]) for each in (node, body[0]))
            if len(inner) > len(outer) and inner.startswith(outer):
                return inner[len(outer) :]
    return "    "


def _indentation(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t\f"))]
