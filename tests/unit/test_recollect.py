"""A tree that is parsed again stands beside the same records as one that is walked."""

from __future__ import annotations

import ast
from typing import Any

from dbos_lint.semantics.collect import Collected, collect, recollect
from dbos_lint.semantics.flow_variables import Marks

_TEXT = """
import os, sys
from a import (b, c as d)

@deco(1, key=lambda x=make(): x.run())
async def first(x: Annotated[int, Field({"no": 1})] = given({"yes": 1})) -> Made({}):
    from inner import thing
    total: Annotated[int, Field()] = compute(f"{a()} {a()}")
    for each in rows():
        async with open_(each) as (left, right), other():
            while going(): step(each)
        def nested():
            with late(): return [call(i) for i in many() if ok(i)]
        for after in nested(): pass
    else:
        with last(): pass
    try:
        risky()
    except (ValueError, kind()) as error:
        try: again()
        finally: close(error)
    else: fine()
    return {**more(), key(): value()}


class Outer(Base(), metaclass=meta()):
    try: import fast
    except ImportError: fast = None
    with setting(): limit = read()

    class Inner:
        for name in names(): register(name)
        def method(self): return (lambda: self.call(yield_(1)))()

    def after(self):
        with a, b(): await_(x)[index()].attr.method()


match subject():
    case Point(x=0) | [1, *rest] if guard(): branch({})
    case {"k": value, **others}: other(value)
    case 1.5 | None: pass
if __name__ == "__main__" and ready(): main()
while True: break
"""


def _shape(collected: Collected) -> dict[str, Any]:
    """The nodes by identity, beside what they stand beside."""
    nodes = collected.nodes
    found: dict[str, Any] = {
        name: [(id(node), record) for node, record in getattr(nodes, name)] for name in ("calls", "tries")
    }
    for name in ("functions", "classes", "withs", "loops"):
        found[name] = [(id(node), id(record)) for node, record in getattr(nodes, name)]
    found["imports"] = list(map(id, nodes.imports))
    found["dicts"] = sorted(map(id, nodes.dicts))
    return found


def _marks(marks: Marks) -> list[dict[int, int]]:
    return [marks.calls, marks.reads, marks.managers, marks.functions]


def _walked(tree: ast.Module, collected: Collected) -> Collected:
    """What collecting ``tree`` tells, beside the records of another tree's summary."""
    walked = collect(tree, "/nowhere/app.py", "app")
    walked.nodes.belong_to(collected.summary)
    return walked


def test_the_nodes_of_a_second_tree_are_those_that_collecting_finds() -> None:
    first = collect(ast.parse(_TEXT), "/nowhere/app.py", "app")
    tree = ast.parse(_TEXT)
    again = recollect(tree, first.summary)
    walked = _walked(tree, first)
    assert again.summary is first.summary
    assert _shape(again) == _shape(walked)
    assert len(again.nodes.calls) > 40  # of which none is in an annotation
    assert _marks(again.marks) == _marks(walked.marks)


def test_places_that_are_not_told_apart_are_not_relied_on() -> None:
    def parsed() -> ast.Module:
        tree = ast.parse(_TEXT)
        one, other = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node) == "a()"]
        ast.copy_location(one, other)
        return tree

    first, tree = collect(parsed(), "/nowhere/app.py", "app"), parsed()
    assert _shape(recollect(tree, first.summary)) == _shape(_walked(tree, first))


def test_a_call_that_is_not_where_it_was_is_found_by_walking() -> None:
    first = collect(ast.parse(_TEXT), "/nowhere/app.py", "app")
    tree = ast.parse(_TEXT)
    next(node for node in ast.walk(tree) if isinstance(node, ast.Call)).col_offset += 1
    assert _shape(recollect(tree, first.summary)) == _shape(_walked(tree, first))
