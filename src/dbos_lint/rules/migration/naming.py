"""What the nodes of a file name, looked up by the name: a plan is made for each of many queues, say."""

from __future__ import annotations

import ast
from collections.abc import Callable

from dbos_lint.records import NamedTuple
from dbos_lint.semantics.summary import Function, Module, Scope
from dbos_lint.syntax.spans import span_of
from dbos_lint.syntax.trees import children, walk

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class _Veil(NamedTuple):
    """A function or comprehension whose own names hide those around it."""

    outer: _Veil | None
    node: ast.AST
    scope: Scope | None = None
    targets: frozenset[str] = frozenset()

    def hides(self, name: str) -> bool:
        return name in self.targets or (self.scope is not None and _binds(self.scope, name))


class _Mention(NamedTuple):
    """A name, or a class that has names of its own, in the order of the text."""

    number: int
    node: ast.Name | ast.ClassDef
    veil: _Veil | None


class Variables:
    """Where the names of one tree stand, and what hides what they would mean around it."""

    def __init__(self, tree: ast.Module, module: Module, function: Callable[[ast.AST], Function | None]) -> None:
        self._module = module
        self._function = function
        self._classes = {each.span: each for each in reversed(module.classes)}
        self._mentions: dict[str, list[_Mention]] = {}
        self._unknown: list[_Mention] = []
        self._collect(tree)

    def of(self, name: str, root: ast.Module | FunctionNode) -> list[ast.Name | ast.ClassDef]:
        """The names that mean the variable ``name`` of ``root``, and the classes within that have one of their own."""
        found = sorted([*self._mentions.get(name, ()), *self._unknown])
        return [each.node for each in found if _is_seen(each.veil, name, root)]

    def _collect(self, tree: ast.Module) -> None:
        todo: list[tuple[ast.AST, _Veil | None]] = [(tree, None)]
        number = 0
        while todo:
            node, veil = todo.pop()
            number += 1
            inside: list[tuple[ast.AST, _Veil | None]]
            if isinstance(node, ast.Name):
                self._mentions.setdefault(node.id, []).append(_Mention(number, node, veil))
                continue
            if isinstance(node, FUNCTIONS):
                function = self._function(node)
                own = _Veil(veil, node, self._module.scopes[function.scope] if function is not None else None)
                body = node.body if isinstance(node.body, list) else [node.body]
                inside = [*((each, veil) for each in _head(node)), *((each, own) for each in body)]
            elif isinstance(node, _COMPREHENSIONS):
                inside = _comprehended(node, veil)
            else:
                inside = [(each, veil) for each in children(node)]
            if isinstance(node, ast.ClassDef):
                self._note_class(_Mention(number, node, veil), node)
            todo += inside[::-1]

    def _note_class(self, mention: _Mention, node: ast.ClassDef) -> None:
        klass = self._classes.get(span_of(node))
        if klass is None:
            self._unknown.append(mention)
            return
        scope = self._module.scopes[klass.scope]
        for name in scope.bindings:
            if _binds(scope, name):
                self._mentions.setdefault(name, []).append(mention)


class Nodes:
    """The imports of one tree, its names and attributes, and its strings by the last of their dotted parts."""

    def __init__(self, tree: ast.Module) -> None:
        self.imports: list[ast.Import | ast.ImportFrom] = []
        self.names: dict[str, list[ast.Name]] = {}
        self.attributes: dict[str, list[ast.Attribute]] = {}
        self.strings: dict[str, list[ast.Constant]] = {}
        for node in walk(tree):
            if isinstance(node, ast.Name):
                self.names.setdefault(node.id, []).append(node)
            elif isinstance(node, ast.Attribute):
                self.attributes.setdefault(node.attr, []).append(node)
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                self.imports.append(node)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                self.strings.setdefault(node.value.rpartition(".")[2], []).append(node)


def _comprehended(
    node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, veil: _Veil | None
) -> list[tuple[ast.AST, _Veil | None]]:
    """What is in a comprehension: only its first iterable is evaluated around it."""
    targets = [each.id for it in node.generators for each in walk(it.target) if isinstance(each, ast.Name)]
    own = _Veil(veil, node, None, frozenset(targets))
    first = node.generators[0]
    inside: list[tuple[ast.AST, _Veil | None]] = []
    for each in children(node):
        parts = children(each) if each is first else [each]
        inside += [(part, veil if part is first.iter else own) for part in parts]
    return inside


def _is_seen(veil: _Veil | None, name: str, root: ast.Module | FunctionNode) -> bool:
    """Whether ``name``, behind ``veil``, means that of ``root``."""
    while veil is not None and veil.node is not root:
        if veil.hides(name):
            return False
        veil = veil.outer
    return veil is not None or isinstance(root, ast.Module)


def _head(node: FunctionNode) -> list[ast.AST]:
    """What is evaluated where a function is defined."""
    parts: list[ast.AST] = [node.args]
    if not isinstance(node, ast.Lambda):
        parts += node.decorator_list
        parts += [node.returns] if node.returns is not None else []
    return parts


def _binds(scope: Scope, name: str) -> bool:
    return name in scope.bindings and name not in scope.globals
