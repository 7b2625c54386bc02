"""The database URLs that a program's configurations give, and how they are written down elsewhere."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from dataclasses import dataclass

from dbos_lint.fix import Import
from dbos_lint.rules.migration.computed import computing
from dbos_lint.rules.migration.program import Program
from dbos_lint.semantics.dicts import origin_of
from dbos_lint.semantics.literals import strings
from dbos_lint.semantics.resolve import Resolver
from dbos_lint.semantics.scoping import Place, binding_scope
from dbos_lint.semantics.sites import MODULE, Binding, Ref
from dbos_lint.semantics.summary import Module
from dbos_lint.semantics.values import External, FunctionValue
from dbos_lint.syntax.trees import dotted, unparse, walk

_GETS = ((External("os.environ.get"),), (External("os.getenv"),))
_ENVIRON = (External("os.environ"),)
# What computes a path or a text, and can be computed twice.
_PURE = ("os.path.", "os.fspath", "str", "pathlib.", "os.getcwd")
# Names that stand for names for longer than anybody writes.
_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Url:
    """The expression of a URL where a configuration gives it."""

    path: str
    place: Place
    node: ast.expr
    ref: Ref = None


class Urls:
    """Reads the expressions of URLs."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._resolver = program.resolver

    def inlined(self, url: Url) -> ast.expr | None:
        """The expression by itself: literals and what is read from the environment, whatever names stand for them."""
        module = self._resolver.module(url.path)
        found = self._inline(module, url.node, url.place, 0)
        texts = strings(self._resolver, module, url.ref, url.place) if found is None else None
        if texts is not None and len(set(texts)) == 1:
            return ast.Constant(texts[0])
        return _required(found) if found is not None else None

    def identity(self, url: Url) -> str:
        """What tells one URL from another."""
        found = self.inlined(url)
        if found is not None:
            return unparse(found)
        return _Qualified(self._resolver, self._resolver.module(url.path), url.place).text(url.node)

    def dialect(self, url: Url) -> str:
        """``sqlite`` or ``postgresql``, where the text tells; else empty."""
        module = self._resolver.module(url.path)
        start = _start(self._expanded(module, url.node, url.place))
        texts = [start] if start else strings(self._resolver, module, url.ref, url.place) or ()
        known = [name for name in ("sqlite", "postgres") if texts and all(text.startswith(name) for text in texts)]
        return known[0] if known else ""

    def falls_back_to_sqlite(self, url: Url) -> bool:
        """Whether the environment gives the URL, and it is one of SQLite where it is not set."""
        found = self.inlined(url)
        if isinstance(found, ast.BoolOp):
            found = found.values[-1]
        elif isinstance(found, ast.Call):
            found = found.args[-1]
        return found is not None and _start(found).startswith("sqlite")

    def _expanded(self, module: Module, node: ast.expr, place: Place) -> ast.expr:
        """What a name stands for, if the beginning of that can be told."""
        for _ in range(_DEPTH):
            while isinstance(node, ast.BinOp):
                node = node.left
            step = self._assigned(module, node, place) if isinstance(node, (ast.Name, ast.Attribute)) else None
            if step is None:
                break
            module, node, place = step
        return node

    # ------------------------------------------------------------------ where it can be read

    def holds_at(self, url: Url, path: str, index: int) -> bool:
        """Whether the expression, as it is written, has the same value in front of the statement ``index`` of the
        module ``path``."""
        if url.path != path:
            return False
        tree, module = self._program.tree(path), self._resolver.module(path)
        if tree is None or not self._is_pure(module, url.node, url.place):
            return False
        row = tree.body[index].lineno if index < len(tree.body) else len(self._program.text(path))
        for name, at in self._needed(module, url.node, url.place):
            scope = binding_scope(module, at.scope, name)
            if scope is None:
                continue  # one of Python's own
            bindings = scope.bindings[name]
            if scope.id != MODULE or len(bindings) != 1 or bindings[0].block != MODULE or bindings[0].row >= row:
                return False
        return True

    def imports_for(self, url: Url, path: str) -> dict[Import, str] | None:
        """What the file ``path`` has to import, so that the expression means there what it means where it is written,
        with the files that this imports; None where that is not certain."""
        module = self._resolver.module(url.path)
        calls = [node for node in walk(url.node) if isinstance(node, ast.Call)]
        if not self._is_pure(module, url.node, url.place):
            return None
        if not all(self._computing(module, node, url.place) for node in calls):
            return None
        found: dict[Import, str] = {}
        for name in sorted({node.id for node in walk(url.node) if isinstance(node, ast.Name)}):
            scope = binding_scope(module, url.place.scope, name)
            bindings = scope.bindings[name] if scope is not None else []
            if len(bindings) != 1 or bindings[0].kind != "import" or not bindings[0].value[1]:
                return None
            source, attribute, level = bindings[0].value
            target = self._program.project.find(source, level, url.path)
            if target is None or not target.endswith(".py"):
                return None
            package = relative(target, path) if level else source
            needed = Import(package, attribute, name if name != attribute else "")
            found[needed] = self._program.project.submodule(target, attribute) or target
        return found

    def may_be_none(self, url: Url) -> bool:
        """Whether it is a variable of the environment that need not be set."""
        node, module = url.node, self._resolver.module(url.path)
        if not isinstance(node, ast.Call) or len(node.args) + len(node.keywords) > 1:
            return False
        return self._resolver.resolve(module, dotted(node.func), url.place) in _GETS

    def computes(self, url: Url) -> bool:
        """Whether a function of the program gives the URL, and something for certain."""
        module = self._resolver.module(url.path)
        found = self._computing(module, url.node, url.place) if isinstance(url.node, ast.Call) else None
        if found is None or not self._is_pure(module, url.node, url.place):
            return False
        results = [node.value for node in walk(found[1]) if isinstance(node, ast.Return)]
        return all(isinstance(each, (ast.Constant, ast.JoinedStr, ast.BinOp, ast.BoolOp)) for each in results)

    def _is_pure(self, module: Module, node: ast.AST, place: Place, depth: int = 0) -> bool:
        for each in walk(node):
            if isinstance(each, ast.Call) and not _formats(each):
                values = self._resolver.resolve(module, dotted(each.func), place)
                if len(values) != 1:
                    return False
                if isinstance(values[0], FunctionValue):
                    if depth >= _DEPTH or not self._only_computes(module, each, place, depth):
                        return False
                    continue
                name = values[0].name if isinstance(values[0], External) else ""
                if values not in _GETS and not any(name == pure or name.startswith(pure) for pure in _PURE):
                    return False
            elif isinstance(each, (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr, ast.Lambda, ast.comprehension)):
                return False
        return True

    def _only_computes(self, module: Module, node: ast.Call, place: Place, depth: int) -> bool:
        found = self._computing(module, node, place)
        if found is None:
            return False
        home, function, inside = found
        return all(
            self._is_pure(home, statement, inside, depth + 1)
            and not any(_is_written(home, name) for name, _ in self._needed(home, statement, inside))
            for statement in function.body
        )

    def _computing(self, module: Module, node: ast.Call, place: Place) -> tuple[Module, ast.FunctionDef, Place] | None:
        """The function of the project that a call with literals calls, if it computes a text, and its inside."""
        given = [*node.args, *(each.value for each in node.keywords)]
        if not all(isinstance(each, ast.Constant) for each in given):
            return None
        for value in self._resolver.resolve(module, dotted(node.func), place):
            if not isinstance(value, FunctionValue):
                return None
            home, function = self._resolver.module(value.module), self._resolver.function(value)
            tree = self._program.tree(home.path)
            found = computing(tree, home, function.name) if tree is not None else None
            if found is not None and found.lineno == function.span.row:
                return home, found, Place(function.scope, function.span.end_row)
        return None

    def _needed(self, module: Module, node: ast.AST, place: Place) -> Iterator[tuple[str, Place]]:
        """The names that an expression needs, and those of its file that the functions it calls need, and where."""
        for each in walk(node):
            if isinstance(each, ast.Name):
                yield each.id, place
            called = self._computing(module, each, place) if isinstance(each, ast.Call) else None
            if called is not None and called[0].path == module.path:
                for statement in called[1].body:
                    for name, at in self._needed(module, statement, called[2]):
                        scope = binding_scope(module, at.scope, name)
                        if scope is not None and scope.id == MODULE:
                            yield name, at

    # ------------------------------------------------------------------ what names stand for

    def _inline(self, module: Module, node: ast.expr, place: Place, depth: int) -> ast.expr | None:
        if depth > _DEPTH:
            return None
        if isinstance(node, ast.Constant):
            return node if node.value is None or isinstance(node.value, (str, int)) else None
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = (self._inline(module, each, place, depth + 1) for each in (node.left, node.right))
            return ast.BinOp(left, node.op, right) if left is not None and right is not None else None
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
            values = [self._inline(module, each, place, depth + 1) for each in node.values]
            known = [each for each in values if each is not None]
            return ast.BoolOp(node.op, known) if len(known) == len(values) else None
        if isinstance(node, ast.JoinedStr):
            return self._joined(module, node, place, depth)
        if isinstance(node, ast.Subscript) and self._resolver.resolve(module, dotted(node.value), place) == _ENVIRON:
            key = self._inline(module, node.slice, place, depth + 1)
            return _environ(key) if key is not None else None
        if isinstance(node, ast.Call):
            return self._read(module, node, place, depth)
        if isinstance(node, (ast.Name, ast.Attribute)):
            step = self._assigned(module, node, place)
            return self._inline(*step, depth + 1) if step is not None else None
        return None

    def _joined(self, module: Module, node: ast.JoinedStr, place: Place, depth: int) -> ast.expr | None:
        parts: list[ast.expr] = []
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                inner = self._inline(module, part.value, place, depth + 1)
                if inner is None or part.format_spec is not None:
                    return None
                part = ast.FormattedValue(inner, part.conversion, None)
            parts.append(part)
        texts = [
            part.value if isinstance(part, ast.FormattedValue) and part.conversion == -1 else part for part in parts
        ]
        constants = [text.value for text in texts if isinstance(text, ast.Constant)]
        return ast.JoinedStr(parts) if len(constants) < len(texts) else ast.Constant("".join(map(str, constants)))

    def _read(self, module: Module, node: ast.Call, place: Place, depth: int) -> ast.expr | None:
        """What ``os.environ.get`` reads."""
        if self._resolver.resolve(module, dotted(node.func), place) not in _GETS or node.keywords:
            return None
        args = [self._inline(module, each, place, depth + 1) for each in node.args]
        known = [each for each in args if each is not None]
        if len(known) != len(args) or not 1 <= len(args) <= 2:
            return None
        return ast.Call(ast.parse("os.environ.get", mode="eval").body, known, [])

    def _assigned(self, module: Module, node: ast.expr, place: Place) -> tuple[Module, ast.expr, Place] | None:
        """The one expression that a name is assigned to, and where that stands."""
        name = dotted(node)
        if not name:
            return None
        origin = origin_of(self._resolver, module, name, place)
        if origin is not None:
            module, name, place = origin
        if not isinstance(name, str) or "." in name:
            return None
        scope = binding_scope(module, place.scope, name)
        bindings = scope.bindings[name] if scope is not None else []
        if scope is None or len(bindings) != 1 or name in scope.augmented or _is_written(module, name):
            return None
        value = self._value(module, name, bindings[0])
        return (module, value, Place(scope.id, bindings[0].row - 1, bindings[0].block)) if value is not None else None

    def _value(self, module: Module, name: str, binding: Binding) -> ast.expr | None:
        tree = self._program.tree(module.path) if binding.kind == "value" else None
        for node in walk(tree) if tree is not None else ():
            if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.lineno <= binding.row <= (node.end_lineno or 0):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                if any(isinstance(target, ast.Name) and target.id == name for target in targets):
                    return node.value
        return None


class _Qualified(ast.NodeTransformer):
    """Writes an expression with names that mean the same in every file."""

    def __init__(self, resolver: Resolver, module: Module, place: Place) -> None:
        self._resolver, self._module, self._place = resolver, module, place

    def text(self, node: ast.expr) -> str:
        return unparse(self.visit(ast.parse(unparse(node), mode="eval")))

    def visit_Name(self, node: ast.Name) -> ast.Name:
        origin = origin_of(self._resolver, self._module, node.id, self._place)
        if origin is not None:
            return ast.Name(f"{origin[0].path}:{origin[1]}")
        scope = binding_scope(self._module, self._place.scope, node.id)
        return node if scope is None else ast.Name(f"{self._module.path}:{scope.id or ''}{node.id}")


def relative(wanted: str, importer: str) -> str:
    """The module in the file ``wanted`` by the dots that lead to it."""
    parts = os.path.splitext(os.path.relpath(wanted, os.path.dirname(importer)))[0].split(os.sep)
    names = [part for part in parts if part not in (os.pardir, "__init__")]
    return "." * (1 + parts.count(os.pardir)) + ".".join(names)


def text_of(node: ast.expr) -> str:
    """The text of an expression that stands nowhere yet."""
    text = unparse(ast.fix_missing_locations(node))
    return text.replace("'", '"') if '"' not in text and "\\" not in text else text


def _is_written(module: Module, name: str) -> bool:
    """Whether a function of the module gives the name another value."""
    return any(write.kind == "name" and write.target == name for each in module.functions for write in each.writes)


def _environ(key: ast.expr) -> ast.expr:
    return ast.Subscript(ast.parse("os.environ", mode="eval").body, key, ast.Load())


def _required(node: ast.expr) -> ast.expr:
    """A variable of the environment without which there is no URL is required."""
    if isinstance(node, ast.Call) and len(node.args) == 1:
        return _environ(node.args[0])
    return node


def _formats(node: ast.Call) -> bool:
    """Whether ``node`` is ``"...".format(...)``."""
    return (
        isinstance(node.func, ast.Attribute)
        and node.func.attr == "format"
        and isinstance(node.func.value, ast.Constant)
    )


def _start(node: ast.expr) -> str:
    """The literal that an expression begins with."""
    if isinstance(node, ast.JoinedStr) and node.values:
        return _start(node.values[0])
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _formats(node):
        return _start(node.func.value)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
