"""Decorators: their order, and what is added to them. Each has its lines; a comment above one that moves goes along."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dbos_lint.fix import Decorators
from dbos_lint.fixes.document import Document
from dbos_lint.fixes.edits import Edit, Void, ordered
from dbos_lint.fixes.expressions import check_expression
from dbos_lint.fixes.fragments import Fragment, Fragments, same


def decorators(fragments: Fragments, change: Decorators) -> tuple[Edit, ...]:
    """The decorators of the function or class at ``span`` in another order, or with others."""
    document = fragments.document
    place, _ = document.place(change.span)
    fragment = fragments.around(place, place)
    if fragment is None or document.text[document.line_start(place) : place].strip(" \t\f"):
        raise Void("the definition stands in a strange place")
    wanted = fragment.parsed()
    assert wanted is not None
    row = change.span.row - fragment.rows
    node = _definition(wanted, row, change.span.col)
    lines = list(_lines(document, fragment, node, document.line_start(place)))
    indentation = document.indentation(place)
    above, below = ("".join(f"{indentation}@{text}\n" for text in texts) for texts in (change.above, change.below))
    order = range(len(lines)) if change.order is None else change.order
    if len({*order}) != len(order) or not {*order} <= {*range(len(lines))}:
        raise Void("there is no such decorator")
    edits: list[Edit] = []
    start = lines[0][1] if lines else document.line_start(place)
    if above:
        edits.append(Edit(start, start, above))
    edits += _arranged(document, lines, order)
    if below:
        end = lines[-1][2] if lines else start
        edits.append(Edit(end, end, below))
    kept = [node.decorator_list[index] for index in order]
    node.decorator_list = [*map(check_expression, change.above), *kept, *map(check_expression, change.below)]
    done = ordered(edits)
    after = fragment.parsed(done)
    if after is None or not same(after, wanted):
        raise Void("the decorators would mean something else")
    return done


def _definition(tree: Any, row: int, column: int) -> Any:
    """The function or class that begins at ``row`` and ``column``, decorators aside."""
    block = tree.body
    while block:
        node = block[-1]
        if (node.lineno, node.col_offset) == (row, column) and hasattr(node, "decorator_list"):
            return node
        block = getattr(node, "body", None)
    raise Void("no definition stands there")


def _lines(document: Document, fragment: Fragment, node: Any, end: int) -> Iterator[tuple[int, int, int]]:
    """For each decorator: where the comments above it begin, where its own lines begin, and where they end."""
    starts: list[int] = []
    previous: int | None = None
    for each in node.decorator_list:
        at = document.offset(each.lineno + fragment.rows, each.col_offset)
        sign = document.text.rfind("@", 0, at)
        if document.text[sign + 1 : at].strip(" \t\f\n\\("):
            raise Void("a comment stands in a strange place")
        starts.append(document.line_start(sign))
    for index, (each, start) in enumerate(zip(node.decorator_list, starts, strict=True)):
        last = document.offset(each.end_lineno + fragment.rows, each.end_col_offset)
        limit = starts[index + 1] if index + 1 < len(starts) else end
        stop = min(document.line_end(last) + 1, limit)
        # Closing parentheses may stand below.
        while stop < limit:
            below = document.line_end(stop)
            line = document.text[stop:below].strip()
            if not line or line.startswith("#"):
                break
            stop = min(below + 1, limit)
        yield (start if previous is None else previous), start, stop
        previous = stop


def _arranged(document: Document, lines: Sequence[tuple[int, int, int]], order: Sequence[int]) -> Iterator[Edit]:
    if list(order) == sorted(order):
        for index, (_, start, stop) in enumerate(lines):
            if index not in order:
                yield Edit(start, stop, "")
        return
    if any(index not in order and lines[index][0] < lines[index][1] for index in range(len(lines))):
        raise Void("a comment would be lost")
    first = next(index for index, number in enumerate(order) if index != number)
    last = len(lines)
    tail = list(order)
    while tail and tail[-1] == last - 1:
        tail.pop()
        last -= 1
    # What moves goes with the comments above it; those above the first decorator are about the definition.
    text = "".join(document.text[lines[index][0] : lines[index][2]] for index in tail[first:])
    yield Edit(lines[first][0], lines[last - 1][2], text)
