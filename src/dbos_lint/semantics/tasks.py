"""Which coroutines a call runs side by side, and how long a task runs beside what follows: told from the tree of the
function, while it is at hand. Whether the names mean what they seem to is decided later."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, TypeAlias

from dbos_lint.catalog.waits import LAUNCHERS, TASK_MAKERS
from dbos_lint.semantics.aliases import Renamed, terminal
from dbos_lint.semantics.sites import Launch, Member
from dbos_lint.syntax.trees import children, made_by, targets_of, walk

FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

# Calls that give back what they are given, or a collection of it.
_PASSING = frozenset({"shield", "list", "tuple", "set", "frozenset", "sorted", "reversed", "iter"})
_FILLS = frozenset({"append", "appendleft", "add", "insert", "extend", "update", "put_nowait"})
# What tells of a task, or takes it out of a collection, without waiting for it.
_INERT = frozenset(
    {"add_done_callback", "remove_done_callback", "set_name", "get_name", "done", "cancelled", "discard", "remove"}
)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)
# How many names a coroutine or task is followed through.
_DEPTH = 6

Position: TypeAlias = tuple[int, int]


class Tasks:
    """What the calls of one function launch. ``numbers`` are those of its calls, by the identity of their nodes;
    ``renamed`` says what its file imports under other names."""

    def __init__(self, function: FunctionNode, numbers: Mapping[int, int], renamed: Renamed) -> None:
        self._function = function
        self._numbers = numbers
        self._renamed = renamed

    def of(self, node: ast.Call) -> Launch:
        """The record of a call whose last name is one of :data:`~dbos_lint.catalog.waits.LAUNCHERS`."""
        name = terminal(node.func, self._renamed)
        makes_task = name in TASK_MAKERS
        spread = name == "gather"
        given = node.args if spread else node.args[:1] or [word.value for word in node.keywords[:1]]
        members = dict.fromkeys(member for arg in given for member in self._members(arg, node, False, 0))
        end = self._consumed(node, 0) if makes_task else None
        repeated = makes_task and self._is_repeated(node, end)
        return Launch(self._numbers[id(node)], tuple(members), end, repeated)

    # ------------------------------------------------------------------ what is run

    def _members(self, node: ast.expr, launch: ast.Call, in_task: bool, depth: int) -> Iterator[Member]:
        """The calls that make the coroutines which ``node`` denotes or holds."""
        if depth > _DEPTH:
            return
        if isinstance(node, ast.Call):
            name = terminal(node.func, self._renamed)
            if name in LAUNCHERS or name in _PASSING:
                for arg in node.args if name == "gather" else node.args[:1]:
                    yield from self._members(arg, launch, in_task or name in TASK_MAKERS, depth + 1)
            elif name in ("values", "keys", "copy") and isinstance(node.func, ast.Attribute) and not node.args:
                yield from self._members(node.func.value, launch, in_task, depth + 1)
            elif id(node) in self._numbers:
                yield Member(self._numbers[id(node)], name == "map" or self._repeats(node, launch), in_task)
        elif isinstance(node, ast.Name):
            for value in self._given_to(node.id):
                yield from self._members(value, launch, in_task, depth + 1)
        else:
            for part in _parts(node):
                yield from self._members(part, launch, in_task, depth + 1)

    def _given_to(self, name: str) -> Iterator[ast.expr]:
        """What the function assigns to ``name``, or puts into it."""
        node: Any
        for node in self._nodes:
            if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr)) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                if any(_base(target) == name for target in targets):
                    yield node.value
            elif _fills(node) and _base(node.func.value) == name:
                yield from node.args[-1:]

    def _repeats(self, node: ast.AST, launch: ast.AST) -> bool:
        """Whether one run of ``launch`` finds any number of what ``node`` makes."""
        around = {id(each) for each in self._ancestors(launch)}
        return any(
            isinstance(each, (*_LOOPS, *_COMPREHENSIONS)) and id(each) not in around for each in self._ancestors(node)
        )

    # ------------------------------------------------------------------ what becomes of a task

    def _consumed(self, node: ast.expr, depth: int) -> Position | None:
        """Where the value of ``node``, a task or what holds one, is first waited for; None if that is nowhere.

        Where it goes out of sight, it is taken to be waited for at the end of the function.
        """
        parent: Any = self._parents.get(id(node))
        group = self._group_of(node)
        if group is not None:
            return _after(group)
        while isinstance(parent, (ast.Starred, ast.Tuple, ast.List, ast.Set, ast.Dict, ast.IfExp, *_COMPREHENSIONS)):
            node, parent = parent, self._parents.get(id(parent))
        if parent is None or depth > _DEPTH:
            return self._end
        if isinstance(parent, ast.Expr):
            return None
        if isinstance(parent, ast.Attribute):
            return None if parent.attr in _INERT else _after(node)
        if isinstance(parent, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr)):
            targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
            names = [_base(target) for target in targets]
            if any(isinstance(target, ast.Attribute) for target in targets) or not all(map(self._is_local, names)):
                return self._end
            ends = [self._first_use(name, parent, depth + 1) for name in names]
            return min([end for end in ends if end is not None], default=None)
        if _fills(parent):
            name = _base(parent.func.value)
            return self._first_use(name, parent, depth + 1) if self._is_own(name) else self._end
        return _after(parent)

    def _first_use(self, name: str, after: ast.AST, depth: int) -> Position | None:
        """Where ``name`` is first used behind ``after`` for more than to ask or fill it; in a loop, also above."""
        later: Position | None = None
        start = _after(after)
        for node in self._loads.get(name, ()):
            end = self._use(node, depth)
            if end is None:
                continue
            if (node.lineno, node.col_offset) >= start:
                return end
            loop = self._shared_loop(node, after)
            if loop is not None:
                later = _after(loop)
        return later

    def _use(self, node: ast.Name, depth: int) -> Position | None:
        parent: Any = self._parents.get(id(node))
        if isinstance(parent, ast.Attribute):
            return None if parent.attr in _INERT or parent.attr in _FILLS else _after(parent)
        if isinstance(parent, ast.Subscript) and isinstance(parent.ctx, ast.Store):
            return None
        if isinstance(parent, (ast.Assign, ast.AnnAssign)) or _fills(parent):
            return self._consumed(node, depth)
        return _after(node)

    def _group_of(self, node: ast.expr) -> ast.AST | None:
        """The ``async with TaskGroup() as name:`` whose ``name`` makes the task."""
        owner = node.func.value if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else None
        if not isinstance(owner, ast.Name):
            return None
        for around in self._ancestors(node):
            if isinstance(around, ast.AsyncWith):
                for item in around.items:
                    if isinstance(item.optional_vars, ast.Name) and item.optional_vars.id == owner.id:
                        return around
        return None

    def _is_repeated(self, node: ast.Call, end: Position | None) -> bool:
        """Whether there is any number of such tasks when they are waited for."""
        group = self._group_of(node)
        for around in self._ancestors(node):
            if around is group:
                return False
            if isinstance(around, _COMPREHENSIONS):
                return not isinstance(self._parents.get(id(node)), ast.Await)
            if isinstance(around, _LOOPS) and (group is not None or end is None or end > _after(around)):
                return True
        return False

    # ------------------------------------------------------------------ the tree

    @property
    def _end(self) -> Position:
        return _after(self._function)[0] + 1, 0

    @cached_property
    def _nodes(self) -> list[ast.AST]:
        return walk(self._function)

    @cached_property
    def _parents(self) -> dict[int, ast.AST]:
        return {id(child): node for node in self._nodes for child in children(node)}

    @cached_property
    def _loads(self) -> dict[str, list[ast.Name]]:
        found: dict[str, list[ast.Name]] = {}
        for node in self._nodes:
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                found.setdefault(node.id, []).append(node)
        for loads in found.values():
            loads.sort(key=lambda name: (name.lineno, name.col_offset))
        return found

    @cached_property
    def _stores(self) -> frozenset[str]:
        return frozenset(n.id for n in self._nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)) - {
            name for n in self._nodes if isinstance(n, (ast.Global, ast.Nonlocal)) for name in n.names
        }

    def _is_local(self, name: str) -> bool:
        return name in self._stores

    def _is_own(self, name: str) -> bool:
        """Whether the function makes what ``name`` holds: ``running = self.running`` is held elsewhere, too."""
        given = (
            node.value
            for node in self._nodes
            if name in [getattr(each, "id", None) for each in targets_of(node)]
            and isinstance(node, (ast.Assign, ast.AnnAssign))
        )
        return self._is_local(name) and not any(isinstance(each, (ast.Attribute, ast.Subscript)) for each in given)

    def _ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        parent = self._parents.get(id(node))
        while parent is not None and not isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield parent
            parent = self._parents.get(id(parent))

    def _shared_loop(self, first: ast.AST, second: ast.AST) -> ast.AST | None:
        around = {id(each) for each in self._ancestors(first)}
        loops = [each for each in self._ancestors(second) if isinstance(each, _LOOPS) and id(each) in around]
        return loops[0] if loops else None


def _parts(node: ast.expr) -> list[ast.expr]:
    """The expressions whose coroutines ``node`` holds."""
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return node.elts
    if isinstance(node, ast.Dict):
        return [part for part in (*node.keys, *node.values) if part is not None]
    if isinstance(node, _COMPREHENSIONS):
        return made_by(node)
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    return [node.value] if isinstance(node, ast.Starred) else []


def _fills(node: Any) -> bool:
    """Whether ``node`` calls a method that puts something into a collection."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _FILLS


def _after(node: ast.AST) -> Position:
    """The position right behind ``node``."""
    return getattr(node, "end_lineno", 0) or 0, getattr(node, "end_col_offset", 0) or 0


def _base(target: ast.expr) -> str:
    """The name that is bound, or into which an item is put."""
    while isinstance(target, ast.Subscript):
        target = target.value
    return target.id if isinstance(target, ast.Name) else ""
