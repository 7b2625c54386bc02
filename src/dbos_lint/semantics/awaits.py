"""Where ``await`` may stand, and what must be awaited too when a call gives an asynchronous handle."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from dbos_lint.semantics.body import Body
from dbos_lint.syntax.trees import targets_of, unparse

_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
# What a handle can be asked for: in the asynchronous one too, where the first two are coroutines.
_COROUTINES = ("get_result", "get_status")
_SAME = ("workflow_id", "get_workflow_id")
# Where a value stands that is no coroutine.
_OF_RESULTS = (
    ast.Expr,
    ast.Return,
    ast.Attribute,
    ast.Subscript,
    ast.FormattedValue,
    ast.Compare,
    ast.BinOp,
    ast.BoolOp,
    ast.UnaryOp,
    ast.If,
    ast.While,
    ast.Assert,
)
_SHOW = ("print", "str", "repr", "len")


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
    """The calls that ask something of the handle that ``made`` gives, or of each of the handles in a list of them, and
    that must be awaited once it is an asynchronous one; ``None`` where the handle may go anywhere else."""
    if isinstance(body.parent(made), ast.Expr):
        return ()
    handles = _spread(body, made)
    return _asking(body, handles) if handles is not None else None


def _spread(body: Body, held: ast.expr) -> list[ast.expr] | None:
    """Where the handle that ``held`` gives, or each of several, is in the end; ``None`` where that is not certain."""
    parent = body.parent(held)
    found: Sequence[ast.expr] | None
    if isinstance(parent, ast.Assign):  # an annotation would say what is true no more
        found = _loads(body, held)
    elif isinstance(parent, ast.ListComp) and parent.elt is held:
        found = _loads(body, parent)
    elif isinstance(parent, (ast.For, ast.comprehension)):
        found = _elements(body, held)
    elif isinstance(parent, ast.Call) and held in parent.args:
        found = _of_list(body, parent)
    else:
        return [held]
    spread = [_spread(body, each) for each in found] if found is not None else [None]
    return [each for some in spread for each in some or ()] if None not in spread else None


def _of_list(body: Body, append: ast.Call) -> list[ast.expr] | None:
    """Where a list is read that ``append`` fills, and nothing else does."""
    if not isinstance(append.func, ast.Attribute) or append.func.attr != "append" or len(append.args) != 1:
        return None
    filled = append.func.value
    if not isinstance(filled, ast.Name) or _is_shared(body, filled.id):
        return None
    first = body.mentions[filled.id][0]
    made = body.parent(first)
    if not isinstance(made, ast.Assign) or made.targets != [first] or not _is_empty(made.value):
        return None
    reads: list[ast.expr] = [each for each in body.mentions[filled.id] if each not in (first, filled)]
    return reads if all(_elements(body, each) is not None for each in reads) else None


def _is_empty(value: ast.expr) -> bool:
    return isinstance(value, ast.List) and not value.elts


def _loads(body: Body, value: ast.expr) -> list[ast.Name] | None:
    """Where the variable of the function is read that holds ``value`` and nothing else."""
    targets = targets_of(body.parent(value))
    target = targets[0] if len(targets) == 1 else None
    if not isinstance(target, ast.Name) or _is_shared(body, target.id):
        return None
    names = [each for each in body.mentions[target.id] if each is not target]
    return names if all(isinstance(each.ctx, ast.Load) for each in names) else None


def _elements(body: Body, iterated: ast.expr) -> list[ast.Name] | None:
    """Where the elements of a list are read over which a loop iterates, if nothing else is done with it there."""
    loop = body.parent(iterated)
    if not isinstance(loop, (ast.For, ast.comprehension)) or loop.iter is not iterated:
        return None
    around = body.parent(loop) if isinstance(loop, ast.comprehension) else loop
    target = loop.target
    if around is None or not isinstance(target, ast.Name):
        return None
    inside = [each for each in ast.walk(around) if isinstance(each, ast.Name) and each.id == target.id]
    if isinstance(loop, ast.For) and (len(inside) < len(body.mentions[target.id]) or _is_shared(body, target.id)):
        return None
    names = [each for each in inside if each is not target]
    return names if all(isinstance(each.ctx, ast.Load) for each in names) else None


def _asking(body: Body, handles: Iterable[ast.expr]) -> tuple[ast.Call, ...] | None:
    uses = [_asked(body, each) for each in handles]
    found = [use for use in uses if use is not None]
    return tuple(use for use in found if isinstance(use, ast.Call)) if len(found) == len(uses) else None


def makers(body: Body, handle: ast.expr) -> Iterator[ast.expr]:
    """What may have made ``handle``, in the function: it itself, what its variable is assigned, or the elements of a
    list over which a loop goes with it."""
    yield handle
    names = {handle.id} if isinstance(handle, ast.Name) else set()
    loops = [each for each in body.walk() if isinstance(each, (ast.For, ast.comprehension))]
    for loop in loops:
        if isinstance(loop.target, ast.Name) and loop.target.id in names and isinstance(loop.iter, ast.Name):
            names.add(loop.iter.id)
    for each in body.walk():
        if not isinstance(each, (ast.Assign, ast.AnnAssign)) or each.value is None:
            continue
        if any(isinstance(to, ast.Name) and to.id in names for to in targets_of(each)):
            yield each.value.elt if isinstance(each.value, ast.ListComp) else each.value


def is_only_asked(body: Body, made: ast.expr) -> bool:
    """Whether the variable that holds what ``made`` gives is only asked for attributes and items."""
    names = _loads(body, made)
    return names is not None and all(isinstance(body.parent(each), (ast.Attribute, ast.Subscript)) for each in names)


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


def changes_shared(body: Body, node: ast.AST) -> bool:
    """Whether ``node`` stands in an assignment that reads what others may change while something is waited for."""
    for outer in body.ancestors(node):
        if isinstance(outer, ast.AugAssign):
            return not isinstance(outer.target, ast.Name) or _is_shared(body, outer.target.id)
        if isinstance(outer, (ast.Assign, ast.AnnAssign)) and outer.value is not None:
            read = {unparse(each) for each in ast.walk(outer.value) if isinstance(each, (ast.Attribute, ast.Subscript))}
            return any(unparse(each) in read for each in targets_of(outer))
    return False


def keeps_state(body: Body) -> bool:
    """Whether the function writes something that others may look at meanwhile."""
    return any(
        isinstance(each, (ast.Global, ast.Nonlocal))
        or (isinstance(each, (ast.Attribute, ast.Subscript)) and not isinstance(each.ctx, ast.Load))
        for each in body.walk()
    )


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


def is_asked_at_once(body: Body, made: ast.expr) -> bool:
    """Whether what ``made`` gives, a handle, is asked right there for what has to be waited for."""
    return isinstance(_asked(body, made), ast.Call)


def is_result(body: Body, use: ast.expr) -> bool:
    """Whether what ``use`` gives, a coroutine, is certainly taken for its result: nobody awaits it later."""
    parent = body.parent(use)
    if targets_of(parent):
        names = _loads(body, use)
        return names is not None and all(is_result(body, name) for name in names)
    if isinstance(parent, (ast.List, ast.Tuple, ast.Dict)):
        return is_result(body, parent)
    if isinstance(parent, ast.Call):
        return isinstance(parent.func, ast.Name) and parent.func.id in _SHOW
    return isinstance(parent, _OF_RESULTS)


def is_of_parameter(body: Body, func: ast.expr) -> bool:
    """Whether ``func``, or what it is an attribute of, is a parameter of the function: callers may give another."""
    while isinstance(func, ast.Attribute):
        func = func.value
    if not isinstance(func, ast.Name) or isinstance(body.node, ast.Module):
        return False
    given = body.node.args
    return func.id in {each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)}


def held_by(body: Body, node: ast.AST) -> Iterator[ast.expr]:
    """The managers of the ``with`` statements, not asynchronous ones, whose bodies ``node`` is in."""
    inner = node
    for outer in body.around(node):
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
