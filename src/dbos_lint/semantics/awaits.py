"""Where ``await`` may stand, and what must be awaited too when a call gives an asynchronous handle."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from dbos_lint.semantics.body import Body

_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
# What a handle can be asked for: in the asynchronous one too, where the first two are coroutines.
_COROUTINES = ("get_result", "get_status")
_SAME = ("workflow_id", "get_workflow_id")


def can_await(body: Body, node: ast.expr) -> bool:
    """Whether ``await`` may stand before ``node``, on every Python since 3.10, and changes nothing else: a generator
    expression with an ``await`` would be an asynchronous one."""
    around = list(_scopes(body, node)) if isinstance(body.node, ast.AsyncFunctionDef) else []
    return (
        isinstance(body.node, ast.AsyncFunctionDef)
        and body.parent(node) is not None
        and len(around) < 2
        and not any(isinstance(each, ast.GeneratorExp) for each in around)
    )


def iterates(body: Body, node: ast.expr) -> bool:
    """Whether ``node`` is what a loop iterates over that can become an ``async for``, on every Python since 3.10: an
    asynchronous comprehension may not stand in another one."""
    loop = body.parent(node)
    if not isinstance(body.node, ast.AsyncFunctionDef) or not isinstance(loop, (ast.For, ast.comprehension)):
        return False
    around = [outer for outer in body.ancestors(loop) if isinstance(outer, _Comprehension)]
    return loop.iter is node and len(around) < 2 and not any(isinstance(outer, ast.GeneratorExp) for outer in around)


def handle_uses(body: Body, made: ast.expr) -> tuple[ast.Call, ...] | None:
    """The calls that ask something of the handle that ``made`` gives, and that must be awaited once it is an
    asynchronous one; ``None`` where the handle may go anywhere else."""
    parent = body.parent(made)
    if isinstance(parent, ast.Expr):
        return ()
    if isinstance(parent, ast.Assign) and len(parent.targets) == 1 and isinstance(parent.targets[0], ast.Name):
        target = parent.targets[0]
        names = [each for each in body.mentions[target.id] if each is not target]
        if _is_shared(body, target.id) or not all(isinstance(each.ctx, ast.Load) for each in names):
            return None
        uses = [_asked(body, name) for name in names]
    else:
        uses = [_asked(body, made)]
    found = [use for use in uses if use is not None]
    return tuple(use for use in found if isinstance(use, ast.Call)) if len(found) == len(uses) else None


def is_only_asked(body: Body, made: ast.expr) -> bool:
    """Whether the variable that holds what ``made`` gives is only asked for attributes and items."""
    parent = body.parent(made)
    target = parent.targets[0] if isinstance(parent, ast.Assign) and len(parent.targets) == 1 else None
    if not isinstance(target, ast.Name) or _is_shared(body, target.id):
        return False
    users = [body.parent(each) for each in body.mentions[target.id] if each is not target]
    return all(isinstance(user, (ast.Attribute, ast.Subscript)) for user in users)


def _asked(body: Body, handle: ast.expr) -> ast.expr | None:
    """What asks something of ``handle``, if both kinds of handle know how to answer: a call to be awaited, or another
    expression."""
    asks = body.parent(handle)
    if not isinstance(asks, ast.Attribute) or asks.value is not handle:
        return None
    if asks.attr in _SAME:
        return asks
    call = body.parent(asks)
    return call if asks.attr in _COROUTINES and isinstance(call, ast.Call) and call.func is asks else None


def _is_shared(body: Body, name: str) -> bool:
    """Whether a name of the function belongs to another scope."""
    return any(isinstance(each, (ast.Global, ast.Nonlocal)) and name in each.names for each in body.walk())


def _scopes(body: Body, node: ast.expr) -> Iterator[_Comprehension]:
    """The comprehensions that evaluate ``node`` for each of their elements: the first iterable is evaluated outside."""
    inner: ast.AST = node
    outermost = False
    for outer in body.ancestors(node):
        if isinstance(outer, ast.comprehension):
            whole = body.parent(outer)
            outermost = inner is outer.iter and isinstance(whole, _Comprehension) and outer is whole.generators[0]
        elif isinstance(outer, _Comprehension):
            if not (outermost and inner is outer.generators[0]):
                yield outer
            outermost = False
        inner = outer


def held_by(body: Body, node: ast.AST) -> Iterator[ast.expr]:
    """The managers of the ``with`` statements, not asynchronous ones, whose bodies ``node`` is in."""
    inner = node
    for outer in body.ancestors(node):
        if isinstance(outer, ast.With) and isinstance(inner, ast.stmt):
            yield from (item.context_expr for item in outer.items)
        inner = outer


def is_tried(body: Body, node: ast.AST) -> bool:
    """Whether a ``try`` in the function may catch what evaluating ``node`` raises."""
    inner = node
    for outer in body.ancestors(node):
        # There is no ast.TryStar before Python 3.11.
        if getattr(outer, "handlers", None) and inner in getattr(outer, "body", ()):
            return True
        inner = outer
    return False
