"""A tree is looked through as :mod:`ast` does it, only faster."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from dbos_lint.syntax.trees import children, parents, statements_in, walk

ASIDE = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)
TREES = [ast.parse(path.read_bytes()) for path in sorted(Path(__file__).parent.glob("test_*.py"))[:6]]
EVERYTHING = ast.parse(
    """
import a.b as c
from . import d

@x(1)
class C(D, metaclass=E):
    y: int = -1

async def f(a, /, b: int = 1, *c, d=2, **e) -> None:
    global g
    async with a as b, c:
        await d
    async for i in e:
        yield i
    try:
        x += a if b else c
    except (A, B) as error:
        raise X from error
    finally:
        del a[1:2]
    match a:
        case C(x=1) | [1, *rest] | {"k": v, **more} if v:
            pass
    return f"{a!r:>{b}}", lambda x: x, {**a, 1: 2}, [i async for i in a if b], a < b < c, (z := not 1)
"""
)


@pytest.mark.parametrize("tree", [*TREES, EVERYTHING])
def test_walking_gives_what_the_library_gives(tree: ast.Module) -> None:
    assert walk(tree) == [node for node in ast.walk(tree) if not isinstance(node, ASIDE)]


def test_children_are_those_right_within() -> None:
    for node in walk(EVERYTHING):
        assert children(node) == [each for each in ast.iter_child_nodes(node) if not isinstance(each, ASIDE)]


def test_each_node_but_the_tree_itself_stands_in_one() -> None:
    above = parents(EVERYTHING)
    assert above.keys() == {id(node) for node in walk(EVERYTHING)[1:]}
    assert all(node in children(above[id(node)]) for node in walk(EVERYTHING)[1:])


@pytest.mark.parametrize("tree", [*TREES, EVERYTHING])
def test_statements_are_those_that_no_other_stands_between(tree: ast.Module) -> None:
    above = parents(tree)

    def holder(node: ast.AST) -> ast.AST:
        while not isinstance(node := above[id(node)], (ast.stmt, ast.Module)):
            pass
        return node

    inside: dict[int, list[ast.stmt]] = {}
    for node in walk(tree)[1:]:
        if isinstance(node, ast.stmt):
            inside.setdefault(id(holder(node)), []).append(node)
    for node in walk(tree):
        if isinstance(node, ast.stmt):
            expected = sorted(inside.get(id(node), []), key=lambda each: each.lineno)
            assert statements_in(node) == expected
