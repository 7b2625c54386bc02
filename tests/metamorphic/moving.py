"""Helpers elsewhere: in classes, behind other functions, in other files."""

from __future__ import annotations

import ast

from tests.metamorphic.names import (
    HOME,
    NEW,
    Function,
    Others,
    Project,
    Replaced,
    bound,
    counted,
    expression,
    first,
    functions,
    is_generator,
    movable,
    own,
    statements,
)


def _called_only(tree: ast.Module, name: str) -> list[ast.Call] | None:
    """The calls of the function ``name`` of a module; ``None`` where it is used otherwise."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name]
    read = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == name]
    return calls if len(read) == len(calls) else None


def kept_in_class(tree: ast.Module, others: Others) -> None:
    """Plain functions become static methods of a class of their own."""
    expressions: dict[str, ast.expr] = {}
    for function in movable(tree, others):
        name = f"Kept{len(expressions)}{HOME}"
        at = tree.body.index(function)
        tree.body[at] = ast.ClassDef(name, [], [], [function], [])
        function.decorator_list.append(ast.Name("staticmethod", ast.Load()))
        expressions[function.name] = expression(f"{name}.{function.name}")
    Replaced(expressions).visit(tree)


def kept_in_object(tree: ast.Module, others: Others) -> None:
    """Plain functions that are only called become methods of an object of the module."""
    expressions: dict[str, ast.expr] = {}
    for function in movable(tree, others):
        if _called_only(tree, function.name) is None:
            continue
        name = f"Kept{len(expressions)}"
        at = tree.body.index(function)
        made = statements(f"{name.lower()}{NEW} = {name}{HOME}()")
        tree.body[at : at + 1] = [ast.ClassDef(name + HOME, [], [], [function], []), *made]
        arguments = function.args.posonlyargs or function.args.args
        arguments.insert(0, ast.arg("self"))
        expressions[function.name] = expression(f"{name.lower()}{NEW}.{function.name}")
    Replaced(expressions).visit(tree)


def through_another(tree: ast.Module, others: Others) -> None:
    """Calls of plain functions go through one function more."""
    for function in movable(tree, others):
        calls = _called_only(tree, function.name)
        if not calls or is_generator(function):
            continue
        via = f"via_{function.name}{NEW}"
        for call in calls:
            call.func = ast.Name(via, ast.Load())
        is_async = isinstance(function, ast.AsyncFunctionDef)
        given = function.args
        arguments = [each.arg for each in (*given.posonlyargs, *given.args)]
        arguments += [f"*{given.vararg.arg}"] if given.vararg else []
        arguments += [f"{each.arg}={each.arg}" for each in given.kwonlyargs]
        arguments += [f"**{given.kwarg.arg}"] if given.kwarg else []
        head, wait = ("async def", "await ") if is_async else ("def", "")
        returns = f" -> {ast.unparse(function.returns)}" if function.returns else ""
        text = f"{head} {via}({ast.unparse(given)}){returns}:\n    return {wait}{function.name}({', '.join(arguments)})"
        at = tree.body.index(function)
        tree.body[at + 1 : at + 1] = statements(text)


def helpers_async(tree: ast.Module, others: Others) -> None:
    """Plain functions that only coroutines call become coroutines themselves."""
    candidates = [f for f in movable(tree, others) if isinstance(f, ast.FunctionDef) and not is_generator(f)]
    while candidates:
        function = candidates.pop()
        calls = _called_only(tree, function.name)
        coroutines = [each for each in functions(tree) if isinstance(each, ast.AsyncFunctionDef)]
        awaited = {id(node) for each in coroutines for node in own(each) if isinstance(node, ast.Call)}
        if not calls or any(id(call) not in awaited for call in calls):
            continue
        _Awaited(calls).visit(tree)
        made = ast.AsyncFunctionDef(**{field: getattr(function, field, None) for field in function._fields})
        tree.body[tree.body.index(function)] = made
        candidates = [f for f in movable(tree, others) if isinstance(f, ast.FunctionDef) and not is_generator(f)]


class _Awaited(ast.NodeTransformer):
    def __init__(self, calls: list[ast.Call]) -> None:
        self.calls = calls

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        return ast.Await(node) if node in self.calls else node


def reordered(tree: ast.Module, others: Others) -> None:
    """Plain functions stand in the opposite order, where the module itself uses none of them while it is imported."""
    at_import: set[str] = set()
    for statement in tree.body:
        parts: list[ast.AST] = [statement]
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            parts = [*statement.decorator_list, *_signature(statement)]
        at_import |= {node.id for part in parts for node in ast.walk(part) if isinstance(node, ast.Name)}
    here = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    here |= {node.id for node in tree.body for node in ast.walk(node) if isinstance(node, ast.Name) and _is_store(node)}
    found = [
        function
        for function in movable(tree, others)
        if function.name not in at_import
        and not any(
            isinstance(node, ast.Name) and node.id in here for part in _signature(function) for node in ast.walk(part)
        )
    ]
    places = [tree.body.index(function) for function in found]
    for place, function in zip(places, reversed(found), strict=True):
        tree.body[place] = function


def _signature(function: Function) -> list[ast.AST]:
    return [function.args, *([function.returns] if function.returns else [])]


def _is_store(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def moved(project: Project) -> Project:
    """Plain functions that need nothing of their module but imports and each other move to another file."""
    made: Project = {}
    for path, text in project.items():
        if not path.endswith(".py"):
            made[path] = text
            continue
        tree = ast.parse(text)
        imports = [s for s in tree.body if isinstance(s, ast.Import | ast.ImportFrom) and not getattr(s, "level", 0)]
        imported = {name for s in imports for alias in s.names for name in bound(alias)}
        count = counted(tree)
        there = movable(tree, Others(project, path))
        mine = {name for name in count if not (count[name] == 1 and name in imported)}
        while True:
            names = {function.name for function in there}
            kept = [f for f in there if not _free(f) & (mine - names)]
            if len(kept) == len(there):
                break
            there = kept
        if there and not any(alias.name == "*" for s in imports for alias in s.names):
            module = path.removesuffix(".py").replace("/", "_").replace("-", "_") + "_moved" + NEW
            folder = path.rpartition("/")[0]
            text = "\n".join(map(ast.unparse, [*imports, *there]))
            made[(f"{folder}/" if folder else "") + f"{module}.py"] = f"{text}\n"
            tree.body = [s for s in tree.body if s not in there]
            level = "." if folder and f"{folder}/__init__.py" in project else ""
            back = statements(f"from {level}{module} import {', '.join(function.name for function in there)}")
            tree.body[first(tree) : first(tree)] = back
        made[path] = ast.unparse(tree) + "\n"
    return made


def _free(function: Function) -> set[str]:
    """The names that a function does not bind itself, and what it writes of the module."""
    nodes = list(ast.walk(function))
    writes = {name for node in nodes if isinstance(node, ast.Global) for name in node.names}
    inside = {name for node in nodes if node is not function for name in bound(node)}
    return ({node.id for node in nodes if isinstance(node, ast.Name)} - inside) | writes
