"""Delete, Before, After, Under, Enter, MakeAsync: what is done to whole statements, by lines."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from dbos_lint.fix import After, Before, Delete, Enter, MakeAsync, Under
from dbos_lint.fixes.document import Document
from dbos_lint.fixes.edits import Edit, Void
from dbos_lint.fixes.fragments import Fragments, beginning, blocks, parsed
from dbos_lint.syntax.spans import Span, span_of

_REST_OF_LINE = re.compile(r"[ \t\f]*(?:;[ \t\f]*)?(#[^\n]*)?(?:\n|\Z)")
_COMMENT_LINE = re.compile(r"([ \t\f]*)#[^\n]*(?:\n|\Z)")
_EMPTY_LINE = re.compile(r"[ \t\f]*\n")


class Statement:
    """A statement of a document: its node, the block in which it is, and where it begins and ends."""

    def __init__(self, document: Document, span: Span) -> None:
        self.document = document
        self.node, self.block, self.parent = _find(document, span)
        self.start = beginning(document, self.node)
        self.end = document.place(span)[1]
        if isinstance(self.node, ast.If) and document.text.startswith("elif", self.start):
            raise Void("it is a branch of another statement")

    @property
    def index(self) -> int:
        return next(index for index, each in enumerate(self.block) if each is self.node)

    @property
    def starts_line(self) -> bool:
        text, start = self.document.text, self.first_line
        # What stands behind a semicolon may be continued on a line of its own.
        return not text[start : self.start].strip(" \t\f") and not text.endswith("\\\n", 0, start)

    @property
    def rest(self) -> re.Match[str] | None:
        """What follows on its last line, if that is a comment at most."""
        return _REST_OF_LINE.match(self.document.text, self.end)

    @property
    def first_line(self) -> int:
        return self.document.line_start(self.start)

    @property
    def behind(self) -> int:
        """Where the next line begins, comments in its own blocks included."""
        rest = self.rest
        if rest is None:
            raise Void("another statement stands on the same line")
        end = rest.end()
        if next(blocks(self.node), None) is None:
            return end
        depth = len(self.document.indentation(self.start))
        text, at = self.document.text, end
        while at < len(text):
            if (comment := _COMMENT_LINE.match(text, at)) and len(comment[1]) > depth:
                end = at = comment.end()
            elif empty := _EMPTY_LINE.match(text, at):
                at = empty.end()
            else:
                break
        return end

    @property
    def is_docstring(self) -> bool:
        return (
            self.block[0] is self.node
            and isinstance(self.parent, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
            and self.block is self.parent.body
            and isinstance(self.node, ast.Expr)
            and isinstance(self.node.value, ast.Constant)
            and isinstance(self.node.value.value, str)
        )

    @property
    def is_future(self) -> bool:
        return isinstance(self.node, ast.ImportFrom) and self.node.module == "__future__"


def _find(document: Document, span: Span) -> tuple[ast.stmt, list[Any], Any]:
    """The statement at ``span``, its block, and what the block belongs to."""
    found = document.once(_statements, lambda: _statements(document.tree)).get(span)
    if found is None:
        raise Void("no statement stands there")
    return found


def _statements(tree: ast.Module) -> dict[Span, tuple[ast.stmt, list[Any], Any]]:
    """The statements of a tree, by where they stand, each with its block and what that belongs to."""
    found: dict[Span, tuple[ast.stmt, list[Any], Any]] = {}
    todo: list[Any] = [tree]
    for parent in todo:
        for _, block in blocks(parent):
            found.update((span_of(node), (node, block, parent)) for node in block if isinstance(node, ast.stmt))
            todo += block
    return found


def _first_row(node: Any) -> int:
    row: int = node.pattern.lineno if isinstance(node, ast.match_case) else node.lineno
    return row


# ---------------------------------------------------------------------- definitions


def make_async(fragments: Fragments, change: MakeAsync) -> tuple[Edit, ...]:
    """``def`` becomes ``async def``."""
    document = fragments.document
    node, _, _ = _find(document, change.span)
    if not isinstance(node, ast.FunctionDef):
        raise Void("no function stands there")
    own = list(_own(node.body))
    yields = any(isinstance(each, (ast.Yield, ast.YieldFrom)) for each in own)
    returns = any(isinstance(each, ast.Return) and each.value is not None for each in own)
    if any(isinstance(each, ast.YieldFrom) for each in own) or (yields and returns):
        raise Void("the generator cannot be async")
    place, _ = document.place(change.span)
    return (Edit(place, place, "async "),)


def _own(nodes: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """``nodes`` and all below them, functions aside."""
    for node in nodes:
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            yield from _own(list(ast.iter_child_nodes(node)))


# ---------------------------------------------------------------------- adding


def before(fragments: Fragments, change: Before) -> tuple[Edit, ...]:
    """Statements before another, above its decorators."""
    document = fragments.document
    statement = Statement(document, change.span)
    if not statement.starts_line or _has_neighbour(statement):
        raise Void("another statement stands on the same line")
    if statement.is_docstring or (statement.is_future and "__future__" not in change.text):
        raise Void("it has to come first")
    place = statement.first_line
    return (Edit(place, place, _indented(change.text, document.indentation(statement.start))),)


def after(fragments: Fragments, change: After) -> tuple[Edit, ...]:
    """Statements behind another, and behind the comment on its line."""
    document = fragments.document
    statement = Statement(document, change.span)
    if not statement.starts_line or _has_neighbour(statement):
        raise Void("another statement stands on the same line")
    place = statement.behind
    text = _indented(change.text, document.indentation(statement.start))
    if place and document.text[place - 1] != "\n":
        text = f"\n{text.removesuffix(chr(10))}"
    return (Edit(place, place, text),)


def _has_neighbour(statement: Statement) -> bool:
    """Whether another statement of the block stands on a line of ``statement``."""
    index, block = statement.index, statement.block
    ends_before = index and block[index - 1].end_lineno >= statement.document.row(statement.start)
    starts_after = index + 1 < len(block) and block[index + 1].lineno <= statement.node.end_lineno
    return bool(ends_before or starts_after)


def _indented(text: str, indentation: str) -> str:
    if parsed(text) is None:
        raise Void("what is to be written is not Python")
    inner = _rows_in_strings(text)
    lines = text.removesuffix("\n").split("\n")
    return "".join(f"{indentation if line and row not in inner else ''}{line}\n" for row, line in enumerate(lines, 1))


def _rows_in_strings(text: str) -> frozenset[int]:
    """The rows of ``text`` that begin inside a string."""
    rows: set[int] = set()
    opened: list[int] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            name = tokenize.tok_name[token.type]
            if name == "STRING":
                rows.update(range(token.start[0] + 1, token.end[0] + 1))
            elif name in ("FSTRING_START", "TSTRING_START"):
                opened.append(token.start[0])
            elif name in ("FSTRING_END", "TSTRING_END"):
                rows.update(range(opened.pop() + 1, token.end[0] + 1))
    except (tokenize.TokenError, SyntaxError) as error:
        raise Void("what is to be moved cannot be read") from error
    return frozenset(rows)


# ---------------------------------------------------------------------- moving


def under(fragments: Fragments, change: Under) -> tuple[Edit, ...]:
    """Some statements of a block under a head of their own, with the comments between them."""
    first, last = _moved(fragments.document, change.first, change.last)
    if first.is_docstring:
        raise Void("it has to come first")
    if parsed(f"{change.head}\n pass") is None or "\n" in change.head:
        raise Void("what is to be written is not Python")
    start = first.first_line
    head = Edit(start, start, f"{fragments.document.indentation(first.start)}{change.head}\n")
    return head, *_deeper(first, start, last.behind)


def enter(fragments: Fragments, change: Enter) -> tuple[Edit, ...]:
    """An expression becomes ``with`` it, and the statements behind it its block, with the comments between them."""
    first, last = _moved(fragments.document, change.first, change.last)
    if not isinstance(first.node, ast.Expr) or first.index == last.index:
        raise Void("nothing can be entered there")
    if first.rest is None or ";" in first.rest[0].partition("#")[0]:
        raise Void("the line has a strange form")
    start = first.behind
    while empty := _EMPTY_LINE.match(fragments.document.text, start):
        start = empty.end()
    head = Edit(first.start, first.start, "with "), Edit(first.end, first.end, ":"), Edit(first.behind, start, "")
    return *head, *_deeper(first, start, last.behind)


def _moved(document: Document, first_at: Span, last_at: Span) -> tuple[Statement, Statement]:
    """The first and the last of some statements that have their lines to themselves."""
    first, last = Statement(document, first_at), Statement(document, last_at)
    if first.block is not last.block or first.index > last.index:
        raise Void("the statements are not of one block")
    if not first.starts_line or _has_neighbour(first) or _has_neighbour(last):
        raise Void("another statement stands on the same line")
    if last.is_future:
        raise Void("it has to come first")
    return first, last


def _deeper(first: Statement, start: int, end: int) -> Iterator[Edit]:
    """Indents the lines from ``start`` to ``end``, which are of the block of ``first``."""
    document = first.document
    indentation, step = document.indentation(first.start), _step(first)
    moved = document.text[start:end]
    row = document.row(start)
    inner = _rows_in_strings(f"if 1:\n{moved}" if indentation else moved)
    shift = row - 2 if indentation else row - 1
    at = start
    for number, line in enumerate(moved.split("\n"), row):
        if line.strip() and number - shift not in inner:
            yield Edit(at, at, step)
        at += len(line) + 1


def _step(statement: Statement) -> str:
    """By how much the file indents, near ``statement`` if possible."""
    document = statement.document
    found: list[tuple[bool, str]] = []

    def look(node: Any) -> None:
        for _, block in blocks(node):
            for each in block:
                look(each)
            if isinstance(node, ast.Module) or isinstance(block[0], (ast.ExceptHandler, ast.match_case)):
                continue
            inner = beginning(document, block[0])
            outer = document.indentation(beginning(document, node))
            deeper = document.indentation(inner)
            if document.row(inner) > _first_row(node) and deeper.startswith(outer) and deeper != outer:
                found.append((block is statement.block, deeper[len(outer) :]))

    look(document.tree)
    return max(found, key=lambda each: each[0], default=(False, "    "))[1]


# ---------------------------------------------------------------------- deleting


def delete(
    document: Document, changes: Sequence[Delete], others: Sequence[Before | After], imports: Sequence[Statement] = ()
) -> Iterator[Edit]:
    """Statements that go, all at once, and ``imports`` with them: a block that none of them leaves anything in gets
    ``pass``."""
    found = {id(each.node): each for each in (Statement(document, change.span) for change in changes)}
    held = {id(Statement(document, other.span).block) for other in others} if found else set()
    leaving = [*imports]
    for statement in found.values():
        block = statement.block
        emptied = all(id(each) in found for each in block) and not isinstance(statement.parent, ast.Module)
        if not emptied or id(block) in held or block[0] is not statement.node:
            leaving.append(statement)
        else:
            end = statement.end
            if statement.starts_line and (rest := statement.rest) and rest[1] and len(block) == 1:
                end = rest.end(1)
            yield Edit(statement.start, end, "pass")
    yield from _deleted(leaving, frozenset(found))


def _deleted(statements: Iterable[Statement], gone: frozenset[int]) -> Iterator[Edit]:
    """What takes ``statements`` away, and ``gone``, by their identity."""
    run: list[tuple[Statement, int]] = []
    for statement in sorted(statements, key=lambda each: each.start):
        rest = statement.rest
        if not statement.starts_line or rest is None:
            yield _deleted_inside(statement, gone)
            continue
        if run and not _follows(statement, *run[-1]):
            yield from _deleted_lines(run)
            run = []
        run.append((statement, rest.end()))
    if run:
        yield from _deleted_lines(run)


def _deleted_inside(statement: Statement, gone: frozenset[int]) -> Edit:
    """What takes away a statement that shares its line."""
    document, text = statement.document, statement.document.text
    index, block = statement.index, statement.block
    if statement.rest is None:
        if index + 1 == len(block) or not re.fullmatch(
            r"[ \t\f]*;[ \t\f]*", text[statement.end : _start(document, block[index + 1])]
        ):
            raise Void("the line has a strange form")
        return Edit(statement.start, _start(document, block[index + 1]), "")
    while index and id(block[index - 1]) in gone:
        index -= 1
    if not index or index != statement.index:
        raise Void("the line has a strange form")
    previous = block[index - 1]
    start = document.offset(previous.end_lineno, previous.end_col_offset)
    if not re.fullmatch(r"[ \t\f]*;[ \t\f]*", text[start : statement.start]):
        raise Void("the line has a strange form")
    return Edit(start, statement.end, "")


def _start(document: Document, node: Any) -> int:
    return document.offset(node.lineno, node.col_offset)


def _follows(statement: Statement, last: Statement, end: int) -> bool:
    """Whether nothing but empty lines stand between ``last``, whose lines end at ``end``, and ``statement``."""
    return statement.block is last.block and not statement.document.text[end : statement.first_line].strip()


def _deleted_lines(run: Sequence[tuple[Statement, int]]) -> Iterator[Edit]:
    """The lines of statements that follow one another, and the empty lines around them. Those of one place stay: the
    most that there are, unless the block begins or ends there."""
    (first, _), (last, end) = run[0], run[-1]
    text, above, below = first.document.text, first.first_line, end
    while above and (line := text.rfind("\n", 0, above - 1) + 1) < above and not text[line:above].strip():
        above = line
    while below < len(text) and (empty := _EMPTY_LINE.match(text, below)):
        below = empty.end()
    ends = [above, *(end for _, end in run)]
    gaps = list(zip(ends, [*(each.first_line for each, _ in run), below], strict=True))
    begins = not first.index and not text[first.document.line_start(max(above - 1, 0)) : above].lstrip().startswith("#")
    if last.index + 1 == len(last.block):
        kept = gaps[-1]
    elif begins:
        kept = gaps[0]
    else:
        kept = max(gaps, key=lambda gap: text.count("\n", *gap))
    yield from (edit for edit in (Edit(above, kept[0], ""), Edit(kept[1], below, "")) if not edit.inserts)
