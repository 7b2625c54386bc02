"""Where the items of a call, a class, a dict display and an import stand: what libcst is asked for.

Importing libcst takes longer than most fixes, and most need none of this: it is imported when the first one does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import libcst as cst

from dbos_lint.fixes.edits import Void
from dbos_lint.fixes.items import Items

_code = cst.Module([]).code_for_node
_EMPTY = cst.SimpleWhitespace("")


def items_of_call(text: str, start: int, end: int) -> Items:
    """The arguments of the call from ``start`` to ``end``."""
    try:
        tree = cst.parse_expression(f"({text[start:end]})")
    except cst.ParserSyntaxError as error:
        raise Void("the call has a strange form") from error
    if not isinstance(tree, cst.Call):
        raise Void("the call has a strange form")
    before = [tree.func, tree.whitespace_after_func, tree.whitespace_before_args]
    first = start + 1 + sum(len(_code(part)) for part in before)
    opened = first - len(_code(tree.whitespace_before_args))
    return Items(text, opened, end - 1, list(_arguments(first, tree.args)))


def items_of_class(text: str, start: int, statement: str) -> tuple[Items, bool]:
    """The bases of the class at ``start``, which ``statement`` is the text of, and whether it has brackets."""
    try:
        node = cst.parse_statement(statement)
    except cst.ParserSyntaxError as error:
        raise Void("the class has a strange form") from error
    if not isinstance(node, cst.ClassDef):
        raise Void("the class has a strange form")
    named = start + len("class") + len(_code(node.whitespace_after_class)) + len(_code(node.name))
    parameters = getattr(node, "type_parameters", None)
    if parameters is not None:
        named += len(_code(node.whitespace_after_name)) + len(_code(parameters))
        after = len(_code(node.whitespace_after_type_parameters))
    else:
        after = len(_code(node.whitespace_after_name))
    if not isinstance(node.lpar, cst.LeftParen):
        return Items(text, named, named, ()), False
    opened = named + after + 1
    first = opened + len(_code(node.lpar)) - 1
    args = [*node.bases, *node.keywords]
    closed = first + sum(len(_code(arg)) for arg in args)
    return Items(text, opened, closed, list(_arguments(first, args))), True


def _arguments(at: int, args: Iterable[cst.Arg]) -> Iterator[tuple[int, int]]:
    for arg in args:
        yield at, at + len(_code(arg.with_changes(comma=cst.MaybeSentinel.DEFAULT, whitespace_after_arg=_EMPTY)))
        at += len(_code(arg))


def items_of_dict(text: str, start: int, end: int) -> Items:
    """The entries of the dict display from ``start`` to ``end``."""
    try:
        tree = cst.parse_expression(text[start:end])
    except cst.ParserSyntaxError as error:
        raise Void("the dict has a strange form") from error
    if not isinstance(tree, cst.Dict):
        raise Void("the dict has a strange form")
    places = list(_places(start + len(_code(tree.lbrace)), tree.elements))
    return Items(text, start + 1, end - 1, places)


def items_of_import(text: str, start: int, end: int) -> Items:
    """The names that the import from ``start`` to ``end`` names."""
    try:
        line = cst.parse_statement(text[start:end])
    except cst.ParserSyntaxError as error:
        raise Void("the import has a strange form") from error
    node = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
    if not isinstance(node, (cst.Import, cst.ImportFrom)) or isinstance(node.names, cst.ImportStar):
        raise Void("the import has a strange form")
    opening = node.lpar if isinstance(node, cst.ImportFrom) else None
    closing = node.rpar if isinstance(node, cst.ImportFrom) else None
    last = end - (len(_code(closing)) if closing else 0)
    first = last - sum(len(_code(alias)) for alias in node.names)
    places = list(_places(first, node.names))
    if opening is not None and closing is not None:
        return Items(text, first - len(_code(opening)) + 1, end - 1, places)
    return Items(text, first, end, places, brackets=False)


def _places(at: int, nodes: Iterable[cst.BaseDictElement | cst.ImportAlias]) -> Iterator[tuple[int, int]]:
    for node in nodes:
        yield at, at + len(_code(node.with_changes(comma=cst.MaybeSentinel.DEFAULT)))
        at += len(_code(node))
