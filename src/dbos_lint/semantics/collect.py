"""Tree -> summary, in one walk.

Statements are visited recursively (Python bounds how deeply they nest; ``elif`` chains are flattened), expressions
with a stack of our own, so that no expression is too deep. What a node *means* is decided later, in
:mod:`dbos_lint.semantics.resolve`; this room only writes down what is there.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from dbos_lint.semantics.aliases import Renamed, terminal
from dbos_lint.semantics.attempts import attempt_of, stretch
from dbos_lint.semantics.collect_scopes import Body, DefNode, Nodes
from dbos_lint.semantics.collect_statements import SIMPLE, Statements
from dbos_lint.semantics.flow import follow
from dbos_lint.semantics.flow_variables import Marks
from dbos_lint.semantics.guards import branch_kind, case_kind, not_found, run_as_main
from dbos_lint.semantics.sites import (
    DECORATOR,
    DISCARDED,
    ITERATED,
    MODULE,
    Decorator,
    Loop,
    Managed,
    Read,
    Try,
)
from dbos_lint.semantics.summary import Class, Module
from dbos_lint.syntax.spans import span_of
from dbos_lint.syntax.trees import end_of


class Collected:
    """A tree with its summary, and the nodes that rules look at. ``marks`` are left out where few ask for them."""

    __slots__ = ("_marks", "nodes", "summary", "tree")

    def __init__(self, tree: ast.Module, summary: Module, nodes: Nodes, marks: Marks | None) -> None:
        self.tree = tree
        self.summary = summary
        self.nodes = nodes
        self._marks = marks

    @property
    def marks(self) -> Marks:
        """What following values needs to know of the nodes."""
        if self._marks is None:
            self._marks = _walked(self.tree, self.summary).marks
        return self._marks


def collect(tree: ast.Module, path: str, name: str, trusted_rows: frozenset[int] = frozenset()) -> Collected:
    """The summary of ``tree``, the module ``name`` in the file ``path``.

    Functions with a row of their head in ``trusted_rows`` are declared deterministic by a comment.
    """
    collector = _Collector(path, name, trusted_rows)
    collector.statements(tree.body)
    collector.finish()
    return Collected(tree, collector.module, collector.nodes, collector.marks)


def recollect(tree: ast.Module, known: Module) -> Collected:
    """``tree`` with the summary that is ``known`` of the same text."""
    from dbos_lint.semantics.reattach import nodes_of  # a run for one file parses it once

    nodes = nodes_of(tree, known)
    if nodes is not None:
        return Collected(tree, known, nodes, None)
    collector = _walked(tree, known)
    collector.nodes.belong_to(known)
    return Collected(tree, known, collector.nodes, collector.marks)


def _walked(tree: ast.Module, known: Module) -> _Collector:
    """What collecting ``tree`` anew tells of its nodes."""
    collector = _Collector(known.path, known.name, frozenset(), follows=False)
    collector.statements(tree.body)
    collector.finish()
    return collector


def head_rows(node: DefNode) -> range:
    """The rows on which a comment speaks of the whole function."""
    return range(node.lineno, max(node.body[0].lineno, node.lineno + 1))


class _Collector(Statements):
    """Writes down what statements do."""

    def __init__(self, path: str, name: str, trusted_rows: frozenset[int], follows: bool = True) -> None:
        super().__init__(path, name)
        self.trusted_rows = trusted_rows
        self.follows = follows
        # Whether the values of the function that is being walked are followed; it is with one around it.
        self.followed = False

    # ------------------------------------------------------------------ functions and classes

    def _decorators(self, nodes: list[ast.expr]) -> tuple[Decorator, ...]:
        if not nodes:
            return ()
        for node in nodes:
            self.flags[id(node)] = DECORATOR
        self.expressions(nodes)
        return tuple([Decorator(self.references.of(node), span_of(node)) for node in nodes])

    def _def(self, node: DefNode) -> None:
        decorators = self._decorators(node.decorator_list)
        work = self.new_function(node, node.name, type(node) is ast.AsyncFunctionDef)
        function = work.function
        function.decorators = decorators
        if self.trusted_rows:
            function.trusted = not self.trusted_rows.isdisjoint(head_rows(node))
        self.bind(node.name, "def", function.id, node.lineno)
        self.params(node.args, work)
        function.returns = self.references.annotation(node.returns)
        self.nodes.functions.append((node, function))
        scope, outer, block, owner, body = self.scope, self.work, self.block, self.owner, self.body
        # Tests are never workflow code; what they nest is followed by itself.
        is_test = node.name.startswith("test_") and scope.kind != "function"
        around, self.followed = self.followed, self.followed or not is_test
        calls = len(self.nodes.calls)
        self.enter(self.module.scopes[function.scope], work)
        self.body = Body(node)
        self.block = self.new_block("function")
        self.statements(node.body)
        if self.body.launching:
            self.body.launch(self.nodes.calls[calls:], self.module.renamed)
        self.enter(scope, outer)
        self.block, self.owner, self.body = block, owner, body
        if self.followed and not around and self.follows:
            follow(self.module, self.marks, node, function)
        self.followed = around

    def _class(self, node: ast.ClassDef) -> None:
        decorators = self._decorators(node.decorator_list)
        self.expressions([*node.bases, *(keyword.value for keyword in node.keywords)])
        scope = self.new_scope("class", self.scope.id, self.function.id)
        klass = Class(
            len(self.module.classes),
            node.name,
            self.qualname(node.name),
            scope.id,
            self.scope.id,
            tuple([self.references.of(_unparametrized(base)) for base in node.bases]),
            decorators,
            span_of(node),
            keywords=tuple([(keyword.arg, self.references.of(keyword.value)) for keyword in node.keywords]),
        )
        self.module.classes.append(klass)
        self.bind(node.name, "class", klass.id, node.lineno)
        self.nodes.classes.append((node, klass))
        saved = (self.scope, self.owner)
        self.scope, self.owner = scope, klass
        self.statements(node.body)
        self.scope, self.owner = saved

    # ------------------------------------------------------------------ compound statements

    def statements(self, nodes: list[ast.stmt]) -> None:
        """Write down what the statements of one block do, one after the other."""
        body, guards = self.body, self.body.guards
        for node in nodes:
            _STATEMENTS.get(type(node), Statements.other)(self, node)
        body.guards = guards

    def _branch(self, statements: list[ast.stmt], kind: str, choice: int = MODULE) -> None:
        if statements:
            saved = self.block
            leaves = _leaves_loop(statements) if kind == "loop" else isinstance(end_of(statements), _LEAVING)
            self.block = self.new_block(kind, choice, leaves)
            self.statements(statements)
            self.block = saved

    def _guarded_branch(self, statements: list[ast.stmt], kind: str, choice: int, guards: dict[str, str]) -> None:
        """A branch that only runs where these guards hold."""
        around, self.body.guards = self.body.guards, guards
        self._branch(statements, kind, choice)
        self.body.guards = around

    def _expr(self, node: ast.Expr) -> None:
        value = node.value
        if type(value) is ast.Await:
            value = value.value
            self.awaited(value)
        elif (guarded := run_as_main(value, self.module.renamed)) is not None:
            test, run = guarded
            self.test(test)
            self._branch([ast.copy_location(ast.Expr(run), run)], "main")
            return
        else:
            self.flags[id(value)] = DISCARDED
        self.expressions([value])

    def _if(self, node: ast.If) -> None:
        branch: ast.If | None = node
        choice, around = len(self.module.blocks), self.body.guards
        while branch is not None:
            test, rest = branch.test, branch.orelse
            self.test(test)
            if isinstance(test, ast.Constant) and test.value:
                self.statements(branch.body)  # no branch: it always runs
            else:
                kind = branch_kind(test, True, self.module.renamed) or "if"
                self._guarded_branch(branch.body, kind, choice, self.guarded(test, True))
            if rest:
                self.body.guards = self.guarded(test, False)
            if len(rest) == 1 and type(rest[0]) is ast.If:
                branch = rest[0]
                continue
            self._branch(rest, branch_kind(test, False, self.module.renamed) or "else", choice)
            branch = None
        self.body.guards = around
        if not node.orelse and isinstance(end_of(node.body), _LEAVING):
            self.body.guards = self.guarded(node.test, False)

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        self.nodes.loops.append((node, self.function))
        iterable = self.references.of(node.iter)
        if type(node) is ast.For:
            self.flags[id(node.iter)] = ITERATED
        self.expressions([node.iter])
        saved = self.block
        self.block = self.new_block("loop", leaves=_leaves_loop(node.body))
        if iterable is not None:
            self.work.loops.append(Loop(iterable, self.scope.id, span_of(node.iter), saved, self.block))
        self.iterated(node.target, iterable)
        self.expressions([node.target])
        self.statements(node.body)
        self.block = saved
        self._branch(node.orelse, "else")

    def _while(self, node: ast.While) -> None:
        self.nodes.loops.append((node, self.function))
        self.test(node.test)
        self._branch(node.body, "loop")
        self._branch(node.orelse, "else")

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        self.nodes.withs.append((node, self.function))
        work = self.work
        for item in node.items:
            context = item.context_expr
            self.expressions([context])
            manager = self.references.of(context)
            if manager is not None:
                span = span_of(context)
                self.marks.managers[id(context)] = len(work.withs)
                work.withs.append(Read(manager, self.scope.id, span))
                work.managed.append(Managed(manager, self.scope.id, self.block, span, stretch(node.body)))
            if item.optional_vars is not None:
                self.target(item.optional_vars, None, "with", manager)
                self.expressions([item.optional_vars])
        if any(_expects_exception(item.context_expr, self.module.renamed) for item in node.items):
            rows = [node.body[0].lineno, *(part.lineno for part in getattr(node.body[0], "decorator_list", ()))]
            self.module.expected.append((min(rows), node.body[-1].end_lineno or node.lineno))
        self.statements(node.body)

    def _try(self, node: ast.Try) -> None:
        if self.scope.kind != "class":
            types = tuple([self.references.of(handler.type) for handler in node.handlers])
            record = Try(self.function.id, self.scope.id, self.block, span_of(node), types)
            self.module.tries.append(record)
            self.nodes.tries.append((node, record))
            if self.scope.kind == "function":
                attempt = attempt_of(node, types, self.scope.id, self.block, self.body.raises, self.module.renamed)
                self.work.attempts.append(attempt)
        self.statements(node.body)
        for handler in node.handlers:
            if handler.type is not None:
                self.expressions([handler.type])
            if handler.name:
                caught = self.references.annotation(handler.type)
                self.bind(handler.name, "value", caught, handler.lineno)
            guards = {**self.body.guards, **not_found(handler, node.body)}
            self._guarded_branch(handler.body, "except", MODULE, guards)
        self._branch(node.orelse, "else")
        self.statements(node.finalbody)

    def _match(self, node: ast.Match) -> None:
        self.expressions([node.subject])
        choice = len(self.module.blocks)
        for case in node.cases:
            for pattern in ast.walk(case.pattern):
                name = getattr(pattern, "name", None) or getattr(pattern, "rest", None)
                if isinstance(name, str):
                    self.bind(name, "unknown", None, getattr(pattern, "lineno", node.lineno))
                elif isinstance(pattern, (ast.MatchValue, ast.MatchClass)):
                    self.expressions([pattern.value if isinstance(pattern, ast.MatchValue) else pattern.cls])
            if case.guard is not None:
                self.test(case.guard)
            self._branch(case.body, case_kind(node.subject, case.pattern), choice)


def _leaves_loop(body: list[ast.stmt]) -> bool:
    """Whether a loop ends with its first round."""
    return isinstance(end_of(body), (ast.Return, ast.Raise, ast.Break))


def _unparametrized(node: ast.expr) -> ast.expr:
    return node.value if isinstance(node, ast.Subscript) else node


def _expects_exception(manager: ast.expr, renamed: Renamed) -> bool:
    """Whether ``with manager:`` reads like a test's: ``pytest.raises(DBOSException)``, ``self.assertRaises(...)``."""
    expecting = ("raises", "assertRaises", "assertRaisesRegex")
    return isinstance(manager, ast.Call) and terminal(manager.func, renamed) in expecting


_LEAVING = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_STATEMENTS: dict[type, Callable[[_Collector, Any], None]] = {
    **SIMPLE,
    ast.FunctionDef: _Collector._def,
    ast.AsyncFunctionDef: _Collector._def,
    ast.ClassDef: _Collector._class,
    ast.Expr: _Collector._expr,
    ast.For: _Collector._for,
    ast.AsyncFor: _Collector._for,
    ast.While: _Collector._while,
    ast.If: _Collector._if,
    ast.With: _Collector._with,
    ast.AsyncWith: _Collector._with,
    ast.Try: _Collector._try,
    ast.Match: _Collector._match,
}
if hasattr(ast, "TryStar"):
    _STATEMENTS[ast.TryStar] = _Collector._try
