"""What is done with the variables of one function, to tell what becomes of coroutines and tasks."""

from __future__ import annotations

import ast
from functools import cached_property

from dbos_lint.syntax.trees import children, targets_of

# What tells of a task without waiting for it.
_OF_RUNNING_TASKS = frozenset({"done", "cancelled", "add_done_callback", "set_name", "get_name"})


class Uses:
    """The uses inside one function; its tree is walked when it is first asked."""

    def __init__(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._function = function
        self._loads: dict[str, list[ast.Name]] = {}
        self._stores: dict[str, list[ast.Name]] = {}
        self._shared: set[str] = set()

    def is_lost(self, node: ast.expr) -> bool:
        """Whether the value of ``node`` is only given a name that nothing reads."""
        name = self._only_name(node)
        return name is not None and name not in self._loads

    def runs_until_cancelled(self, task: ast.Call) -> ast.Call | None:
        """The call that makes the coroutine of ``task``, if that is let run beside the function until that cancels it,
        which comes before all else that is done with it: nobody waits for such a task, as a heartbeat or the renewal
        of a lock."""
        name = self._only_name(task)
        if name is None or not task.args:
            return None
        loads = sorted(self._loads.get(name, ()), key=lambda load: (load.lineno, load.col_offset))
        uses = [getattr(self._parents.get(id(load)), "attr", "") for load in loads]
        is_cancelled = next((use for use in uses if use not in _OF_RUNNING_TASKS), "") == "cancel"
        return self._made(task.args[0]) if is_cancelled else None

    def _made(self, node: ast.expr) -> ast.Call | None:
        """The call that makes the value of ``node``: itself, or what a variable is given that nothing else reads."""
        if not isinstance(node, ast.Name):
            return node if isinstance(node, ast.Call) else None
        for store in self._stores.get(node.id, ()):
            parent = self._parents.get(id(store))
            made = parent.value if isinstance(parent, (ast.Assign, ast.AnnAssign)) else None
            if isinstance(made, ast.Call) and self._only_name(made) == node.id:
                return made if len(self._stores[node.id]) == len(self._loads[node.id]) == 1 else None
        return None

    def _only_name(self, node: ast.expr) -> str | None:
        """The variable to which the value of ``node`` is assigned, if that is all, and no other function's."""
        targets = targets_of(self._parents.get(id(node)))
        if len(targets) != 1 or not isinstance(targets[0], ast.Name) or targets[0].id in self._shared:
            return None
        return targets[0].id

    @cached_property
    def _parents(self) -> dict[int, ast.AST]:
        parents: dict[int, ast.AST] = {}
        todo: list[ast.AST] = [self._function]
        while todo:
            parent = todo.pop()
            if isinstance(parent, ast.Name):
                names = self._loads if isinstance(parent.ctx, ast.Load) else self._stores
                names.setdefault(parent.id, []).append(parent)
                continue
            if isinstance(parent, ast.Constant):
                continue
            if isinstance(parent, (ast.Global, ast.Nonlocal)):
                self._shared.update(parent.names)
            for child in children(parent):
                parents[id(child)] = parent
                todo.append(child)
        return parents
