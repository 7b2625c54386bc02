"""The parts of a file that can be parsed by themselves: simple statements, and the heads of compound ones.

A change inside of one is judged by it alone, which is fast however long the file is. In the text of a fragment every
place has the column that it has in the file, so that spans differ by a number of rows only.
"""

from __future__ import annotations

import ast
import warnings
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from dbos_lint.fixes.document import Document
from dbos_lint.fixes.edits import Edit, Void, applied
from dbos_lint.syntax.spans import Span

_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")


@dataclass(frozen=True)
class Fragment:
    """What stands from ``start`` to ``end``; between ``head`` and ``tail`` it is a program. ``rows`` is how many rows
    later than there it stands in the file. The head of a compound statement begins where its line does."""

    document: Document
    start: int
    end: int
    head: str
    tail: str
    rows: int

    def text(self, edits: Iterable[Edit] = ()) -> str:
        """The program, after ``edits`` of the file, which are in order."""
        inner = self.document.text[self.start : self.end]
        moved = (Edit(start - self.start, end - self.start, text) for start, end, text in edits)
        return self.head + applied(inner, moved) + self.tail

    def parsed(self, edits: Iterable[Edit] = ()) -> ast.Module | None:
        """The tree of :meth:`text`, ``None`` where it is not Python."""
        return parsed(self.text(edits))

    @cached_property
    def tree(self) -> ast.Module:
        """The tree as it is, not to be changed."""
        tree = self.parsed()
        if tree is None:
            raise Void("the statement cannot be judged by itself")
        return tree

    def moved(self, span: Span) -> Span:
        """``span`` in the rows of the program."""
        return Span(span.row - self.rows, span.col, span.end_row - self.rows, span.end_col)


@dataclass(frozen=True)
class Fragments:
    """The fragments of a document, by place."""

    document: Document
    _made: dict[int, Fragment] = field(default_factory=dict)

    @cached_property
    def _places(self) -> list[tuple[int, int, Any]]:
        return sorted(_placed(self.document, self.document.tree.body), key=lambda place: place[:2])

    @cached_property
    def _starts(self) -> list[int]:
        return [start for start, _, _ in self._places]

    def around(self, start: int, end: int) -> Fragment | None:
        """The fragment that holds what stands from ``start`` to ``end``."""
        index = bisect_right(self._starts, start) - 1
        if index < 0:
            return None
        first, last, node = self._places[index]
        if not first <= start <= end <= last:
            return None
        if index not in self._made:
            self._made[index] = _fragment(self.document, first, last, node)
        return self._made[index]


def beginning(document: Document, node: Any) -> int:
    """Where a statement, a handler or a case begins, decorators included."""
    decorators = getattr(node, "decorator_list", ())
    if isinstance(node, ast.match_case):
        start = document.offset(node.pattern.lineno, node.pattern.col_offset)
        return _back(document.text, start, "case")
    if not decorators:
        return document.offset(node.lineno, node.col_offset)
    start = document.offset(decorators[0].lineno, decorators[0].col_offset)
    return _back(document.text, start, "@")


def _back(text: str, start: int, word: str) -> int:
    """The place of ``word``, from which only spaces and parentheses lead to ``start``."""
    found = text.rfind(word, 0, start)
    if found < 0 or text[found + len(word) : start].strip(" \t\f\n\\("):
        raise Void("a comment stands in a strange place")
    return found


def blocks(node: Any) -> Iterator[tuple[str, list[Any]]]:
    """The blocks of statements, handlers and cases that ``node`` holds, by the names of their fields."""
    for name in _BLOCKS:
        block = getattr(node, name, None)
        if isinstance(block, list) and block:
            yield name, block


def _placed(document: Document, nodes: list[Any]) -> Iterator[tuple[int, int, Any]]:
    """Where each fragment begins and ends, and its node."""
    todo = nodes[::-1]
    while todo:  # not one call within the other: an ``elif`` is in all that are before it
        node = todo.pop()
        inner = [block for _, block in blocks(node)]
        try:
            start = beginning(document, node)
            if inner:
                yield document.line_start(start), _head_end(document, node, inner[0][0]), node
            else:
                yield start, document.offset(node.end_lineno, node.end_col_offset), node
        except Void:
            pass
        todo += (each for block in reversed(inner) for each in reversed(block))


def _head_end(document: Document, node: Any, first: Any) -> int:
    end = beginning(document, first)
    if getattr(first, "decorator_list", ()) or isinstance(node, ast.Match):
        return document.line_start(end)
    return end


def _fragment(document: Document, start: int, end: int, node: Any) -> Fragment:
    text = document.text
    row = document.row(start)
    if next(blocks(node), None) is None:
        column = len(text[document.line_start(start) : start].encode())
        head = "if 1:\n" + " " * column if column else ""
        return Fragment(document, start, end, head, "", row - 1 - bool(column))
    lead = document.indentation(start)
    if isinstance(node, ast.match_case):
        head = "match 1:\n"
    elif isinstance(node, ast.ExceptHandler):
        head = f"if 1:\n{lead}try: pass\n" if lead else "try: pass\n"
    elif text.startswith("elif", start + len(lead)):
        head = f"if 1:\n{lead}if 1: pass\n" if lead else "if 1: pass\n"
    else:
        head = "if 1:\n" if lead else ""
    # What stands where the body began has the column of the body, which is right wherever the head is.
    tail = "pass"
    if isinstance(node, ast.Match):
        tail = f"{lead} case _: pass"
    elif end == document.line_start(end):
        tail = f"{lead} pass"
    if isinstance(node, ast.Try) or (node.__class__.__name__ == "TryStar"):
        tail += f"\n{lead}finally: pass"
    return Fragment(document, start, end, head, tail, row - 1 - head.count("\n"))


def parsed(text: str) -> ast.Module | None:
    """The tree of ``text``, ``None`` where it is not Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def same(one: Any, other: Any) -> bool:
    """Whether two trees, or parts of trees, say the same."""
    pairs = [(one, other)]
    for one, other in pairs:
        if one.__class__ is not other.__class__:
            return False
        if isinstance(one, ast.AST):
            pairs += ((getattr(one, name, None), getattr(other, name, None)) for name in one._fields)
        elif isinstance(one, list):
            if len(one) != len(other):
                return False
            pairs += zip(one, other, strict=True)
        elif one != other and one == one:
            return False
    return True


def find(tree: ast.AST, span: Span, *kinds: type[ast.AST]) -> Any:
    """The only node of ``tree`` of one of ``kinds`` that stands at ``span``."""
    found = [node for node in ast.walk(tree) if isinstance(node, kinds) and stands(node, span)]
    if len(found) != 1:
        raise Void("what is to be changed does not stand there")
    return found[0]


def stands(node: Any, span: Span) -> bool:
    """Whether ``node`` stands at ``span``."""
    return (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset) == tuple(span)
