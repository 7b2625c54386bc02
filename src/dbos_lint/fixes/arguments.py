"""Arguments and Keys: what is between the brackets of a call, of the head of a class, or of a dict display."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dbos_lint.fix import Arguments, Keys
from dbos_lint.fixes.edits import Edit, Void, ordered
from dbos_lint.fixes.expressions import check_expression, check_holes, fragment_at
from dbos_lint.fixes.fragments import Fragment, Fragments, find, parsed, same
from dbos_lint.fixes.items import Items
from dbos_lint.syntax.spans import Span

# ---------------------------------------------------------------------- calls and classes


@dataclass(frozen=True)
class _Call:
    """The arguments of a call or of the head of a class as they are written, and their nodes in the same order."""

    items: Items
    arguments: tuple[ast.expr | ast.keyword, ...]
    opening: str = ""
    closing: str = ""

    def index(self, which: str | int) -> int:
        """The number of the argument at a position, or of a keyword."""
        if isinstance(which, int):
            found = [index for index, each in enumerate(self.arguments) if not isinstance(each, ast.keyword)]
            if not 0 <= which < len(found) or any(
                isinstance(self.arguments[index], ast.Starred) for index in found[: which + 1]
            ):
                raise Void("there is no such argument")
            return found[which]
        names = [
            index for index, each in enumerate(self.arguments) if isinstance(each, ast.keyword) and each.arg == which
        ]
        if len(names) != 1:
            raise Void(f"there is no argument '{which}'")
        return names[0]

    @property
    def last_positional(self) -> int:
        """The number behind the last argument that is given by its position."""
        found = [index for index, each in enumerate(self.arguments) if not isinstance(each, ast.keyword)]
        return found[-1] + 1 if found else 0


def arguments(fragments: Fragments, change: Arguments) -> tuple[Edit, ...]:
    """What is to be done to the arguments of a call, or of the head of a class."""
    fragment, _, end = _head_at(fragments, change.span)
    wanted = fragment.parsed()
    assert wanted is not None
    node = _node(wanted, fragment.moved(change.span))
    call = _read(fragment, node, fragments.document.place(change.span)[0], end)
    edits = ordered(_changed(fragment, call, change))
    _mean(node, call, change)
    after = fragment.parsed(edits)
    if after is None or not same(after, wanted):
        raise Void("the call would mean something else")
    check_holes(fragment, edits[0].start if edits else end, edits[-1].end if edits else end, edits)
    return edits


def _head_at(fragments: Fragments, span: Span) -> tuple[Fragment, int, int]:
    """The fragment of the call or the class at ``span``, where it begins, and where it, or its head, ends."""
    start, end = fragments.document.place(span)
    fragment = fragments.around(start, end) or fragments.around(start, start)
    if fragment is None:
        raise Void("no single statement holds what is to be changed")
    return fragment, start, min(end, fragment.end)


def _node(tree: ast.AST, span: Span) -> ast.Call | ast.ClassDef:
    """The call at ``span``, or the class that begins there."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and (node.lineno, node.col_offset) == span[:2]:
            return node
    found: ast.Call = find(tree, span, ast.Call)
    return found


def _read(fragment: Fragment, node: ast.Call | ast.ClassDef, start: int, end: int) -> _Call:
    from dbos_lint.fixes import concrete

    text = fragment.document.text
    written: list[Any] = sorted(
        [*(node.args if isinstance(node, ast.Call) else node.bases), *node.keywords],
        key=lambda each: (each.lineno, each.col_offset),
    )
    opening = closing = ""
    if isinstance(node, ast.Call):
        items = concrete.items_of_call(text, start, end)
    else:
        items, bracketed = concrete.items_of_class(text, start, text[start : fragment.end] + fragment.tail)
        if not bracketed:
            opening, closing = "(", ")"
    if len(items.places) != len(written) or not (opening or text[items.end : items.end + 1] == ")"):
        raise Void("the call has a strange form")
    return _Call(items, tuple(written), opening, closing)


def _changed(fragment: Fragment, call: _Call, change: Arguments) -> Iterator[Edit]:
    """The edits that make ``change``."""
    document = fragment.document
    renamed = dict(change.rename)
    drop = frozenset(call.index(which) for which in change.drop)
    for old, new in change.rename:
        place = call.items.places[call.index(old)][0]
        yield Edit(place, place + len(old), new)
    for position, name in change.keywords:
        start, end = call.items.places[call.index(position)]
        if _is_argument(document.text[start:end]):
            yield Edit(start, start, f"{name}=")
        else:
            yield Edit(start, start, f"{name}=(")
            yield Edit(end, end, ")")
    for which, text in change.values:
        given = call.arguments[call.index(which)]
        value = given.value if isinstance(given, ast.keyword) else given
        yield _value(fragment, call, call.index(which), value, text)
    add: dict[int, list[str]] = {}
    for name, text in change.add:
        text = text if _is_argument(text) else f"({text})"
        if name:
            add.setdefault(len(call.arguments), []).append(f"{name}={text}")
        else:
            add.setdefault(call.last_positional, []).append(text)
    if add and call.opening:
        texts = [text for _, each in sorted(add.items()) for text in each]
        yield Edit(call.items.start, call.items.start, f"{call.opening}{', '.join(texts)}{call.closing}")
    else:
        yield from call.items.edits(drop, add)
    if len(renamed) != len(change.rename):
        raise Void("an argument would get two names")


def _value(fragment: Fragment, call: _Call, index: int, value: ast.expr, text: str) -> Edit:
    """``text`` in place of ``value``, and of the parentheses around it."""
    document = fragment.document
    end = call.items.places[index][1]
    assert value.end_lineno is not None and value.end_col_offset is not None
    start = document.offset(value.lineno + fragment.rows, value.col_offset)
    last = document.offset(value.end_lineno + fragment.rows, value.end_col_offset)
    if "#" in document.text[start:end]:
        raise Void("a comment would be lost")
    before = document.text[call.items.places[index][0] : start]
    if last != end and not before.rpartition("=")[2].strip("( \t\f\n"):
        start -= len(before.rpartition("=")[2].lstrip())
        last = end
    return Edit(start, last, text if _is_argument(text) else f"({text})")


def _is_argument(text: str) -> bool:
    """Whether ``text`` can be the value of an argument without parentheses."""
    apart = check_expression(text)
    tree = parsed(f"f(k={text}, k={text})")
    if tree is None or not isinstance(call := getattr(tree.body[0], "value", None), ast.Call):
        return False
    return len(call.keywords) == 2 and same(call.keywords[0].value, apart) and same(call.keywords[1].value, apart)


def _mean(node: ast.Call | ast.ClassDef, call: _Call, change: Arguments) -> None:
    """Do ``change`` to the tree: what must be meant afterwards."""
    given = list(call.arguments)
    names = dict(change.rename)
    keywords = {call.index(position): name for position, name in change.keywords}
    values = {call.index(which): check_expression(text) for which, text in change.values}
    dropped = {call.index(which) for which in change.drop}
    positional: list[ast.expr] = []
    named: list[ast.keyword] = []
    for index, each in enumerate(given):
        if index in dropped:
            continue
        if isinstance(each, ast.keyword):
            named.append(ast.keyword(names.get(each.arg or "", each.arg), values.get(index, each.value)))
        elif index in keywords:
            named.append(ast.keyword(keywords[index], values.get(index, each)))
        else:
            positional.append(values.get(index, each))
    for name, text in change.add:
        if name:
            named.append(ast.keyword(name, check_expression(text)))
        else:
            positional.append(check_expression(text))
    if isinstance(node, ast.Call):
        node.args = positional
    else:
        node.bases = positional
    node.keywords = named


# ---------------------------------------------------------------------- dict displays


def keys(fragments: Fragments, change: Keys) -> tuple[Edit, ...]:
    """What is to be done to the entries of a dict display."""
    from dbos_lint.fixes import concrete

    fragment, start, end = fragment_at(fragments, change.span)
    document = fragments.document
    wanted = fragment.parsed()
    assert wanted is not None
    node: ast.Dict = find(wanted, fragment.moved(change.span), ast.Dict)
    items = concrete.items_of_dict(document.text, start, end)
    if len(items.places) != len(node.keys):
        raise Void("the dict has a strange form")

    def index(name: str) -> int:
        found = [number for number, key in enumerate(node.keys) if isinstance(key, ast.Constant) and key.value == name]
        if len(found) != 1:
            raise Void(f"there is no key '{name}'")
        return found[0]

    def place(part: ast.expr) -> tuple[int, int]:
        assert part.end_lineno is not None and part.end_col_offset is not None
        return (
            document.offset(part.lineno + fragment.rows, part.col_offset),
            document.offset(part.end_lineno + fragment.rows, part.end_col_offset),
        )

    edits: list[Edit] = []
    for old, new in change.rename:
        key = node.keys[index(old)]
        assert key is not None
        first, last = place(key)
        edits.append(Edit(first, last, _renamed(document.text[first:last], new)))
    for name, text in change.values:
        first, last = place(node.values[index(name)])
        if "#" in document.text[first:last]:
            raise Void("a comment would be lost")
        edits.append(Edit(first, last, text if _is_argument(text) else f"({text})"))
    quote = _quote(document.text, [place(key)[0] for key in node.keys if isinstance(key, ast.Constant)])
    added = [f"{_renamed(quote * 2, name)}: {text if _is_argument(text) else f'({text})'}" for name, text in change.add]
    drop = frozenset(index(name) for name in change.drop)
    edits += items.edits(drop, {len(items.places): added})
    done = ordered(edits)

    values = {index(name): check_expression(text) for name, text in change.values}
    renamed = {index(old): ast.Constant(new, None) for old, new in change.rename}
    entries = [
        (renamed.get(number, key), values.get(number, value))
        for number, (key, value) in enumerate(zip(node.keys, node.values, strict=True))
        if number not in drop
    ] + [(ast.Constant(name, None), check_expression(text)) for name, text in change.add]
    node.keys, node.values = [key for key, _ in entries], [value for _, value in entries]
    after = fragment.parsed(done)
    if after is None or not same(after, wanted):
        raise Void("the dict would mean something else")
    check_holes(fragment, start, end, done)
    return done


def _renamed(literal: str, name: str) -> str:
    """``name`` as a string, in the quotes of ``literal``."""
    quote = literal[:1]
    if quote not in "'\"" or literal.startswith((quote * 3,)) or not name.isprintable() or set(name) & set("'\"\\"):
        raise Void("the key has a strange form")
    return f"{quote}{name}{quote}"


def _quote(text: str, places: Sequence[int]) -> str:
    """The quotes that the keys of a dict have."""
    return "'" if any(text[place] == "'" for place in places) else '"'
