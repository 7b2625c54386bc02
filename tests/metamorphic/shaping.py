"""Other statements that do the same."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable

from tests.metamorphic.names import NEW, Others, blocks, expression, first, functions, own, statements


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


_COMPUTED = (ast.Call, ast.BinOp, ast.JoinedStr)


def _extractable(statement: ast.stmt) -> tuple[ast.AST | list[ast.expr], str, ast.expr] | None:
    if isinstance(statement, ast.Return | ast.If):
        field = "value" if isinstance(statement, ast.Return) else "test"
        value = getattr(statement, field)
        return (statement, field, value) if isinstance(value, ast.Call | ast.Await | ast.BinOp | ast.Compare) else None
    if isinstance(statement, ast.Assign | ast.Expr | ast.AugAssign):
        call = statement.value.value if isinstance(statement.value, ast.Await) else statement.value
        if isinstance(call, ast.Call) and call.args and _is_name(call.func) and isinstance(call.args[0], _COMPUTED):
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


def in_finally(tree: ast.Module, others: Others) -> None:
    """The bodies of functions stand in a ``try`` that catches nothing."""
    _wrapped(tree, lambda body: [ast.Try(body, [], [], [ast.Pass()])])


def in_null_context(tree: ast.Module, others: Others) -> None:
    """The bodies of functions stand in a context that does nothing."""
    tree.body[first(tree) : first(tree)] = statements(f"import contextlib as contextlib{NEW}")
    item = ast.withitem(expression(f"contextlib{NEW}.nullcontext()"))
    _wrapped(tree, lambda body: [ast.With([copy.deepcopy(item)], body)])


def if_turned(tree: ast.Module, others: Others) -> None:
    """``if a: x else: y`` becomes ``if not a: y else: x``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and node.orelse:
            is_not = isinstance(node.test, ast.UnaryOp) and isinstance(node.test.op, ast.Not)
            test = node.test.operand if is_not else ast.UnaryOp(ast.Not(), node.test)
            node.test, node.body, node.orelse = test, node.orelse, node.body


def unrelated_code(tree: ast.Module, others: Others) -> None:
    """More code that has nothing to do with the rest; before it, so that each file counts its functions otherwise."""
    tree.body.extend(statements(f"NAMES{NEW} = ('a', 'b')\n"))
    texts = [
        f"def halved{number}{NEW}(number: int) -> float:\n    return number / 2\n"
        f"class Shape{number}{NEW}:\n    sides = 3\n\n    def doubled(self) -> int:\n        return self.sides * 2\n"
        for number in range(len(tree.body) % 4 + 1)
    ]
    tree.body[first(tree) : first(tree)] = statements(
        f"import string as string{NEW}\nLETTERS{NEW} = string{NEW}.ascii_letters\n" + "".join(texts)
    )
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


def if_true(tree: ast.Module, others: Others) -> None:
    """The bodies of functions stand in a condition that always holds."""
    _wrapped(tree, lambda body: [ast.If(ast.Constant(True), body, [])])


def variables_annotated(tree: ast.Module, others: Others) -> None:
    """Variables of functions are annotated as anything at all, wherever they are given something."""
    tree.body[first(tree) : first(tree)] = statements(f"from typing import Any as Any{NEW}")
    for function in functions(tree):
        inside = {id(node): node for node in own(function)}
        outer = {name for node in inside.values() if isinstance(node, ast.Global | ast.Nonlocal) for name in node.names}
        for block in [function.body, *blocks(function)]:
            for at, node in enumerate(block):
                if id(node) in inside and isinstance(node, ast.Assign) and len(node.targets) == 1:
                    (target,) = node.targets
                    if isinstance(target, ast.Name) and target.id not in outer:
                        block[at] = ast.AnnAssign(target, ast.Name(f"Any{NEW}", ast.Load()), node.value, 1)


_TURNED = {ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE}
_SAME_TURNED = (ast.Is, ast.IsNot, ast.Eq, ast.NotEq)


def compared_backwards(tree: ast.Module, others: Others) -> None:
    """``x is None`` becomes ``None is x``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], (*_TURNED, *_SAME_TURNED)):
            left, right = node.left, node.comparators[0]
            if isinstance(right, ast.Constant | ast.Name | ast.Attribute):
                kind = type(node.ops[0])
                node.left, node.ops, node.comparators = right, [_TURNED.get(kind, kind)()], [left]


def dead_behind_exits(tree: ast.Module, others: Others) -> None:
    """Something stands behind each ``return``, ``raise``, ``break`` and ``continue``, and never runs."""
    for function in functions(tree):
        for block in blocks(function):
            if isinstance(block[-1], ast.Return | ast.Raise | ast.Break | ast.Continue):
                block.append(ast.Pass())


def rest_in_else(tree: ast.Module, others: Others) -> None:
    """``if a: return x``, and what comes behind it, becomes ``if a: return x else: ...``."""
    for function in functions(tree):
        for at, node in enumerate(function.body[:-1]):
            if isinstance(node, ast.If) and not node.orelse and isinstance(node.body[-1], ast.Return | ast.Raise):
                node.orelse = function.body[at + 1 :]
                del function.body[at + 1 :]
                break


def conditional(tree: ast.Module, others: Others) -> None:
    """``if a: x = 1 else: x = 2`` becomes ``x = 1 if a else 2``."""
    for function in functions(tree):
        inside = {id(node) for node in own(function)}
        for block in [function.body, *blocks(function)]:
            for at, node in enumerate(block):
                if id(node) in inside and isinstance(node, ast.If):
                    match node.body, node.orelse:
                        case [ast.Assign([ast.Name(one)], value)], [ast.Assign([ast.Name(other)], another)]:
                            if one == other:
                                target = ast.Name(one, ast.Store())
                                block[at] = ast.Assign([target], ast.IfExp(node.test, value, another), lineno=0)
