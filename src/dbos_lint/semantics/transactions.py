"""Transactions of SQLAlchemy in the body of one function: where they end, and what stands behind them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from dbos_lint.semantics.analysis import Analysis
from dbos_lint.semantics.body import Body
from dbos_lint.semantics.summary import Module
from dbos_lint.syntax.trees import targets_of, unparse

_PACKAGES = ("sqlalchemy.", "sqlmodel.")
_ENQUEUES = "enqueue_in_transaction"
_BEGINS = ("begin", "begin_nested")
# Statements that may stand between a transaction and what belongs to it.
_BETWEEN = 3

With = ast.With | ast.AsyncWith


class Transactions:
    """The transactions of one function."""

    def __init__(self, analysis: Analysis, module: Module, body: Body) -> None:
        self.analysis = analysis
        self.module = module
        self.body = body

    # ------------------------------------------------------------------ inside

    def ends_after(self, node: ast.Call, connection: ast.expr) -> tuple[int, int] | None:
        """Where the transaction of ``connection``, in which ``node`` stands, ends: with a block, or by ``commit()``;
        None where that is not seen."""
        text = unparse(connection)
        commits = [each for each in self._calls_of("commit", text) if _start(each) > _start(node)]
        blocks = [each for each in self.body.ancestors(node) if isinstance(each, With) and _gives(each, text)]
        ends = [_start(each) for each in commits[:1]]
        ends += [(each.end_lineno or each.lineno, each.end_col_offset or 0) for each in blocks[-1:]]
        return min(ends, default=None)

    def _calls_of(self, method: str, receiver: str) -> Iterator[ast.Call]:
        """The calls of ``method`` on what the text calls ``receiver``, in the order of the text."""
        for node in self.body.walk():
            if isinstance(node, ast.Call) and _receiver(node, method) == receiver:
                yield node

    def results_of(self, node: ast.Call) -> Iterator[ast.Call]:
        """The calls of ``get_result`` on the handle that ``node`` gives, in the order of the text."""
        parent = self.body.parent(node)
        if isinstance(parent, ast.Attribute):
            above = self.body.parent(parent)
            if parent.attr == "get_result" and isinstance(above, ast.Call):
                yield above
        elif len(targets := targets_of(parent)) == 1 and isinstance(targets[0], ast.Name):
            calls = self._calls_of("get_result", targets[0].id)
            yield from (call for call in calls if _start(call) > _start(node))

    # ------------------------------------------------------------------ behind

    def stands_behind(self, node: ast.Call) -> bool:
        """Whether the statement of ``node`` comes right after a transaction of its own."""
        if any(isinstance(each, ast.Call) and _receiver(each, _ENQUEUES) is not None for each in self.body.walk()):
            # Whoever wrote this knows, and what follows belongs to something else.
            return False
        statement = self._statement(node)
        if statement is None:
            return False
        parent = self.body.parent(statement)
        lists = [getattr(parent, name, None) for name in ("body", "orelse", "finalbody")] if parent is not None else []
        siblings = next((each for each in lists if isinstance(each, list) and statement in each), self.body.statements)
        if statement not in siblings:
            return False
        index = siblings.index(statement)
        return any(self._commits_in(each) for each in siblings[max(0, index - _BETWEEN) : index])

    def _statement(self, node: ast.AST) -> ast.stmt | None:
        """The statement of ``node``; None for what runs with the definition of an inner function or class."""
        return next((each for each in self.body.ancestors(node) if isinstance(each, ast.stmt)), None)

    def _commits_in(self, statement: ast.stmt) -> bool:
        """Whether ``statement`` is a transaction, or the commit of one."""
        if isinstance(statement, With):
            if any(self._is_sqlalchemy(item.context_expr, "begin") for item in statement.items):
                return True
            return any(self._is_sqlalchemy(node, "commit") for node in self.body.walk(*statement.body))
        value = statement.value if isinstance(statement, ast.Expr) else None
        return self._is_sqlalchemy(value.value if isinstance(value, ast.Await) else value, "commit")

    def _is_sqlalchemy(self, node: ast.AST | None, method: str) -> bool:
        """Whether ``node`` calls ``method`` of an engine, connection, session, or what makes one."""
        call = self.body.record(node) if isinstance(node, ast.Call) else None
        if call is None:
            return False
        names = self.analysis.calls.callees(self.module, call).names
        return any(name.startswith(_PACKAGES) and name.endswith(f".{method}") for name in names)


def _gives(block: With, connection: str) -> bool:
    """Whether ``block`` binds ``connection``, or begins a transaction on it."""
    for item in block.items:
        if item.optional_vars is not None and unparse(item.optional_vars) == connection:
            return True
        manager = item.context_expr
        if isinstance(manager, ast.Call) and connection in (_receiver(manager, name) for name in _BEGINS):
            return True
    return False


def _receiver(node: ast.Call, method: str) -> str | None:
    """The text of ``x``, if ``node`` is ``x.method(...)``."""
    func = node.func
    return unparse(func.value) if isinstance(func, ast.Attribute) and func.attr == method else None


def _start(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset
