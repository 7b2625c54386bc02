"""Looking around in a tree, in a quarter of the time that :mod:`ast` takes for it."""

from __future__ import annotations

import ast
import warnings
from ast import AST
from collections.abc import Container

# Fields that hold no node, or one that nobody looks for: operators, and how a name is used.
_WITHOUT = frozenset(
    {"arg", "asname", "attr", "conversion", "ctx", "id", "is_async", "kind", "level", "module", "op", "ops", "simple"}
) | {"type_comment"}


# Fields with lists in which there is more than nodes: the key of ``**more`` is None, names are texts.
_MIXED = frozenset({"keys", "kw_defaults", "kwd_attrs", "names"})

# Where statements stand within others, in the order of the text; in the clauses among them, they are a body.
_BLOCKS = ("body", "handlers", "orelse", "finalbody", "cases")
_CLAUSES = ("handlers", "cases")
_LEAVING = frozenset({ast.Return, ast.Raise, ast.Continue, ast.Break})


class _Fields(dict[type[AST], tuple[tuple[str, bool], ...]]):
    """The fields of each kind of node in which there may be nodes, and whether there is more in their lists."""

    def __missing__(self, kind: type[AST]) -> tuple[tuple[str, bool], ...]:
        fields = kind._fields if kind is not ast.Constant else ()
        found = self[kind] = tuple((name, name in _MIXED) for name in fields if name not in _WITHOUT)
        return found


_FIELDS = _Fields()


def children(node: AST) -> list[AST]:
    """The nodes right within ``node``, as :func:`ast.iter_child_nodes` gives them, operators and contexts aside."""
    found: list[AST] = []
    for name, mixed in _FIELDS[node.__class__]:
        value = getattr(node, name, None)
        if value.__class__ is list:
            found += [each for each in value if isinstance(each, AST)] if mixed else value
        elif isinstance(value, AST):
            found.append(value)
    return found


def made_by(node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> list[ast.expr]:
    """What a comprehension evaluates for each part; for ``{**row for row in rows}`` of Python 3.15, the mapping."""
    if isinstance(node, ast.DictComp):
        return [each for each in (node.key, node.value) if each is not None]
    return [node.elt]


def expression(text: str) -> ast.expr | None:
    """The tree of an expression that is written as ``text``, such as an annotation in quotes; None where it is none.

    Since Python 3.12, the parser warns of texts such as ``"\\d"`` in it, on the standard error of whoever lints.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def unparse(node: AST) -> str:
    """The text of ``node``, as :func:`ast.unparse` tells it; where that holds a number of more digits than Python
    prints, one that no other node has."""
    try:
        return ast.unparse(node)
    except ValueError:
        return f"?{getattr(node, 'lineno', 0)}:{getattr(node, 'col_offset', 0)}"


def targets_of(node: AST | None) -> list[ast.expr]:
    """What an assignment gives its value to, annotated or not; nothing, if ``node`` is no assignment."""
    if isinstance(node, ast.Assign):
        return node.targets
    return [node.target] if isinstance(node, ast.AnnAssign) and node.value is not None else []


def name_of(node: AST | None) -> str:
    """The name that ``node`` is, or the last of ``a.b.c``; empty for anything else."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def dotted(node: ast.expr) -> str:
    """``a.b.c`` as text; empty for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def is_constant(node: AST, value: bool | None) -> bool:
    """Whether ``node`` is ``True``, ``False`` or ``None``, whichever ``value`` is."""
    return isinstance(node, ast.Constant) and node.value is value


def compared_with_none(test: ast.AST) -> ast.expr | None:
    """What ``test`` compares with None, whichever of them it names first: ``x`` in ``x is None`` and ``None != x``."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return None
    for side, other in ((test.comparators[0], test.left), (test.left, test.comparators[0])):
        if is_constant(side, None):
            return other
    return None


def end_of(block: list[ast.stmt]) -> ast.stmt:
    """The statement with which ``block`` ends: the first that leaves it, behind which nothing runs, else the last."""
    for statement in block:
        if statement.__class__ in _LEAVING:
            return statement
    return block[-1]


def statements_in(node: ast.stmt) -> list[ast.stmt]:
    """The statements right within ``node``, in the order of the text; no expression is looked into for them."""
    found: list[ast.stmt] = []
    for name in _BLOCKS:
        inside = getattr(node, name, ())
        if name in _CLAUSES:
            for clause in inside:
                found += clause.body
        else:
            found += inside
    return found


def walk(node: AST) -> list[AST]:
    """``node`` and all that is in it, level by level, as :func:`ast.walk` gives it, operators and contexts aside."""
    found = [node]
    fields = _FIELDS
    for each in found:
        for name, mixed in fields[each.__class__]:
            value = getattr(each, name, None)
            if value.__class__ is list:
                found += [inner for inner in value if isinstance(inner, AST)] if mixed else value
            elif isinstance(value, AST):
                found.append(value)
    return found


def parents(*trees: AST, closed: Container[type[AST]] = ()) -> dict[int, AST]:
    """What each node within ``trees`` stands in, by the node's identity; not within nodes of a kind that is ``closed``,
    which are told themselves."""
    found: dict[int, AST] = {}
    todo = [*trees]
    fields = _FIELDS
    for node in todo:
        kind = node.__class__
        if fields[kind]:
            inside = children(node)
            found.update(dict.fromkeys(map(id, inside), node))
            if kind not in closed:
                todo += inside
    return found
