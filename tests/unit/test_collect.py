"""Trees to summaries: what is written down, and that nothing of the tree is kept."""

from __future__ import annotations

import ast
import pickle

import pytest

from dbos_lint.semantics.collect import Collected, collect
from dbos_lint.semantics.sites import AWAITED, DECORATOR, DISCARDED, IN_EXPRESSION, ITERATED, KEPT, MODULE, Call
from dbos_lint.semantics.summary import Class, Function, Module, Scope


def collected(text: str, trusted: frozenset[int] = frozenset()) -> Collected:
    return collect(ast.parse(text), "/nowhere/app.py", "app", trusted)


def summary(text: str) -> Module:
    return collected(text).summary


def calls(text: str) -> dict[str, Call]:
    return {str(call.func): call for function in summary(text).functions for call in function.calls}


def kinds(module: Module, name: str) -> list[str]:
    return [binding.kind for scope in module.scopes for binding in scope.bindings.get(name, ())]


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("import x", ["import"]),
        ("import x.y", ["import"]),
        ("from y import z as x", ["import"]),
        ("def x(): ...", ["def"]),
        ("async def x(): ...", ["def"]),
        ("class x: ...", ["class"]),
        ("x = 1", ["value"]),
        ("x: int", ["value"]),
        ("x: int = 1", ["value"]),
        ("x += 1", ["unknown"]),
        ("x = 1\nx += 1", ["value"]),
        ("y.x = x[1] = 1", []),
        ("a, (*x, b) = y", ["unknown"]),
        ("a, x = 1, 2", ["value"]),
        ("*a, x = 1, 2", ["value"]),
        ("*a, x = 1, 2, 3", ["unknown"]),
        ("for x in y: ...", ["iter"]),
        ("with y as x: ...", ["with"]),
        ("with y as (x, z): ...", ["unknown"]),
        ("try: ...\nexcept E as x: ...", ["value"]),
        ("del x", ["unknown"]),
        ("match y:\n case {'a': [x, *_], **r}: ...", ["unknown"]),
        ("match y:\n case [*x]: ...", ["unknown"]),
        ("match y:\n case {**x}: ...", ["unknown"]),
        ("match y:\n case A(z) as x: ...", ["unknown"]),
        ("[x for x in y]", ["iter"]),
        ("[(x := z) for z in y]", ["value"]),
        ("def f(x, /): ...", ["param"]),
        ("def f(*x): ...", ["param"]),
        ("lambda x=1: 1", ["param"]),
        ("try: ...\nexcept* E as x: ..." if hasattr(ast, "TryStar") else "x = 1", None),
    ],
)
def test_bindings(text: str, bound: list[str] | None) -> None:
    assert kinds(summary(text), "x") == (bound if bound is not None else kinds(summary(text), "x"))
    assert bound is not None or kinds(summary(text), "x")


def test_bindings_go_to_the_scope_that_python_gives_them() -> None:
    module = summary(
        "def f():\n    global a\n    a = 1\n    b = 1\n    def g():\n        nonlocal b\n        b = 2\n"
        "    [c := i for i in b]\nclass K:\n    d = 1\n"
    )
    owners = {
        name: [scope.kind if scope.id else "top" for scope in module.scopes if name in scope.bindings]
        for name in "abcdi"
    }
    assert owners == {"a": ["top"], "b": ["function"], "c": ["function"], "d": ["class"], "i": ["comprehension"]}


def test_a_nonlocal_name_that_nobody_has_stays_where_it_is() -> None:
    module = summary("def f():\n    nonlocal x\n    x = 1\n")
    assert "x" in module.scopes[1].bindings


def test_bindings_are_in_the_order_of_the_rows() -> None:
    module = summary(
        "x = [\n    (x := 2),\n    1,\n]\nmatch y:\n    case 1:\n        x = 1\n    case x:\n        ...\n"
    )
    rows = [binding.row for binding in module.scopes[MODULE].bindings["x"]]
    assert rows == sorted(rows)
    assert len(rows) == 4


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("x()", DISCARDED),
        ("await x()", AWAITED),
        ("y = await x()", AWAITED),
        ("@x()\ndef f(): ...", DECORATOR),
        ("y = x() + 1", IN_EXPRESSION),
        ("if x(): ...", IN_EXPRESSION),
        ("while x(): ...", IN_EXPRESSION),
        ("assert x()", IN_EXPRESSION),
        ("y = x().z", IN_EXPRESSION),
        ("y = x().close", 0),
        ("y = x()[1]", IN_EXPRESSION),
        ("y += x()", IN_EXPRESSION),
        ("y = f'{x()}'", IN_EXPRESSION),
        ("for y in x(): ...", ITERATED),
        ("y = list(x())", ITERATED),
        ("y = [z for z in x()]", ITERATED),
        ("y = (z for z in x())", 0),
        ("y = x()", 0),
        ("def f():\n    y = x()\n    return y", KEPT),
        ("return x()", 0),
        ("async def f():\n    y = x(a())\n    await y", KEPT | AWAITED),
        ("async def f():\n    y = x()\n    return await y", KEPT | AWAITED),
        ("async def f():\n    y = x()\n    a()\n    await y", KEPT),
        ("async def f():\n    y = x()\n    y = z\n    await y", KEPT),
        ("async def f(y):\n    y = x(await y)", KEPT),
    ],
)
def test_how_the_value_of_a_call_is_used(text: str, flags: int) -> None:
    assert calls(text)["x"].flags == flags


def test_calls_are_in_the_order_of_the_text_and_belong_to_what_runs_them() -> None:
    module = summary("a(b(), c=d())\ndef f(x=e()):\n    g(lambda: h())\n    return [i() for _ in j()]\n")
    told = {function.qualname: [call.func for call in function.calls] for function in module.functions}
    assert told == {"<module>": ["a", "b", "d", "e"], "f": ["g", "j", "i"], "f.<locals>.<lambda>": ["h"]}


def test_qualified_names() -> None:
    module = summary(
        "class A:\n    class B:\n        def f(self):\n            def g(): ...\n            class C: ...\n"
    )
    assert [function.qualname for function in module.functions[1:]] == ["A.B.f", "A.B.f.<locals>.g"]
    assert [klass.qualname for klass in module.classes] == ["A", "A.B", "A.B.f.<locals>.C"]


def test_blocks_tell_what_runs_together() -> None:
    module = summary(
        "if __name__ == '__main__':\n    a()\nif x and __name__ == '__main__':\n    b()\nif TYPE_CHECKING:\n    c()\n"
        "elif y:\n    d()\nelse:\n    e()\nfor i in z:\n    f()\nelse:\n    g()\ntry:\n    h()\nexcept E:\n    j()\n"
        "finally:\n    k()\nmatch x:\n    case 1:\n        m()\n"
    )
    told = {call.func: module.blocks[call.block].kind for call in module.functions[0].calls}
    assert told == {
        "a": "main",
        "b": "main",
        "c": "typing",
        "d": "if",
        "e": "else",
        "f": "loop",
        "g": "else",
        "h": "module",
        "j": "except",
        "k": "module",
        "m": "case",
    }


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("if '__main__' == __name__: a()", "main"),
        ("if __name__ in ('__main__',): a()", "main"),
        ("if not __name__ != '__main__': a()", "main"),
        ("if not (__name__ != '__main__' or x): a()", "main"),
        ("if __name__ != '__main__': ...\nelse: a()", "main"),
        ("match __name__:\n    case '__main__' if x: a()", "main"),
        ("if __name__ == 'worker': a()", "main"),
        ("if __name__ == 'worker': ...\nelse: a()", "else"),
        ("if __name__ != '__main__': a()", "if"),
        ("if not __name__ == '__main__': a()", "if"),
        ("if __name__ == '__main__' or x: a()", "if"),
        ("if not (__name__ == '__main__' and x): a()", "if"),
        ("match __name__:\n    case _: a()", "case"),
        ("match x:\n    case '__main__': a()", "case"),
        ("if not TYPE_CHECKING: ...\nelse: a()", "typing"),
        ("if not TYPE_CHECKING: a()", "if"),
        ("if not launched: a()", "if"),
    ],
)
def test_which_branches_run_when_a_module_is_run(text: str, kind: str) -> None:
    module = summary(text)
    (call,) = module.functions[0].calls
    assert module.blocks[call.block].kind == kind


@pytest.mark.parametrize(
    ("text", "writes"),
    [
        ("def f():\n    global x\n    x = 1\n    x += 1\n    del x", [("name", "x")] * 3),
        (
            "def f(y):\n    y.x = 1\n    y['x'] = 1\n    del y.x",
            [("attribute", "y"), ("item", "y"), ("attribute", "y")],
        ),
        ("def f(y):\n    y.a.b, *y.c = 1, 2", [("attribute", "y.a"), ("attribute", "y")]),
        ("x = 1\ny.x = 1", []),
        ("def f(y):\n    f().x = 1\n    (-y).x = 1", [("attribute", ("call", "f", (), ()))]),
    ],
)
def test_writes(text: str, writes: list[tuple[str, object]]) -> None:
    found = [(write.kind, write.target) for function in summary(text).functions for write in function.writes]
    assert found == writes or ("del" in text and found[: len(writes) - 1] == writes[:-1])


@pytest.mark.parametrize(
    ("body", "guard"),
    [
        ("if x is None:\n        x = 1", "unset"),
        ("if not x:\n        x = 1", "unset"),
        ("if x is not None:\n        return\n    x = 1", "unset"),
        ("if x:\n        x = 1", ""),
        ("if k not in x:\n        x[k] = 1", "missing"),
        ("if k in x:\n        return\n    x[k] = 1", "missing"),
        ("if j not in x:\n        x[k] = 1", ""),
        ("if x.get(k) is None:\n        x[k] = 1", "missing"),
        ("v = x.get(k)\n    if v is None:\n        x[k] = 1", "missing"),
        ("try:\n        return x[k]\n    except KeyError:\n        x[k] = 1", "missing"),
        ("try:\n        return x[k]\n    except ValueError:\n        x[k] = 1", ""),
        ("if not hasattr(x, 'k'):\n        x.k = 1", "unset"),
        ("if x is None:\n        pass\n    x = 1", ""),
    ],
)
def test_guards(body: str, guard: str) -> None:
    module = summary(f"def f(k):\n    global x\n    {body}\n")
    assert [write.guard for write in module.functions[1].writes] == [guard]


def test_exports_and_stars() -> None:
    module = summary("from a import *\nfrom ..b import *\n__all__ = ['x', y, 'z']\n")
    assert module.exports == ("x", "z")
    assert module.scopes[MODULE].stars == (("a", 0), ("b", 2))
    assert summary("def f():\n    __all__ = ['x']\n").exports is None


def test_generators_and_what_they_yield() -> None:
    f, g, h = summary(
        "def f():\n    yield x\ndef g():\n    yield from y\ndef h():\n    return lambda: (yield)\n"
    ).functions[1:4]
    assert (f.is_generator, f.yields) == (True, ("x",))
    assert (g.is_generator, g.yields) == (True, ())
    assert not h.is_generator


def test_attributes_of_self() -> None:
    (klass,) = summary(
        "class A:\n    def __init__(me, x):\n        me.a = x\n        me.b: int\n        x.c = 1\n"
        "    @staticmethod\n    def f(y):\n        y.d = 1\n"
    ).classes
    assert sorted(klass.attributes) == ["a", "b"]


def test_a_comment_declares_a_function_deterministic() -> None:
    module = collected("def f(): ...\ndef g(): ...\n", frozenset({2})).summary
    assert [function.trusted for function in module.functions] == [False, False, True]


def test_a_summary_holds_no_tree_and_can_be_pickled() -> None:
    module = summary(
        "from a import *\nx: 'list[int]' = {'a': [1, (2,)], **y}\n@z(w=lambda: 1)\nclass A(B[int]):\n"
        "    async def f(self, *a: int, b: 'C' = None, **c) -> A:\n        async with a as b: ...\n"
        "        return await b.c(*a, **c)[1] or (yield)\n"
    )
    assert parts(pickle.loads(pickle.dumps(module))) == parts(module)
    assert b"ast" not in pickle.dumps(module)


def parts(record: object) -> object:
    """What a summary, or a part of one, is made of, as values that can be compared."""
    if isinstance(record, Module | Scope | Function | Class):
        return {name: parts(getattr(record, name)) for name in record.__slots__}
    return list(map(parts, record)) if isinstance(record, list) else record


@pytest.mark.parametrize(
    "text",
    [
        "x = a" + ".b" * 400,
        "x = " + " + ".join(["a()"] * 400),
        "x = " + " and ".join(["a()"] * 3000),
        "if a: pass\n" + "".join(f"elif a({i}): b()\n" for i in range(400)),
        "x = [" + "a(), " * 5000 + "]",
        "".join(" " * i + f"def f{i}():\n" for i in range(90)) + " " * 90 + "a()",
        "".join(" " * i + f"class A{i}:\n" for i in range(90)) + " " * 90 + "a()",
        "".join(" " * i + "if a():\n" for i in range(90)) + " " * 90 + "a()",
        "x = " + "lambda: " * 80 + "a()",
        "x: " + "A[" * 80 + "int" + "]" * 80 + " = a()",
        "x = " + "not " * 80 + "a()",
        "x = " + "a(" * 80 + ")" * 80,
    ],
    ids=["attributes", "sum", "and", "elif", "list", "defs", "classes", "ifs", "lambdas", "items", "nots", "calls"],
)
def test_depth(text: str) -> None:
    module = summary(text)
    assert "a" in {call.func for function in module.functions for call in function.calls} or ".b" in text
