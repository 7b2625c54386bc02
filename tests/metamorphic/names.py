"""Who binds which name: enough of Python's scoping to rename without changing what a program does."""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Iterator

Function = ast.FunctionDef | ast.AsyncFunctionDef
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)

Project = dict[str, str]
"""The texts of the files of a project, by their paths."""

NEW = "_q7"
"""How names end that a transformation makes up: no program has them."""

HOME = "_q8"
"""How classes end that a transformation makes up around what stood alone."""


def bound(node: ast.AST) -> Iterator[str]:
    """The names that ``node`` itself binds in the scope it stands in (parameters: in its own)."""
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.alias):
        yield (node.asname or node.name).partition(".")[0]
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest
    elif isinstance(node, ast.Global | ast.Nonlocal):
        yield from node.names
    elif type(node).__name__ in {"TypeVar", "ParamSpec", "TypeVarTuple"}:
        yield node.name


def counted(tree: ast.AST) -> Counter[str]:
    """How often each name is bound anywhere in ``tree``."""
    return Counter(name for node in ast.walk(tree) for name in bound(node))


def told(tree: ast.AST) -> set[str]:
    """The words in strings of ``tree``: annotations, ``__all__``, what is patched. Names among them are better left."""
    strings = (each.value for each in ast.walk(tree) if isinstance(each, ast.Constant) and isinstance(each.value, str))
    return {word for text in strings for word in words(text)}


def words(text: str) -> list[str]:
    return "".join(each if each.isidentifier() or each.isdigit() else " " for each in text).split()


def own(function: ast.AST) -> Iterator[ast.AST]:
    """The nodes of the body of ``function`` that run with it, nested functions and classes as one node each."""
    waiting: list[ast.AST] = list(getattr(function, "body", []))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, SCOPES):
            waiting.extend(ast.iter_child_nodes(node))


def functions(tree: ast.AST) -> list[Function]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def helpers(tree: ast.Module) -> list[Function]:
    """The plain functions of a module: nothing is written above them."""
    return [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.decorator_list and node.name != "main"
    ]


def is_generator(function: Function) -> bool:
    return any(isinstance(node, ast.Yield | ast.YieldFrom) for node in own(function))


def blocks(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    """All lists of statements."""
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                yield block


def first(tree: ast.Module) -> int:
    """Where statements may be put in: below the docstring and what comes from the future."""
    at = 0
    for at, statement in enumerate(tree.body):
        is_docstring = at == 0 and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        if not is_docstring and not (isinstance(statement, ast.ImportFrom) and statement.module == "__future__"):
            return at
    return at + 1


def statements(text: str) -> list[ast.stmt]:
    return ast.parse(text).body


def expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


class Others:
    """What the other files of a project say: a name that they have is better left alone."""

    def __init__(self, project: Project, but: str) -> None:
        self.words = {word for path, text in project.items() if path != but for word in words(text)}

    def __contains__(self, name: str) -> bool:
        return name in self.words


def movable(tree: ast.Module, others: Others) -> list[Function]:
    """The plain functions that nothing else of the project can mean by their names."""
    count, strings = counted(tree), told(tree)
    return [
        function
        for function in helpers(tree)
        if count[function.name] == 1 and function.name not in strings and function.name not in others
    ]


class Replaced(ast.NodeTransformer):
    """Names as other expressions, wherever they are read."""

    def __init__(self, expressions: dict[str, ast.expr]) -> None:
        self.expressions = expressions

    def visit_Name(self, node: ast.Name) -> ast.expr:
        other = self.expressions.get(node.id)
        return copy.deepcopy(other) if other is not None and isinstance(node.ctx, ast.Load) else node
