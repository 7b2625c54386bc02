"""Expressions, arguments and keys: what becomes of the text, byte for byte."""

from __future__ import annotations

from typing import Any

import pytest

from dbos_lint.fix import Arguments, AsyncFor, Expression, Keys, MakeAsync, Replace, Swap, Through, Wrap
from tests.changing import at, changed

AWAITED = [
    ("x = a()\n", "a()", "x = await a()\n"),
    ("x = a().b\n", "a()", "x = (await a()).b\n"),
    ("x = a()[0]\n", "a()", "x = (await a())[0]\n"),
    ("x = a()()\n", "a()", "x = (await a())()\n"),
    ("x = (a()).b\n", "a()", "x = (await a()).b\n"),
    ("x = a() ** 2\n", "a()", "x = await a() ** 2\n"),
    ("x = -a() + 1\n", "a()", "x = -await a() + 1\n"),
    ("x = a + b\n", "a + b", "x = await (a + b)\n"),
    ("x = a or b\n", "a or b", "x = await (a or b)\n"),
    ("x = await a()\n", "a()", "x = await (await a())\n"),
    ("f(a(), *b)\n", "a()", "f(await a(), *b)\n"),
    ("print(x for x in a())\n", "a()", "print(x for x in await a())\n"),
    ("print(a(x) for x in b)\n", "a(x)", "print(await a(x) for x in b)\n"),
    ("print(x for x in b)\n", "(x for x in b)", "print(await (x for x in b))\n"),
    ("x = (\n    a()  # why\n)\n", "a()", "x = (\n    await a()  # why\n)\n"),
    ("x = (a\n     .b())\n", "a\n     .b()", "x = (await a\n     .b())\n"),
    ("if a(): b; c()\n", "c()", "if a(): b; await c()\n"),
    ("if a:\n    pass\nelif b():\n    pass\n", "b()", "if a:\n    pass\nelif await b():\n    pass\n"),
    ("try:\n    pass\nexcept a():\n    pass\n", "a()", "try:\n    pass\nexcept await a():\n    pass\n"),
    ("match a:\n    case 1 if b():\n        pass\n", "b()", "match a:\n    case 1 if await b():\n        pass\n"),
    ("class A:\n\tdef f(self):\n\t\treturn a()\n", "a()", "class A:\n\tdef f(self):\n\t\treturn await a()\n"),
    ("x = 'é', a()\n", "a()", "x = 'é', await a()\n"),
    ("x = [a()for a in b]\n", "a()", "x = [await a()for a in b]\n"),
    ("x = lambda: a()\n", "a()", "x = lambda: await a()\n"),
    ("x = not a()\n", "a()", "x = not await a()\n"),
    ("@a(1)\ndef f(): pass\n", "a(1)", "@await a(1)\ndef f(): pass\n"),
    ("with a() as b, c(): pass\n", "c()", "with a() as b, await c(): pass\n"),
    ("x = a + b + c\n", "b + c", None),
    ("x: 'a()' = 1\n", "a()", None),
    ("a().b = 1\n", "a().b", None),
    ("x = f'{a()=}'\n", "a()", None),
]


@pytest.mark.parametrize(("before", "part", "after"), AWAITED)
def test_awaited(before: str, part: str, after: str | None) -> None:
    assert changed(before, Wrap(at(before, part), "await ")) == after


SORTED = [
    ("for x in {1, 2}: pass\n", "{1, 2}", "for x in sorted({1, 2}): pass\n"),
    ("f(x for x in y)\n", "(x for x in y)", "f(sorted(x for x in y))\n"),
    ("z = (x for x in y)\n", "(x for x in y)", "z = sorted(x for x in y)\n"),
    ("z = (1, 2)\n", "(1, 2)", "z = sorted((1, 2))\n"),
    ("for x in 1, 2: pass\n", "1, 2", "for x in sorted((1, 2)): pass\n"),
    ("z = lambda: 1\n", "lambda: 1", "z = sorted(lambda: 1)\n"),
    ("return(1, 2)\n", "(1, 2)", "return(sorted((1, 2)))\n"),
]


@pytest.mark.parametrize(("before", "part", "after"), SORTED)
def test_sorted(before: str, part: str, after: str | None) -> None:
    assert changed(before, Wrap(at(before, part), "sorted(", ")")) == after


EXPRESSIONS = [
    ("f(a)\n", "a", "lambda: 0", "f(lambda: 0)\n"),
    ("f(a.b)\n", "a", "lambda: 0", "f((lambda: 0).b)\n"),
    ("f(a, b)\n", "a", "x if y else z", "f(x if y else z, b)\n"),
    ("x = a + 1\n", "a", "y if z else 0", "x = (y if z else 0) + 1\n"),
    ("f(a)\n", "a", "x, y", "f((x, y))\n"),
    ("x = a\n", "a", "x, y", "x = x, y\n"),
    ("x = a\n", "a", "(y := 1)", "x = (y := 1)\n"),
    ("f(k=a)\n", "a", "y := 1", "f(k=(y := 1))\n"),
    ("x = a\n", "a", "yield b", "x = yield b\n"),
    ("x = a + 1\n", "a", "yield b", "x = (yield b) + 1\n"),
    ("x = a\n", "a", "b\n+ c", "x = (b\n+ c)\n"),
    ("f(x for x in y)\n", "(x for x in y)", "z", "f(z)\n"),
    ("return(1, 2)\n", "(1, 2)", "z", "return(z)\n"),
    ("x = f'{a}'\n", "a", "b", "x = f'{b}'\n"),
    ("x = f'{a:>3}'\n", "a", "lambda: 0", "x = f'{(lambda: 0):>3}'\n"),
    ("x = f'{a}'\n", "a", "{1: 2}", "x = f'{({1: 2})}'\n"),
    ("x = f'{a}'\n", "a", "b['c']", None),
    ("x = f'{a}'\n", "a", r"b('\n')", None),
    ("x = a\n", "a", "b) + (c", None),
    ("x = a\n", "a", "b  # c", None),
    ("x = f(  # why\n    a)\n", "f(  # why\n    a)", "g", None),
    ("x = f('#')\n", "f('#')", "g", "x = g\n"),
]


@pytest.mark.parametrize(("before", "part", "text", "after"), EXPRESSIONS)
def test_another_expression(before: str, part: str, text: str, after: str | None) -> None:
    assert changed(before, Expression(at(before, part), text)) == after


def test_what_stands_around_a_replacement_is_read_as_before() -> None:
    text = "x = a if b else c  # noqa: DBS201\n# about y\ny = 1\n"
    assert changed(text, Replace(at(text, "# noqa: DBS201"), "")) == text.replace("# noqa: DBS201", "")
    assert changed(text, Replace(at(text, "about y"), "all")) == text.replace("about y", "all")
    assert changed(text, Replace(at(text, "b"), "not d")) == text.replace("b else", "not d else")
    assert changed(text, Replace(at(text, "a if"), "aif")) is None
    assert changed(text, Replace(at(text, "b"), "d # e")) is None
    assert changed(text, Replace(at(text, "about y\n"), "")) is None


def test_expressions_in_one_another() -> None:
    text = "x = a(b(c)).d\n"
    outer, inner = at(text, "a(b(c))"), at(text, "b(c)")
    after = "x = (await a(await b(z))).d\n"
    assert changed(text, Wrap(outer, "await "), Wrap(inner, "await "), Expression(at(text, "c"), "z")) == after
    text = "x = a().b()\n"
    after = "x = sorted(list(a()).b())\n"
    wraps = (Wrap(at(text, "a()"), "list(", ")"), Wrap(at(text, "a().b()"), "sorted(", ")"))
    assert changed(text, *wraps) == changed(text, *reversed(wraps)) == after
    assert changed(text, Expression(at(text, "a()"), "c"), Expression(at(text, "a().b()"), "d")) is None


def call(**changes: object) -> object:
    return changes


A, B = "f(\n    a,  # 1\n    # own\n    b,  # 2\n    c=3,  # 3\n)", "f(a, b, c=3)"
ARGUMENTS = [
    (B, call(drop=(0,)), "f(b, c=3)"),
    (B, call(drop=(1,)), "f(a, c=3)"),
    (B, call(drop=("c",)), "f(a, b)"),
    (B, call(drop=(0, 1, "c")), "f()"),
    (B, call(drop=(1, "c")), "f(a)"),
    (B, call(rename=(("c", "d"),)), "f(a, b, d=3)"),
    (B, call(keywords=((1, "d"),)), "f(a, d=b, c=3)"),
    (B, call(keywords=((0, "d"),)), None),
    (B, call(values=((0, "x, y"), ("c", "lambda: 0"))), "f((x, y), b, c=lambda: 0)"),
    (B, call(add=(("", "x"), ("z", "1"))), "f(a, b, x, c=3, z=1)"),
    (B, call(drop=("c",), add=(("z", "1"),)), "f(a, b, z=1)"),
    (B, call(drop=(0, 1, "c"), add=(("z", "1"),)), "f(z=1)"),
    (B, call(drop=("d",)), None),
    (B, call(drop=(2,)), None),
    ("f()", call(add=(("", "x"), ("z", "1"))), "f(x, z=1)"),
    ("f(a,)", call(drop=(0,)), "f()"),
    ("f(a,)", call(add=(("z", "1"),)), "f(a, z=1,)"),
    ("f(x for x in y)", call(keywords=((0, "z"),)), "f(z=(x for x in y))"),
    ("f(x for x in y)", call(drop=(0,)), "f()"),
    ("f((a), b)", call(values=((0, "z"),)), "f(z, b)"),
    ("f(*a, b)", call(drop=(1,)), None),
    ("(f)(a)", call(drop=(0,)), "(f)()"),
    ("f(a, **k)", call(add=(("z", "1"),)), "f(a, **k, z=1)"),
    ("f(a,\n  b)", call(add=(("z", "1"),)), "f(a,\n  b,\n  z=1)"),
    ("f(a,\n  b)", call(drop=(0,)), "f(b)"),
    ("f(\n    a, b,  # 1\n    c\n)", call(drop=(1,)), "f(\n    a,  # 1\n    c\n)"),
    ("f(\n    a  # 1\n)", call(add=(("z", "1"),)), "f(\n    a,  # 1\n    z=1\n)"),
    ("f(\n    a,\n    b  # 1\n)", call(drop=(1,)), "f(\n    a\n)"),
    ("f(\n    a,\n)", call(drop=(0,)), "f()"),
    ("f(\n    a,\n)", call(drop=(0,), add=(("z", "1"),)), "f(\n    z=1,\n)"),
    ("f(\n    a,  # 1\n)", call(drop=(0,), add=(("z", "1"),)), None),
    (A, call(drop=(0,)), "f(\n    # own\n    b,  # 2\n    c=3,  # 3\n)"),
    (A, call(drop=(1,)), "f(\n    a,  # 1\n    # own\n    c=3,  # 3\n)"),
    (A, call(drop=("c",)), "f(\n    a,  # 1\n    # own\n    b,  # 2\n)"),
    (A, call(add=(("z", "1"),)), A.replace("# 3\n", "# 3\n    z=1,\n")),
    (A, call(add=(("", "x"),)), A.replace("# 2\n", "# 2\n    x,\n")),
    (A, call(drop=("c",), add=(("z", "1"),)), "f(\n    a,  # 1\n    # own\n    b,  # 2\n    z=1,\n)"),
]


@pytest.mark.parametrize(("before", "changes", "after"), ARGUMENTS)
@pytest.mark.parametrize("frame", ["y = {}\n", "def g():\n\treturn {}.h\n", "@{}\nclass A: pass\n", "a; b = 'é', {}\n"])
def test_arguments(before: str, changes: dict[str, Any], after: str | None, frame: str) -> None:
    text = frame.format(before)
    wanted = None if after is None else frame.format(after)
    assert changed(text, Arguments(at(text, before), **changes)) == wanted


def test_bases() -> None:
    text = "class A: pass\nclass B(X, metaclass=M):\n    @staticmethod\n    def f(): pass\nclass C(): pass\n"
    first, second, third = at(text, "class A: pass"), at(text, text[14:-16]), at(text, "class C(): pass")
    assert changed(text, Arguments(first, add=(("", "Q"),))) == text.replace("A:", "A(Q):")
    assert changed(text, Arguments(second, add=(("", "Q"),))) == text.replace("(X,", "(X, Q,")
    assert changed(text, Arguments(second, drop=(0, "metaclass"))) == text.replace("(X, metaclass=M)", "()")
    assert changed(text, Arguments(third, add=(("", "Q"),))) == text.replace("C()", "C(Q)")


KEYS = [
    ("{'a': 1, 'b': 2}", {"drop": ("a",)}, "{'b': 2}"),
    ("{'a': 1, 'b': 2}", {"rename": (("a", "c"),), "add": (("d", "x, y"),)}, "{'c': 1, 'b': 2, 'd': (x, y)}"),
    ('{"a": 1, **k}', {"values": (("a", "lambda: 0"),), "add": (("d", "1"),)}, '{"a": lambda: 0, **k, "d": 1}'),
    ("{\n    'a': 1,  # one\n    'b': 2,\n}", {"drop": ("a",), "add": (("c", "3"),)}, "{\n    'b': 2,\n    'c': 3,\n}"),
    ("{'a': 1}", {"drop": ("b",)}, None),
    ("{'a': 1, 'a': 2}", {"drop": ("a",)}, None),
    ("{}", {"add": (("a", "1"),)}, '{"a": 1}'),
]


@pytest.mark.parametrize(("before", "changes", "after"), KEYS)
def test_keys(before: str, changes: dict[str, Any], after: str | None) -> None:
    text = f"def f(): return g(x={before})\n"
    wanted = None if after is None else text.replace(before, after)
    assert changed(text, Keys(at(text, before), **changes)) == wanted


def test_a_call_through_another() -> None:
    pairs = (
        ("f(a)", "g(f, a)"),
        ("a.f()", "g(a.f)"),
        ("f(\n    a,\n)", "g(f,\n    a,\n)"),
    )
    for before, after in pairs:
        text = f"x = {before}\n"
        assert changed(text, Through(at(text, before), "g")) == f"x = {after}\n"
    assert changed("x = (f)(a)\n", Through(at("x = (f)(a)\n", "(f)(a)"), "g")) is None


def test_two_change_places() -> None:
    for before, after in (
        ("f(a, 'b', c)  # d", "f('b', a, c)  # d"),
        ("f(\n    a,\n    'b',\n)", "f(\n    'b',\n    a,\n)"),
    ):
        assert changed(f"{before}\n", Swap(at(before, "a"), at(before, "'b'"))) == f"{after}\n"
    for text in ("f(a,  # c\n  'b')\n", "f(a,\n  'b',  # c\n  d)\n", "f(a,\n  # c\n  'b')\n"):
        assert changed(text, Swap(at(text, "a"), at(text, "'b'"))) is None


def test_loops_become_async() -> None:
    text = "for x in y():\n    pass\nz = [a for a in b for c in d()]\n"
    assert changed(text, AsyncFor(at(text, "y()"))) == "async " + text
    assert changed(text, AsyncFor(at(text, "d()"))) == text.replace("for c", "async for c")
    assert changed(text, AsyncFor(at(text, "a"))) is None


def test_functions_become_async() -> None:
    text = "class A:\n    @b\n    def f(self):\n        yield 1\n"
    assert changed(text, MakeAsync(at(text, text[20:-1]))) == text.replace("def", "async def")
    text = "def f():\n    yield from g\n"
    assert changed(text, MakeAsync(at(text, text[:-1]))) is None


def test_a_tuple_behind_with_is_no_list_of_items() -> None:
    text = "with a:\n    pass\n"
    assert changed(text, Expression(at(text, "a"), "b, c")) is None
    assert changed(text, Expression(at(text, "a"), "b(c)")) == "with b(c):\n    pass\n"
