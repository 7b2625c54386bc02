"""Where functions and calls of the linted file say, or show, what is given and returned."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from dbos_lint.semantics.body import Body
from dbos_lint.semantics.scoping import Place
from dbos_lint.semantics.sites import Call, Ref
from dbos_lint.semantics.summary import Function


def annotated(node: ast.FunctionDef | ast.AsyncFunctionDef, function: Function) -> Iterator[tuple[ast.expr, Ref]]:
    """The annotations of the parameters, with their references; ``self`` has none that counts."""
    given = {arg.arg: arg.annotation for arg in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
    for param in function.params:
        annotation = given.get(param.name)
        if annotation is not None and param.name != function.receiver:
            yield annotation, param.annotation


def returned(body: Body, function: Function) -> Iterator[tuple[ast.expr, Ref, Place]]:
    """What the function returns, each with its reference and where it stands."""
    for expression, ref in zip(body.returns if function.results else (), function.results, strict=True):
        yield expression, ref, Place(function.scope, expression.lineno)


def arguments(node: ast.Call, call: Call, first: int = 0) -> Iterator[tuple[ast.expr, Ref]]:
    """What a call gives from the argument at ``first`` on, and by keyword."""
    yield from zip(node.args[first:], call.args[first:], strict=True)
    for keyword, (_, ref) in zip(node.keywords, call.keywords, strict=True):
        yield keyword.value, ref


def argument(node: ast.Call, call: Call, position: int, name: str) -> Iterator[tuple[ast.expr, Ref]]:
    """What a call gives at ``position``, or under ``name``."""
    yield from [*zip(node.args, call.args, strict=True)][position : position + 1]
    for keyword, (_, ref) in zip(node.keywords, call.keywords, strict=True):
        if keyword.arg == name:
            yield keyword.value, ref
