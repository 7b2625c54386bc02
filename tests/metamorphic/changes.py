"""Transformations that leave what a program does as it was. Each changes whatever it can, and nothing it is not sure of."""

from __future__ import annotations

import ast
import copy
import importlib
import sys
from collections.abc import Callable, Iterator
from types import ModuleType

from tests.metamorphic.comparing import Project
from tests.metamorphic.names import (
    HOME,
    NEW,
    SCOPES,
    Function,
    blocks,
    bound,
    counted,
    first,
    functions,
    helpers,
    is_generator,
    own,
    statements,
    told,
    words,
)

Change = Callable[[ast.Module, "Others"], None]
"""Changes the tree of one file of a project in place."""


class Others:
    """What the other files of a project say: a name that they have is better left alone."""

    def __init__(self, project: Project, but: str) -> None:
        self.words = {word for path, text in project.items() if path != but for word in words(text)}

    def __contains__(self, name: str) -> bool:
        return name in self.words


def everywhere(change: Change) -> Callable[[Project], Project]:
    """``change`` in all files of a project."""

    def changed(project: Project) -> Project:
        return {path: _changed(project, path, change) if path.endswith(".py") else text for path, text in project.items()}

    return changed


def _changed(project: Project, path: str, change: Change) -> str:
    tree = ast.parse(project[path])
    change(tree, Others(project, path))
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def plain(tree: ast.Module, others: Others) -> None:
    """Nothing at all: the tree is written as Python itself would write it."""


# ---------------------------------------------------------------- names


def locals_renamed(tree: ast.Module, others: Others) -> None:
    """Variables of functions get other names."""
    for function in functions(tree):
        nodes = list(own(function))
        if any(isinstance(node, ast.Name) and node.id in {"locals", "eval", "exec", "vars"} for node in ast.walk(function)):
            continue
        parameters = {node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)}
        fixed = parameters | {name for node in nodes if isinstance(node, ast.Global | ast.Nonlocal | ast.alias) for name in bound(node)}
        fixed |= {node.name for node in nodes if isinstance(node, SCOPES) and not isinstance(node, ast.Lambda)}
        fixed |= {name for node in nodes if isinstance(node, ast.comprehension) for each in ast.walk(node.target) for name in bound(each)}
        mine = {name for node in nodes for name in bound(node)} - fixed - told(function)
        inner = [node for node in ast.walk(function) if isinstance(node, SCOPES) and node is not function]
        again = {name for node in inner for each in ast.walk(node) for name in bound(each)}
        _rename(function, {name: name + NEW for name in mine - again})


def _rename(tree: ast.AST, names: dict[str, str]) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = names.get(node.id, node.id)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            node.name = names.get(node.name, node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            node.rest = names.get(node.rest, node.rest)


def helpers_renamed(tree: ast.Module, others: Others) -> None:
    """Plain functions of a module get other names."""
    count, strings = counted(tree), told(tree)
    names = {f.name: f.name + NEW for f in helpers(tree) if count[f.name] == 1 and f.name not in strings and f.name not in others}
    _rename(tree, names)
    for function in helpers(tree):
        function.name = names.get(function.name, function.name)


def parameters_renamed(tree: ast.Module, others: Others) -> None:
    """Parameters that only positions fill get other names."""
    keywords = {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword)}
    for function in helpers(tree):
        inner = [node for node in ast.walk(function) if isinstance(node, SCOPES) and node is not function]
        again = {name for node in inner for each in ast.walk(node) for name in bound(each)}
        if function.args.kwarg or function.name in others:
            continue
        plain = [each for each in (*function.args.posonlyargs, *function.args.args) if each.arg not in keywords | again | told(function)]
        names = {each.arg: each.arg + NEW for each in plain if each.arg not in ("self", "cls")}
        for statement in function.body:
            _rename(statement, names)
        for each in plain:
            each.arg = names.get(each.arg, each.arg)


# ---------------------------------------------------------------- imports


def _once_imported(tree: ast.Module) -> Iterator[tuple[ast.Import | ast.ImportFrom, ast.alias, str]]:
    """What the module imports from elsewhere at its top, under names that nothing else has."""
    count = counted(tree)
    for statement in tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom) and getattr(statement, "module", "") != "__future__":
            for alias in statement.names:
                name = alias.asname or alias.name
                if alias.name != "*" and "." not in name and count[name] == 1:
                    yield statement, alias, name


class _Replaced(ast.NodeTransformer):
    """Names as other expressions, wherever they are read."""

    def __init__(self, expressions: dict[str, ast.expr]) -> None:
        self.expressions = expressions

    def visit_Name(self, node: ast.Name) -> ast.expr:
        other = self.expressions.get(node.id)
        return copy.deepcopy(other) if other is not None and isinstance(node.ctx, ast.Load) else node


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def imports_aliased(tree: ast.Module, others: Others) -> None:
    """What is imported is imported a second time under another name, and used under that."""
    made: list[tuple[ast.stmt, ast.stmt]] = []
    expressions: dict[str, ast.expr] = {}
    for statement, alias, name in list(_once_imported(tree)):
        again = copy.deepcopy(statement)
        again.names = [ast.alias(alias.name, name + NEW)]
        made.append((statement, again))
        expressions[name] = ast.Name(name + NEW, ast.Load())
    _insert_after(tree, made)
    _Replaced(expressions).visit(tree)


def imports_renamed(tree: ast.Module, others: Others) -> None:
    """What is imported is imported under another name only."""
    strings = told(tree)
    expressions: dict[str, ast.expr] = {}
    for _, alias, name in list(_once_imported(tree)):
        if name not in strings and name not in others:
            alias.asname = name + NEW
            expressions[name] = ast.Name(name + NEW, ast.Load())
    _Replaced(expressions).visit(tree)


def through_modules(tree: ast.Module, others: Others) -> None:
    """``from m import n`` becomes ``import m``, and ``n`` ``m.n``."""
    made: list[tuple[ast.stmt, ast.stmt]] = []
    expressions: dict[str, ast.expr] = {}
    for statement, alias, name in list(_once_imported(tree)):
        if isinstance(statement, ast.ImportFrom) and not statement.level and statement.module:
            if _has(statement.module, alias.name):
                local = statement.module.replace(".", "_") + NEW
                made.append((statement, ast.Import([ast.alias(statement.module, local)])))
                expressions[name] = _expression(f"{local}.{alias.name}")
    _insert_after(tree, made)
    _Replaced(expressions).visit(tree)


def _has(module: str, name: str) -> bool:
    """Whether ``name`` of ``module`` is surely no module below it."""
    if module == "dbos":
        return True
    if module.partition(".")[0] not in sys.stdlib_module_names:
        return False
    try:
        return not isinstance(getattr(importlib.import_module(module), name, sys), ModuleType)
    except ImportError:
        return False


def from_modules(tree: ast.Module, others: Others) -> None:
    """``import m`` becomes ``from m import n`` for each ``m.n`` that is read, where that cannot be a module."""
    for statement, alias, name in list(_once_imported(tree)):
        if not isinstance(statement, ast.Import):
            continue
        read: dict[str, ast.expr] = {}

        class Attributes(ast.NodeTransformer):
            def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
                is_ours = isinstance(node.value, ast.Name) and node.value.id == name and isinstance(node.ctx, ast.Load)
                if is_ours and _has(alias.name, node.attr):
                    read[node.attr] = ast.Name(f"{name}_{node.attr}{NEW}", ast.Load())
                    return read[node.attr]
                self.generic_visit(node)
                return node

        Attributes().visit(tree)
        made: list[tuple[ast.stmt, ast.stmt]] = [
            (statement, ast.ImportFrom(alias.name, [ast.alias(attr, f"{name}_{attr}{NEW}")], 0)) for attr in sorted(read)
        ]
        _insert_after(tree, made)


def _insert_after(tree: ast.Module, made: list[tuple[ast.stmt, ast.stmt]]) -> None:
    for statement, new in made:
        tree.body.insert(tree.body.index(statement) + 1, new)


def imports_in_functions(tree: ast.Module, others: Others) -> None:
    """Each function imports what it uses itself, once more."""
    imported = {name: (statement, alias) for statement, alias, name in _once_imported(tree)}
    for function in functions(tree):
        if any(isinstance(node, ast.Global | ast.Nonlocal) for node in ast.walk(function)):
            continue
        used = {node.id for node in own(function) if isinstance(node, ast.Name)} & imported.keys()
        made: list[ast.stmt] = []
        for name in sorted(used):
            statement, alias = imported[name]
            again = copy.deepcopy(statement)
            again.names = [copy.deepcopy(alias)]
            made.append(again)
        at = 1 if ast.get_docstring(function) is not None else 0
        function.body[at:at] = made


def from_the_future(tree: ast.Module, others: Others) -> None:
    """Annotations are not evaluated."""
    if not any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in tree.body):
        tree.body[first(tree) : first(tree)] = statements("from __future__ import annotations")


# ---------------------------------------------------------------- statements


def extracted(tree: ast.Module, others: Others) -> None:
    """Results, and first arguments of calls by name, are kept in a variable first."""
    for function in functions(tree):
        number = 0
        own_statements = {id(node) for node in own(function)}
        for block in [function.body, *blocks(function)]:
            at = 0
            while at < len(block):
                statement = block[at]
                found = _extractable(statement) if id(statement) in own_statements else None
                if found is not None:
                    number += 1
                    variable = f"value{number}{NEW}"
                    target, field, value = found
                    if isinstance(target, list):
                        target[0] = ast.Name(variable, ast.Load())
                    else:
                        setattr(target, field, ast.Name(variable, ast.Load()))
                    block.insert(at, ast.Assign([ast.Name(variable, ast.Store())], value, lineno=0))
                    at += 1
                at += 1


def _extractable(statement: ast.stmt) -> tuple[ast.AST | list[ast.expr], str, ast.expr] | None:
    if isinstance(statement, ast.Return | ast.If) :
        field = "value" if isinstance(statement, ast.Return) else "test"
        value = getattr(statement, field)
        return (statement, field, value) if isinstance(value, ast.Call | ast.Await | ast.BinOp | ast.Compare) else None
    if isinstance(statement, ast.Assign | ast.Expr | ast.AugAssign):
        call = statement.value.value if isinstance(statement.value, ast.Await) else statement.value
        if isinstance(call, ast.Call) and call.args and _is_name(call.func) and isinstance(call.args[0], ast.Call | ast.BinOp | ast.JoinedStr):
            return call.args, "", call.args[0]
    return None


def _is_name(node: ast.expr) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


def _wrapped(tree: ast.Module, wrap: Callable[[list[ast.stmt]], list[ast.stmt]]) -> None:
    for function in functions(tree):
        at = 1 if ast.get_docstring(function) is not None else 0
        body = function.body[at:]
        if body and not any(isinstance(node, ast.Global | ast.Nonlocal) for node in own(function)):
            function.body[at:] = wrap(body)


def under_true(tree: ast.Module, others: Others) -> None:
    """The bodies of functions stand under ``if True:``."""
    _wrapped(tree, lambda body: [ast.If(ast.Constant(True), body, [])])


def in_finally(tree: ast.Module, others: Others) -> None:
    """The bodies of functions stand in a ``try`` that catches nothing."""
    _wrapped(tree, lambda body: [ast.Try(body, [], [], [ast.Pass()])])


def in_null_context(tree: ast.Module, others: Others) -> None:
    """The bodies of functions stand in a context that does nothing."""
    tree.body[first(tree) : first(tree)] = statements(f"import contextlib as contextlib{NEW}")
    item = ast.withitem(_expression(f"contextlib{NEW}.nullcontext()"))
    _wrapped(tree, lambda body: [ast.With([copy.deepcopy(item)], body)])


def if_turned(tree: ast.Module, others: Others) -> None:
    """``if a: x else: y`` becomes ``if not a: y else: x``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and node.orelse:
            negated = node.test.operand if isinstance(node.test, ast.UnaryOp) and isinstance(node.test.op, ast.Not) else ast.UnaryOp(ast.Not(), node.test)
            node.test, node.body, node.orelse = negated, node.orelse, node.body


def unrelated_code(tree: ast.Module, others: Others) -> None:
    """More code that has nothing to do with the rest."""
    tree.body.extend(
        statements(
            f"def halved{NEW}(number: int) -> float:\n    return number / 2\n"
            f"class Shape{NEW}:\n    sides = 3\n\n    def doubled(self) -> int:\n        return self.sides * 2\n"
            f"NAMES{NEW} = ('a', 'b')\n"
        )
    )
    tree.body[first(tree) : first(tree)] = statements(f"import string as string{NEW}\nLETTERS{NEW} = string{NEW}.ascii_letters")
    for function in functions(tree):
        function.body.insert(1 if ast.get_docstring(function) is not None else 0, statements(f"unused{NEW} = 1 + 1")[0])


def annotated(tree: ast.Module, others: Others) -> None:
    """What has no type is annotated as anything at all."""
    tree.body[first(tree) : first(tree)] = statements(f"from typing import Any as Any{NEW}")
    for function in functions(tree):
        anything = ast.Name(f"Any{NEW}", ast.Load())
        for each in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs):
            if each.annotation is None and each.arg not in ("self", "cls"):
                each.annotation = anything
        if function.returns is None:
            function.returns = anything


# ---------------------------------------------------------------- functions


def _called_only(tree: ast.Module, name: str) -> list[ast.Call] | None:
    """The calls of the function ``name`` of a module; ``None`` where it is used otherwise."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name]
    read = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == name]
    return calls if len(read) == len(calls) else None


def _movable(tree: ast.Module, others: Others) -> list[Function]:
    count, strings = counted(tree), told(tree)
    return [f for f in helpers(tree) if count[f.name] == 1 and f.name not in strings and f.name not in others]


def kept_in_class(tree: ast.Module, others: Others) -> None:
    """Plain functions become static methods of a class of their own."""
    expressions: dict[str, ast.expr] = {}
    for function in _movable(tree, others):
        name = f"Kept{len(expressions)}{HOME}"
        at = tree.body.index(function)
        tree.body[at] = ast.ClassDef(name, [], [], [function], [])
        function.decorator_list.append(ast.Name("staticmethod", ast.Load()))
        expressions[function.name] = _expression(f"{name}.{function.name}")
    _Replaced(expressions).visit(tree)


def kept_in_object(tree: ast.Module, others: Others) -> None:
    """Plain functions become methods of an object of the module."""
    expressions: dict[str, ast.expr] = {}
    for function in _movable(tree, others):
        name = f"Kept{len(expressions)}{HOME}"
        at = tree.body.index(function)
        tree.body[at : at + 1] = [ast.ClassDef(name, [], [], [function], []), *statements(f"kept{len(expressions)}{NEW} = {name}()")]
        arguments = function.args.posonlyargs or function.args.args
        arguments.insert(0, ast.arg("self"))
        expressions[function.name] = _expression(f"kept{len(expressions)}{NEW}.{function.name}")
    _Replaced(expressions).visit(tree)


def through_another(tree: ast.Module, others: Others) -> None:
    """Calls of plain functions go through one function more."""
    for function in _movable(tree, others):
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
    candidates = [f for f in _movable(tree, others) if isinstance(f, ast.FunctionDef) and not is_generator(f)]
    while candidates:
        function = candidates.pop()
        calls = _called_only(tree, function.name)
        awaited = [node for f in functions(tree) if isinstance(f, ast.AsyncFunctionDef) for node in own(f) if isinstance(node, ast.Call)]
        if not calls or any(call not in awaited for call in calls):
            continue
        _Awaited(calls).visit(tree)
        made = ast.AsyncFunctionDef(**{field: getattr(function, field, None) for field in function._fields})
        tree.body[tree.body.index(function)] = made
        candidates = [f for f in _movable(tree, others) if isinstance(f, ast.FunctionDef) and not is_generator(f)]


class _Awaited(ast.NodeTransformer):
    def __init__(self, calls: list[ast.Call]) -> None:
        self.calls = calls

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        return ast.Await(node) if node in self.calls else node


def reordered(tree: ast.Module, others: Others) -> None:
    """Plain functions stand in the opposite order, where nothing but functions stands between them."""
    found = [f for f in helpers(tree) if not f.args.defaults and not f.args.kw_defaults]
    named = {node.id for s in tree.body if not isinstance(s, ast.FunctionDef | ast.AsyncFunctionDef) for node in ast.walk(s) if isinstance(node, ast.Name)}
    count = counted(tree)
    found = [f for f in found if f.name not in named and count[f.name] == 1 and not any(isinstance(n, ast.Name) for a in ast.walk(f.args) if isinstance(a, ast.arg) and a.annotation for n in ast.walk(a.annotation)) and f.returns is None or isinstance(f.returns, ast.Constant)]
    places = [tree.body.index(f) for f in found]
    for place, function in zip(places, reversed(found), strict=True):
        tree.body[place] = function


# ---------------------------------------------------------------- files


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
        there = _movable(tree, Others(project, path))
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
            made[(f"{folder}/" if folder else "") + module + ".py"] = ast.unparse([*imports, *there]) if False else "\n".join(map(ast.unparse, [*imports, *there])) + "\n"
            tree.body = [s for s in tree.body if s not in there]
            level = "." if folder and f"{folder}/__init__.py" in project else ""
            tree.body[first(tree) : first(tree)] = statements(f"from {level}{module} import {', '.join(f.name for f in there)}")
        made[path] = ast.unparse(tree) + "\n"
    return made


def _free(function: Function) -> set[str]:
    """The names that a function does not bind itself, and what it writes of the module."""
    nodes = list(ast.walk(function))
    writes = {name for node in nodes if isinstance(node, ast.Global) for name in node.names}
    inside = {name for node in nodes if node is not function for name in bound(node)}
    return ({node.id for node in nodes if isinstance(node, ast.Name)} - inside) | writes


ALONE: dict[str, Change] = {
    change.__name__: change
    for change in (
        plain,
        locals_renamed,
        helpers_renamed,
        parameters_renamed,
        imports_aliased,
        imports_renamed,
        through_modules,
        from_modules,
        imports_in_functions,
        from_the_future,
        extracted,
        under_true,
        in_finally,
        in_null_context,
        if_turned,
        unrelated_code,
        annotated,
        kept_in_class,
        kept_in_object,
        through_another,
        helpers_async,
        reordered,
    )
}
CHANGES: dict[str, Callable[[Project], Project]] = {
    **{name: everywhere(change) for name, change in ALONE.items()},
    "moved": moved,
}
BY_CODE = frozenset({"moved"})
"""What stands in another file is reported where this file calls it."""
