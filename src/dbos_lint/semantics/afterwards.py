"""What comes after a node of a function: the next statement, and whether a variable is looked at again."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Iterator

from dbos_lint.semantics.body import Body
from dbos_lint.syntax.trees import end_of, name_of

_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_LEAVES_FUNCTION = (ast.Return, ast.Raise)
_LEAVES_BLOCK = (*_LEAVES_FUNCTION, ast.Break, ast.Continue)
_FIELDS = ("body", "orelse", "finalbody", "handlers")
# Functions that give the elements of what they are given.
_ITERATORS = frozenset({"enumerate", "reversed", "sorted", "list", "tuple", "values", "items"})


def statement_of(body: Body, node: ast.AST) -> ast.stmt | None:
    """The statement that ``node`` is part of."""
    if isinstance(node, ast.stmt):
        return node
    return next((each for each in body.ancestors(node) if isinstance(each, ast.stmt)), None)


def following(body: Body, node: ast.AST) -> list[ast.stmt]:
    """The statements that follow the one of ``node`` in the same block."""
    statement = statement_of(body, node)
    if statement is None:
        return []
    parent = body.parent(statement)
    blocks = [body.statements] if parent is None else [getattr(parent, name, None) for name in _FIELDS]
    for block in blocks:
        if isinstance(block, list) and statement in block:
            return block[block.index(statement) + 1 :]
    return []


def leaves(block: list[ast.stmt]) -> bool:
    """Whether nothing behind ``block`` runs after it."""
    last = end_of(block) if block else None
    if isinstance(last, ast.If):
        return leaves(last.body) and leaves(last.orelse)
    return isinstance(last, _LEAVES_BLOCK)


def is_used_after(body: Body, node: ast.AST, name: str) -> bool:
    """Whether what ``name`` holds at ``node`` is looked at when ``node`` has run, or the collection it comes from."""
    statement = statement_of(body, node)
    if statement is None or name in _stored(statement, inside=False):
        return False
    for around in body.ancestors(node):
        loop = _generator(around, name)
        if loop is not None:
            if _looked_at_behind(around, node, name):
                return True
            collection = _collection(loop.iter)
            return bool(collection) and is_used_after(body, around, collection)
    own, rows = statement, [mention.lineno for mention in body.mentions.get(name, ())]
    while statement is not None:
        block = following(body, statement)
        for after in block if _is_mentioned(rows, block) else ():
            use = _first_use(after, name) if _is_mentioned(rows, [after]) else None
            if use is not None:
                return use
        if block and isinstance(end_of(block), _LEAVES_FUNCTION):
            return False
        parent = body.parent(statement)
        while parent is not None and not isinstance(parent, ast.stmt):
            parent = body.parent(parent)
        if isinstance(parent, _LOOPS):
            source = _source(parent, name)
            if source is not None:
                return not _gives_element(own, node, source) and is_used_after(body, parent, source)
            if name not in _stored(parent, inside=True) and _loads(parent, name, but=node):
                return True
        statement = parent
    return False


def _generator(around: ast.AST, name: str) -> ast.comprehension | None:
    """The part of a comprehension that gives ``name`` its values."""
    for generator in getattr(around, "generators", ()):
        if any(isinstance(each, ast.Name) and each.id == name for each in ast.walk(generator.target)):
            return generator if isinstance(generator, ast.comprehension) else None
    return None


def _looked_at_behind(around: ast.AST, node: ast.AST, name: str) -> bool:
    """Whether a comprehension looks at ``name`` when ``node``, a part of it, has run."""
    conditions: list[ast.expr] = [test for generator in getattr(around, "generators", ()) for test in generator.ifs]
    results = [getattr(around, field) for field in ("key", "value", "elt") if hasattr(around, field)]
    parts = [*conditions, *results]
    own = next((index for index, part in enumerate(parts) if any(each is node for each in ast.walk(part))), None)
    if own is None:
        return True
    if any(_loads(part, name) for part in parts[own + 1 :]):
        return True
    end = (getattr(node, "end_lineno", 0), getattr(node, "end_col_offset", 0))
    return any(
        isinstance(each, ast.Name) and each.id == name and (each.lineno, each.col_offset) >= end
        for each in ast.walk(parts[own])
    )


def _is_mentioned(rows: list[int], block: list[ast.stmt]) -> bool:
    """Whether one of ``rows`` is within ``block``."""
    nearest = bisect_left(rows, block[0].lineno) if block else len(rows)
    return nearest < len(rows) and rows[nearest] <= (block[-1].end_lineno or block[-1].lineno)


def _first_use(statement: ast.stmt, name: str) -> bool | None:
    """Whether ``statement`` looks at ``name`` (True), gives it another value (False), or does neither (None)."""
    if _loads(statement, name):
        return True
    return False if name in _stored(statement, inside=False) else None


def _loads(node: ast.AST, name: str, but: ast.AST | None = None) -> bool:
    """Whether ``name`` is read within ``node``, in functions that are defined there too, but not within ``but``."""
    todo: list[ast.AST] = [node]
    while todo:
        each = todo.pop()
        if each is but:
            continue
        if isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, ast.Load):
            return True
        todo.extend(ast.iter_child_nodes(each))
    return False


def _stored(statement: ast.stmt, *, inside: bool) -> frozenset[str]:
    """The names to which ``statement`` gives a value, in any case; or, ``inside``, to which anything in it does."""
    if inside:
        nodes: Iterator[ast.AST] = ast.walk(statement)
    else:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        nodes = (each for target in targets if target is not None for each in ast.walk(target))
    return frozenset(each.id for each in nodes if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store))


def _source(loop: ast.For | ast.AsyncFor | ast.While, name: str) -> str | None:
    """The variable over whose elements ``loop`` goes, if ``name`` holds one of them."""
    if isinstance(loop, ast.While) or name not in _stored(loop, inside=False):
        return None
    return _collection(loop.iter)


def _gives_element(statement: ast.stmt, node: ast.AST, source: str) -> bool:
    """Whether what ``node`` gives takes the place of an element: ``rows[index] = node``."""
    if not isinstance(statement, ast.Assign):
        return False
    value = statement.value.value if isinstance(statement.value, ast.Await) else statement.value
    return value is node and any(
        isinstance(target, ast.Subscript) and getattr(target.value, "id", "") == source for target in statement.targets
    )


def _collection(iterable: ast.expr) -> str:
    """The variable whose elements ``iterable`` gives, or nothing."""
    while isinstance(iterable, ast.Call):
        func = iterable.func
        if name_of(func) not in _ITERATORS:
            return ""
        iterable = iterable.args[0] if iterable.args else func.value if isinstance(func, ast.Attribute) else func
    return iterable.id if isinstance(iterable, ast.Name) else ""
