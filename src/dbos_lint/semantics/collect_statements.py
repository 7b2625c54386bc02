"""What statements do that hold no others; see :mod:`dbos_lint.semantics.collect`."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from dbos_lint.catalog.nondeterminism import READ_TERMINALS
from dbos_lint.semantics.collect_expressions import Expressions
from dbos_lint.semantics.sites import IN_EXPRESSION, KEPT, MODULE, Read
from dbos_lint.syntax.spans import span_of

_CONDITIONS = frozenset({ast.Compare, ast.BoolOp, ast.UnaryOp})


class Statements(Expressions):
    """Writes down what simple statements do."""

    def test(self, test: ast.expr) -> None:
        self.flags[id(test)] = IN_EXPRESSION
        self.expressions([test])

    def other(self, node: ast.stmt) -> None:
        self.expressions([child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)])

    def _ignore(self, node: ast.stmt) -> None:
        pass

    def _raise(self, node: ast.Raise) -> None:
        if node.exc is not None and self.scope.kind == "function":
            self.work.raises.append(Read(self.references.of(node.exc), self.scope.id, span_of(node.exc)))
        self.other(node)

    def _return(self, node: ast.Return) -> None:
        if node.value is not None:
            if self.scope.kind != "class":  # which Python parses, and refuses to compile
                self.work.results.append(self.references.of(node.value))
            self.expressions([node.value])

    def _assign(self, node: ast.Assign) -> None:
        value = self.references.of(node.value)
        self._given(node.targets, node.value)
        for target in node.targets:
            self.target(target, node.value, "value", value)
        self.expressions([node.value, *(target for target in node.targets if type(target) is not ast.Name)])

    def _given(self, targets: list[ast.expr], value: ast.expr) -> None:
        """That ``targets`` are given ``value``, annotated or not."""
        if len(targets) == 1 and type(targets[0]) is ast.Name and self.scope.kind == "function":
            self.flags[id(value)] = KEPT
        for target in targets:
            if type(target) is ast.Name:
                if type(value) is ast.Call:
                    self.body.lookups[target.id] = value
                elif type(value) in _CONDITIONS:
                    self.body.conditions[target.id] = value
        if self.scope.id == MODULE and isinstance(value, (ast.List, ast.Tuple)):
            self._export(targets, value.elts)

    def _export(self, targets: list[ast.expr], names: list[ast.expr]) -> None:
        """``__all__ = [...]``."""
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            constants = [item.value for item in names if isinstance(item, ast.Constant)]
            self.module.exports = tuple([name for name in constants if isinstance(name, str)])

    def _annotated(self, node: ast.AnnAssign) -> None:
        annotation = self.references.annotation(node.annotation)
        if node.value is not None:
            value = self.references.of(node.value)
            self._given([node.target], node.value)
            if annotation is not None:
                value = ("annotated", value, annotation)
            self.target(node.target, node.value, "value", value)
            self.expressions([node.value, node.target])
        else:
            self.declare(node.target, annotation)

    def _augmented(self, node: ast.AugAssign) -> None:
        self.flags[id(node.value)] = IN_EXPRESSION
        self.target(node.target, None, "augmented", None)
        self.expressions([node.value, node.target])

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if type(target) is ast.Name:
                self.bind(target.id, "unknown", None, target.lineno)
            else:
                self.target(target, None, "unknown", None)
        self.expressions(node.targets)

    def _assert(self, node: ast.Assert) -> None:
        self.test(node.test)
        if node.msg is not None:
            self.expressions([node.msg])

    def _import(self, node: ast.Import) -> None:
        self.nodes.imports.append(node)
        for alias in node.names:
            if alias.asname:
                self.bind(alias.asname, "import", (alias.name, "", 0), node.lineno)
            else:
                package = alias.name.partition(".")[0]
                self.bind(package, "import", (package, "", 0), node.lineno)

    def _import_from(self, node: ast.ImportFrom) -> None:
        self.nodes.imports.append(node)
        module = node.module or ""
        for alias in node.names:
            if alias.name == "*":
                self.scope.stars += ((module, node.level),)
            else:
                if alias.asname:
                    self._rename(alias.asname, alias.name)
                self.bind(alias.asname or alias.name, "import", (module, alias.name, node.level), node.lineno)

    def _rename(self, name: str, original: str) -> None:
        self.module.renamed[name] = original
        if original in READ_TERMINALS:
            self.readable.add(name)
        elif name not in READ_TERMINALS:
            self.readable.discard(name)

    def _global(self, node: ast.Global) -> None:
        self.scope.globals = self.scope.globals.union(node.names)

    def _nonlocal(self, node: ast.Nonlocal) -> None:
        self.scope.nonlocals = self.scope.nonlocals.union(node.names)


SIMPLE: dict[type, Callable[[Any, Any], None]] = {
    ast.Return: Statements._return,
    ast.Assign: Statements._assign,
    ast.AnnAssign: Statements._annotated,
    ast.AugAssign: Statements._augmented,
    ast.Delete: Statements._delete,
    ast.Assert: Statements._assert,
    ast.Raise: Statements._raise,
    ast.Import: Statements._import,
    ast.ImportFrom: Statements._import_from,
    ast.Global: Statements._global,
    ast.Nonlocal: Statements._nonlocal,
    ast.Pass: Statements._ignore,
    ast.Break: Statements._ignore,
    ast.Continue: Statements._ignore,
}
"""What writes down each kind of them."""
