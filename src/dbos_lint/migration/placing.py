"""Statements in front of others, with the file's own indentation."""

from __future__ import annotations

import ast

from dbos_lint.fix import Before, Change, Replace
from dbos_lint.syntax.spans import Span, span_of


def above(text: str, node: ast.stmt, statements: str, blank: int) -> Change:
    """Put ``statements`` in front of ``node`` in ``text``, above its decorators and the comment that speaks of it, with
    so many blank lines above them."""
    lines = text.split("\n")
    first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
    indentation = _indentation(lines[first - 1])
    row = first
    while row > 1 and lines[row - 2].startswith(f"{indentation}#"):
        row -= 1
    there = next((index for index, line in enumerate(reversed(lines[: row - 1])) if line.strip()), blank)
    opens = lines[row - 2 - there : row - 1][:1]
    if not (opens and _indentation(opens[0]) < indentation):
        statements = "\n" * max(blank - there, 0) + statements
    if row == first:
        return Before(span_of(node), statements)
    made = (f"{indentation}{line}\n" if line else "\n" for line in statements.splitlines())
    return Replace(Span(row, 0, row, 0), "".join(made))


def step(text: str, tree: ast.Module) -> str:
    """What one level of the file is indented by."""
    lines = text.split("\n")
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(node, ast.stmt) and isinstance(body, list) and body[0].lineno > node.lineno:
            outer, inner = (_indentation(lines[each.lineno - 1]) for each in (node, body[0]))
            if len(inner) > len(outer) and inner.startswith(outer):
                return inner[len(outer) :]
    return "    "


def _indentation(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t\f"))]
