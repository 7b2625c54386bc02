"""Replace, Expression, Wrap, Swap, Through, AsyncFor: what is done to one expression.

An expression that becomes another is first written with all the parentheses that it could need: that is what must be
meant afterwards. Then it is written with as few as mean the same.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator, Sequence

from dbos_lint.fix import AsyncFor, Expression, Replace, Swap, Through, Wrap
from dbos_lint.fixes.document import Document
from dbos_lint.fixes.edits import Edit, Void, minimal
from dbos_lint.fixes.fragments import Fragment, Fragments, find, parsed, same, stands
from dbos_lint.syntax.spans import Span

_SPACE = frozenset((tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT))


def fragment_at(fragments: Fragments, span: Span) -> tuple[Fragment, int, int]:
    """The fragment that holds ``span``, and where this begins and ends."""
    start, end = fragments.document.place(span)
    fragment = fragments.around(start, end)
    if fragment is None:
        raise Void("no single statement holds what is to be changed")
    return fragment, start, end


def expression(fragments: Fragments, change: Expression) -> tuple[Edit, ...]:
    fragment, start, end = fragment_at(fragments, change.span)
    text = fragments.document.text[start:end]
    check_expression(change.text)
    if _comments(text) - _comments(change.text):
        raise Void("a comment would be lost")
    return _rewritten(fragment, start, end, f"({change.text})", [[Edit(start, end, change.text)]])


def wrap(fragments: Fragments, change: Wrap) -> tuple[Edit, ...]:
    fragment, start, end = fragment_at(fragments, change.span)
    before, after = change.before, change.after
    check_expression(f"{before}(0){after}")
    text = fragments.document.text[start:end]
    bare = [Edit(start, start, before), Edit(end, end, after)]
    inner = [Edit(start, start, f"{before}("), Edit(end, end, f"){after}")]
    outer = [Edit(start, start, f"({before}"), Edit(end, end, f"{after})")]
    tried = [bare, inner, outer]
    if text.startswith("(") and text.endswith(")"):
        # A generator expression gives its own parentheses to the call that it becomes the only argument of.
        ends = [Edit(end - 1, end, after)]
        tried = [[Edit(start, start + 1, before), *ends], [Edit(start, start + 1, f"({before}"), *ends], *tried]
        tried[1][-1] = Edit(end - 1, end, f"{after})")
    return _rewritten(fragment, start, end, f"({before}({text}){after})", tried)


def swap(fragments: Fragments, change: Swap) -> tuple[Edit, ...]:
    document = fragments.document
    (start, end), (again, last) = document.place(change.first), document.place(change.second)
    text = document.text
    if change.span.row != change.span.end_row and _comments(text[end:again] + text[last : document.line_end(last)]):
        raise Void("a comment stands beside it")
    edits = expression(fragments, Expression(change.first, text[again:last]))
    return *edits, *expression(fragments, Expression(change.second, text[start:end]))


def _rewritten(
    fragment: Fragment, start: int, end: int, full: str, tried: Sequence[Sequence[Edit]]
) -> tuple[Edit, ...]:
    """The first of ``tried`` that means what ``full`` does in place of the expression from ``start`` to ``end``."""
    text = fragment.document.text
    whole = Edit(start, end, f"({text[start:end]})")
    apart = fragment.parsed([whole])
    # In parentheses of its own: those of a tuple behind ``with`` would hold two items.
    wanted = fragment.parsed([Edit(start, end, f"({full})")])
    if apart is None or wanted is None or not same(apart, fragment.tree):
        raise Void("it is not an expression by itself")
    for edits in (*tried, [Edit(start, end, full)]):
        found = fragment.parsed(edits)
        if found is not None and same(found, wanted):
            check_holes(fragment, start, end, edits)
            return tuple(minimal(text, edit) for edit in edits)
    raise Void("it would mean something else there")


def replace(fragments: Fragments, change: Replace) -> tuple[Edit, ...]:
    document = fragments.document
    start, end = document.place(change.span)
    edit = Edit(start, end, change.text)
    fragment = fragments.around(start, end)
    if fragment is None:
        _check_gap(document, edit)
    else:
        text = document.text[start:end]
        if text.partition("#")[0].strip() and _comments(text) - _comments(change.text):
            raise Void("a comment would be lost")
        _check_tokens(fragment, edit)
        check_holes(fragment, start, end, [edit])
    return (minimal(document.text, edit),)


def through(fragments: Fragments, change: Through) -> tuple[Edit, ...]:
    """``f(a)`` becomes ``to(first, f, a)``."""
    fragment, start, end = fragment_at(fragments, change.span)
    call = find(fragment.tree, fragment.moved(change.span), ast.Call)
    document = fragments.document
    first = document.offset(call.func.end_lineno + fragment.rows, call.func.end_col_offset)
    opening = document.text.find("(", first, end)
    # The function may stand in parentheses itself.
    while opening >= 0 and parsed(f"({document.text[start:opening].rstrip()})") is None:
        opening = document.text.find("(", opening + 1, end)
    if opening < 0:
        raise Void("the call has a strange form")
    empty = not call.args and not call.keywords
    function = document.text[start:first]
    between = document.text[first:opening]
    comma = "," if document.text[opening + 1].isspace() else ", "
    given = "".join(f"{each}, " for each in change.first)
    edits = [Edit(start, start, f"{change.to}({given}"), Edit(opening, opening + 1, "" if empty else comma)]
    if between.strip() or _comments(function):
        raise Void("the call has a strange form")
    after = fragment.parsed(edits)
    wanted = fragment.parsed()
    assert wanted is not None
    node = find(wanted, fragment.moved(change.span), ast.Call)
    node.args[:0] = [*map(check_expression, change.first), node.func]
    node.func = check_expression(change.to)
    if after is None or not same(after, wanted):
        raise Void("the call has a strange form")
    check_holes(fragment, start, end, edits)
    return tuple(edits)


def async_for(fragments: Fragments, change: AsyncFor) -> tuple[Edit, ...]:
    """The ``for`` before the expression gets ``async``."""
    fragment, _, _ = fragment_at(fragments, change.span)
    wanted = fragment.parsed()
    assert wanted is not None
    span = fragment.moved(change.span)
    find(wanted, span, ast.expr)
    target: ast.expr | None = None
    for node in ast.walk(wanted):
        for name, value in list(ast.iter_fields(node)):
            loops = value if isinstance(value, list) else [value]
            for index, loop in enumerate(loops):
                if isinstance(loop, ast.comprehension) and not loop.is_async and stands(loop.iter, span):
                    target, loop.is_async = loop.target, 1
                elif isinstance(loop, ast.For) and stands(loop.iter, span):
                    target = loop.target
                    made = ast.AsyncFor(loop.target, loop.iter, loop.body, loop.orelse, loop.type_comment)
                    getattr(node, name)[index] = made
    if target is None:
        raise Void("no loop iterates over it")
    document = fragments.document
    before = document.offset(target.lineno + fragment.rows, target.col_offset)
    place = document.text.rfind("for", 0, before)
    edit = Edit(place, place, "async ")
    after = fragment.parsed([edit]) if place >= fragment.start else None
    if after is None or not same(after, wanted):
        raise Void("the loop has a strange form")
    return (edit,)


# ---------------------------------------------------------------------- what is checked


def check_expression(text: str) -> ast.expr:
    """The tree of ``text``, which must be one expression."""
    tree = parsed(f"({text}\n)")
    if tree is None or len(tree.body) != 1 or not isinstance(tree.body[0], ast.Expr):
        raise Void("what is to be written is not an expression")
    value = tree.body[0].value
    # Nor may it close the brackets around it and open others.
    if not isinstance(value, (ast.Yield, ast.YieldFrom, ast.GeneratorExp)) and parsed(f"x[{text}\n]") is None:
        raise Void("what is to be written is not an expression")
    return value


def check_holes(fragment: Fragment, start: int, end: int, edits: Sequence[Edit]) -> None:
    """Raises Void where ``edits`` put into an f-string what some Python cannot read there."""
    inserted = "".join(edit.text for edit in (minimal(fragment.document.text, edit) for edit in edits))
    if inserted.isidentifier():
        return
    for hole in _strings_with_holes(fragment, start, end):
        if any(each in inserted for each in "\\#\n") or any(each in hole and each in inserted for each in "'\""):
            raise Void("an f-string cannot hold it")


def _strings_with_holes(fragment: Fragment, start: int, end: int) -> Iterator[str]:
    document = fragment.document
    for node in ast.walk(fragment.tree):
        if node.__class__.__name__ in ("JoinedStr", "TemplateStr"):
            assert isinstance(node, ast.expr) and node.end_lineno and node.end_col_offset is not None
            first = document.offset(node.lineno + fragment.rows, node.col_offset)
            last = document.offset(node.end_lineno + fragment.rows, node.end_col_offset)
            if first <= start and end <= last:
                yield document.text[first:last]


def _comments(text: str) -> frozenset[str]:
    if "#" not in text:
        return frozenset()
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(f"({text}\n)").readline))
    except (tokenize.TokenError, SyntaxError, IndentationError):
        return frozenset((text,))
    return frozenset(token.string for token in tokens if token.type == tokenize.COMMENT)


def _check_tokens(fragment: Fragment, edit: Edit) -> None:
    """Raises Void unless all that stands around ``edit`` is read as before."""
    tokens = _tokens(fragment.text())
    after = _tokens(fragment.text([edit]))
    if tokens is None or after is None or fragment.parsed([edit]) is None:
        raise Void("it would not be Python any more")
    start = edit.start - fragment.start + len(fragment.head)
    end = edit.end - fragment.start + len(fragment.head)
    grow = len(edit.text) - (edit.end - edit.start)
    old = [(a, b, text) for a, b, text in tokens if b <= start or a >= end]
    new = [(a, b, text) for a, b, text in after if b <= start or a >= end + grow]
    if [text for _, _, text in old] != [text for _, _, text in new]:
        raise Void("what stands around it would be read differently")


def _tokens(text: str) -> list[tuple[int, int, str]] | None:
    """The tokens of ``text`` that mean something, with their places."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    try:
        return [
            (starts[token.start[0] - 1] + token.start[1], starts[token.end[0] - 1] + token.end[1], token.string)
            for token in tokenize.generate_tokens(io.StringIO(text).readline)
            if token.type not in _SPACE and token.string
        ]
    except (tokenize.TokenError, SyntaxError, IndentationError):
        return None


def _check_gap(document: Document, edit: Edit) -> None:
    """Raises Void unless ``edit``, between statements, changes comments and empty lines only."""
    start, end = document.line_start(edit.start), document.line_end(edit.end)
    before = document.text[start:end]
    after = before[: edit.start - start] + edit.text + before[edit.end - start :]
    if [*_code(before)] != [*_code(after)]:
        raise Void("what stands around it would be read differently")


def _code(text: str) -> Iterator[str]:
    """The lines of ``text`` that hold more than a comment, without their comments."""
    tokens = _tokens(text.lstrip(" \t\f"))
    if tokens is None:
        raise Void("what stands around it cannot be judged")
    yield from (string for _, _, string in tokens)
