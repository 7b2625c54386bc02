"""Names to values, as Python would have it: what cannot be told is unknown."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from dbos_lint.semantics.program import Program
from dbos_lint.semantics.resolve import Place
from dbos_lint.semantics.values import (
    ClassValue,
    Constant,
    Container,
    Coroutine,
    Entity,
    External,
    FunctionValue,
    Instance,
    ModuleValue,
    Value,
)
from dbos_lint.settings import Settings

ROOT = Path("/nowhere/at/all")


def program_of(files: dict[str, str]) -> Program:
    """A project of files that exist in memory only."""
    program = Program(Settings(root=str(ROOT)))
    for name, text in files.items():
        program.project.overlay[str(ROOT / name)] = text.encode()
    return program


def told(program: Program, value: Value) -> str:
    resolver = program.analysis.resolver
    if isinstance(value, External):
        return value.name
    if isinstance(value, (FunctionValue, ClassValue)):
        return resolver.qualified_name(value)
    if isinstance(value, Instance):
        return f"{told(program, value.type)}()"
    if isinstance(value, Entity):
        return f"{value.kind} {told(program, value.function)}"
    if isinstance(value, Coroutine):
        return f"coroutine of {' | '.join(told(program, each) for each in value.results)}"
    if isinstance(value, ModuleValue):
        return f"module {Path(value.path).stem}"
    if isinstance(value, Constant):
        return repr(value.value)
    if isinstance(value, Container):
        return f"{value.kind}[{', '.join(told(program, each) for each in value.elements)}]"
    return type(value).__name__


def probed(text: str, others: Mapping[str, str] = MappingProxyType({}), *, backwards: bool = False) -> list[str]:
    """What each ``probe(...)`` in the module ``app`` is given, in the order of the text; alternatives are sorted. They
    are asked for in that order, or the last one first."""
    program = program_of({"app.py": text, **others})
    module = program.project.module(str(ROOT / "app.py"))
    assert module is not None
    calls = [call for function in module.functions for call in function.calls if call.func == "probe"]
    found = [
        " | ".join(
            sorted(
                told(program, value)
                for value in program.analysis.resolver.resolve(
                    module, call.args[0], Place(call.scope, call.span.row, call.block)
                )
            )
        )
        for call in sorted(calls, key=lambda call: call.span, reverse=backwards)
    ]
    return found[::-1] if backwards else found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Straight lines: the last binding above counts.
        ("import time, random\nx = time\nprobe(x)\nx = random\nprobe(x)\n", ["time", "random"]),
        ("import time\nx = time\nx = x.time\nprobe(x)\n", ["time.time"]),
        ("import time\ntime = None\nprobe(time)\n", ["None"]),
        ("import time\ndel time\nprobe(time)\n", [""]),
        # Branches: either may hold; inside a branch, the one made there.
        ("import time, random\nif a:\n    x = time\nelse:\n    x = random\nprobe(x)\n", ["random | time"]),
        ("import time, random\nx = time\nif a:\n    x = random\n    probe(x)\nprobe(x)\n", ["random", "random | time"]),
        ("import time, random\nif a:\n    x = time\n    x = random\nprobe(x)\n", ["random"]),
        ("try:\n    import a1 as x\nexcept ImportError:\n    import a2 as x\nprobe(x)\n", ["a1 | a2"]),
        # Loops: what stands below may have run before, unless the loop binds the name again first.
        ("import a, b\nx = a\nfor i in z:\n    probe(x)\n    x = b\n", ["a | b"]),
        ("import a, b\nfor i in z:\n    x = a\n    probe(x)\n    x = b\n", ["a"]),
        ("import a, b, c\nx = a\nwhile z:\n    probe(x)\n    x = b\n    x = c\n", ["a | c"]),
        ("import a, b\nx = a\nfor i in z:\n    for j in z:\n        probe(x)\n    x = b\n", ["a | b"]),
        ("import a, b\nwhile z:\n    x = a\n    for j in z:\n        probe(x)\n    x = b\n", ["a"]),
        ("import a, b\nx = a\nfor i in z:\n    probe(x)\nx = b\n", ["a"]),
        # From inside a function, the name is what it is when the module has run.
        ("import a, b\nx = a\ndef f():\n    probe(x)\nx = b\n", ["b"]),
        ("import a, b\ndef f():\n    probe(x)\nif z:\n    x = a\nelse:\n    x = b\n", ["a | b"]),
        # Scopes.
        ("import time\ndef f(time):\n    probe(time)\nprobe(time)\n", ["", "time"]),
        ("import time\ndef f():\n    probe(time)\n    time = 1\n", ["1"]),
        (
            "import time, x\nclass A:\n    time = x\n    probe(time)\n    def f(self):\n        probe(time)\n",
            ["x", "time"],
        ),
        ("import time, x\nclass A:\n    probe(time)\n    time = x\n", ["time"]),
        ("import a\ndef f():\n    x = a\n    def g():\n        nonlocal x\n        probe(x)\n", ["a"]),
        ("import a, b\ndef f():\n    global x\n    x = b\ndef g():\n    probe(x)\n", ["b"]),
        ("import a\nx = [probe(a) for a in z]\nprobe(a)\n", ["", "a"]),
        ("import a, b\nif (x := a):\n    probe(x)\n[x := b for i in z]\nprobe(x)\n", ["a", "b"]),
        ("import a\nf = lambda a: probe(a)\ng = lambda: probe(a)\n", ["", "a"]),
        ("import a\nmatch z:\n    case [a, *b]:\n        probe(a)\n", [""]),
        ("import a\ntry:\n    pass\nexcept E as a:\n    probe(a)\n", [""]),
        ("probe(len)\nlen = 1\nprobe(len)\n", ["1", "1"]),
        ("probe(len)\nprobe(no_such_name)\n", ["len", ""]),
    ],
)
def test_names(text: str, expected: list[str]) -> None:
    assert probed(text) == expected


def test_what_a_name_means_in_one_scope_is_not_taken_for_what_it_means_in_another() -> None:
    text = """
import a, b, c
probe(a.x)
x = a
probe(x)
def f():
    probe(a.x)
    probe(x)
    def g(a):
        probe(a.x)
        x = b
        probe(x)
class C:
    probe(b.x)
    b = c
    probe(b.x)
    def h(self):
        probe(b.x)
        return [probe(c.x) for c in z]
x = c
probe(x)
probe(b.x)
probe(c.x)
"""
    expected = ["a.x", "a", "a.x", "c", "", "b", "b.x", "c.x", "b.x", "", "c", "b.x", "c.x"]
    assert probed(text) == expected
    assert probed(text, backwards=True) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("probe(x for x in y)\nprobe({1: 2})\nprobe([A()])\nclass A: pass\n",
         ["generator[]", "dict[]", "list[app.A()]"]),
        ("import httpx\nprobe(httpx.Client().get)\nprobe(httpx.Client())\n", ["httpx.Client.get", "httpx.Client()"]),
        ("import a\nx = a.b() if z else a.c\nprobe(a.b if z else a.c)\n", ["a.b | a.c"]),
        ("from pathlib import Path\nprobe(Path('a') / 'b')\n", ["pathlib.Path()"]),
        ("def f(): return None\nprobe(f())\nprobe(f)\n", ["", "app.f"]),
        ("class A: pass\ndef f(): return A()\nprobe(f())\n", ["app.A()"]),
        ("class A: pass\nasync def f(): return A()\nprobe(f())\nasync def g():\n    probe(await f())\n",
         ["coroutine of app.A()", "app.A()"]),
        ("class A: pass\ndef f() -> 'A | None': ...\nprobe(f())\n", ["app.A()"]),
        ("from typing import Optional\nclass A: pass\ndef f(a: Optional[A], b: 'A', c: list[A], *d: A):\n"
         "    probe(a)\n    probe(b)\n    probe(d)\n", ["app.A()", "app.A()", ""]),
        ("class A: pass\nx: A\nprobe(x)\n", ["app.A()"]),
        ("class A:\n    def __enter__(self): return B()\nclass B: pass\nwith A() as x:\n    probe(x)\n", ["app.B()"]),
        ("class A: pass\nfor x in [A()]:\n    probe(x)\n", ["app.A()"]),
        ("class A: pass\nx, (y, z) = A(), (A, 1)\nprobe(x)\nprobe(y)\n", ["app.A()", "app.A"]),
        ("def f(x): return x\nclass A: pass\nprobe(f(A()))\n", ["app.A()"]),
        ("def f(): pass\nimport functools\nprobe(functools.partial(f, 1))\n", ["Partial"]),
    ],
)  # fmt: skip
def test_expressions(text: str, expected: list[str]) -> None:
    assert probed(text) == expected


CLASSES = """
import httpx

class Base:
    shared = httpx.Client()

    def __init__(self, client: httpx.Client):
        self.client = client
        self.other = None

    def step(self): ...

    @property
    def kind(self): return Base

    @classmethod
    def make(cls): return cls()

    @staticmethod
    def plain(x): return x

class Sub(Base):
    def step(self):
        probe(super().step)
        probe(self.step)
        probe(self.client)
        probe(self.other)
        probe(self.shared)
        probe(self.kind)
        probe(self.nothing)

    @classmethod
    def build(cls):
        probe(cls)
        probe(cls.step)

    @staticmethod
    def free(self):
        probe(self)

probe(Sub.make())
probe(Sub(None).step)
probe(Sub.plain)
"""


def test_classes() -> None:
    client = "httpx.Client()"
    assert probed(CLASSES) == [
        *("app.Base.step", "app.Sub.step", client, "", client, "app.Base", ""),
        *("app.Sub", "app.Sub.step", ""),
        *("app.Base()", "app.Sub.step", "app.Base.plain"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from dbos import DBOS\n@DBOS.workflow()\ndef f(): ...\nprobe(f)\n", ["workflow app.f"]),
        ("from dbos import DBOS as D\nwf = D.workflow\n@wf()\ndef f(): ...\nprobe(f)\n", ["workflow app.f"]),
        ("import dbos\ndef f(): ...\ng = dbos.DBOS.step()(f)\nprobe(f)\nprobe(g)\n", ["app.f", "step app.f"]),
        ("from dbos import DBOS\ndef wf(**k): return DBOS.workflow(**k)\n@wf(name='x')\ndef f(): ...\nprobe(f)\n",
         ["workflow app.f"]),
        ("import functools\ndef log(fn):\n    @functools.wraps(fn)\n    def g(*a): return fn(*a)\n    return g\n"
         "@log\ndef f(): ...\nprobe(f)\n", ["app.f"]),
        ("from dbos import DBOS\nclass DBOS:\n    def workflow(): ...\n@DBOS.workflow()\ndef f(): ...\nprobe(f)\n",
         ["app.f"]),
    ],
)  # fmt: skip
def test_decorators(text: str, expected: list[str]) -> None:
    assert probed(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "x = x()\nprobe(x)\n",
        "x = [x]\nx = x[0]\nprobe(x.y)\n",
        "def f(): return f()\nprobe(f())\n",
        "def f(): return g()\ndef g(): return f()\nprobe(f())\nprobe(g())\n",
        "class A(B): pass\nclass B(A): pass\nprobe(A().x)\n",
        "class A(A): pass\nprobe(A().x)\n",
        "@f\ndef f(g): return f\nprobe(f(f))\n",
        "class A:\n    def __init__(self): self.x = self.x.x\nprobe(A().x)\n",
        "def f(a=f): return a(a)\nprobe(f(f))\n",
        "def f(x): return f(functools.partial(x))\nimport functools\nprobe(f(f))\n",
        "class A:\n    def __enter__(self): return self.__enter__()\nwith A() as a:\n    probe(a.b)\n",
        "while x:\n    x, y = y.x, x.y\nprobe(x)\n",
    ],
)
def test_circles_come_to_an_end(text: str) -> None:
    assert probed(text)


def test_what_leads_out_of_a_circle_is_told() -> None:
    text = "class A: pass\ndef f(): return g()\ndef g():\n    return f() or A()\nprobe(f())\nprobe(g())\nprobe(f())\n"
    assert probed(text) == ["app.A()"] * 3


def test_many_bindings_are_unknown_and_few_are_told() -> None:
    few = "".join(f"if z:\n    x = a{i}\n" for i in range(3))
    many = "".join(f"if z:\n    x = a{i}\n" for i in range(60))
    head = "import " + ", ".join(f"a{i}" for i in range(60)) + "\n"
    assert probed(f"{head}{few}probe(x)\n") == ["a0 | a1 | a2"]
    assert probed(f"{head}{many}probe(x)\n") == [""]


CHAIN = 60


def chain(last: str) -> str:
    functions = "".join(f"def f{i}(): return f{i + 1}()\n" for i in range(CHAIN))
    return f"class A: pass\n{functions}def f{CHAIN}(): return {last}\n"


def test_short_chains_of_calls_are_followed_and_long_ones_are_unknown() -> None:
    assert probed(f"{chain('A()')}probe(f{CHAIN - 3}())\nprobe(f0())\n") == ["app.A()", ""]


@pytest.mark.parametrize(
    "library",
    [
        # Longer than resolution follows: that the end of it was asked before may not change that.
        chain("A()"),
        # Circles: what one function gives depends on where the circle is entered.
        "class A:\n    def run(self): return B()\nclass B:\n    def run(self): return A()\n"
        "def f0(): return f30().run() or A()\ndef f30(): return f58().run() or B()\ndef f58(): return f0().run()\n",
        "class A: pass\nclass B: pass\nf0 = lambda: f30() or A()\nf30 = lambda: f58() or B()\nf58 = lambda: f0()\n",
    ],
)
@pytest.mark.parametrize("order", [(0, 30, 58), (58, 30, 0), (30, 58, 0)])
def test_an_answer_does_not_depend_on_what_was_asked_before(library: str, order: tuple[int, ...]) -> None:
    others = {"library.py": library}

    def asked(*which: int) -> list[str]:
        return probed("from library import *\n" + "".join(f"probe(f{i}())\n" for i in which), others)

    assert asked(*order) == [asked(i)[0] for i in order]


def crowd(size: int) -> str:
    """Functions each of which gives what three others give, so that every one leads to every other."""
    functions = "".join(
        f"def f{i}(a=None): return f{(i * 7 + 1) % size}() or f{(i * 3 + 2) % size}(f{i}) or f{(i * 5 + 3) % size}()\n"
        for i in range(size)
    )
    return f"class A: pass\n{functions}"


def test_a_crowd_of_functions_that_lead_to_one_another_gives_up_in_time_and_always_in_the_same_way() -> None:
    library = {"library.py": crowd(40)}
    forward, backward = ("".join(f"probe(f{i}())\n" for i in order) for order in (range(40), range(39, -1, -1)))
    assert probed(f"from library import *\n{forward}", library) == [""] * 40
    assert probed(f"from library import *\n{backward}{forward}", library) == [""] * 80


def test_what_is_found_inside_a_circle_is_found_again_where_it_holds() -> None:
    """``c`` is asked twice on the way from ``top``, with the circle open at the same place and at another."""
    text = (
        "class A: pass\nclass B: pass\ndef top(): return a() or b() or c()\ndef a(): return c() or A()\n"
        "def b(): return c() or a()\ndef c(): return top() or B()\n"
    )
    for order in ("top a b c", "c b a top", "b top c a"):
        asked = "".join(f"probe({name}())\n" for name in order.split())
        assert probed(text + asked) == ["app.A() | app.B()"] * 4


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("A", "app.A()"),
        ("'A'", "app.A()"),
        ("'not a ('", ""),
        ("A | None", "app.A()"),
        ("Union[A, B]", "app.A() | app.B()"),
        ("Annotated[A, 1]", "app.A()"),
        ("type[A]", "app.A"),
        ("type[1]", ""),
        ("1", ""),
        ("Unknown", ""),
        ("A[int]", "app.A()"),
        ("'" + "A" * 500 + "'", ""),
    ],
)
def test_annotations(annotation: str, expected: str) -> None:
    text = f"from typing import Annotated, Union\nclass A: pass\nclass B: pass\ndef f(x: {annotation}):\n    probe(x)\n"
    assert probed(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from typing import Self\nclass A:\n    def f(self) -> Self: ...\nprobe(A().f())\n", ["app.A()"]),
        ("class A:\n    @property\n    def y(self): ...\n    @y.setter\n    def y(self, v): ...\nprobe(A().y)\n",
         [""]),
        ("import contextlib\nclass A: pass\n@contextlib.contextmanager\ndef f():\n    yield A()\nwith f() as x:\n"
         "    probe(x)\n", ["app.A()"]),
        ("from dbos import DBOS\n@DBOS.step()\ndef f(): ...\nprobe(f.__wrapped__)\n", ["app.f"]),
        ("class A:\n    def __call__(self): return B()\nclass B: pass\nprobe(A()())\n", ["app.B()"]),
        ("probe([1, 2].append)\n", ["list.append"]),
        ("probe({}[1])\nprobe([A][0])\nclass A: pass\n", ["", "app.A"]),
        ("def f(): return A()\nclass A: pass\nprobe({'a': f}['a'])\n", ["app.f"]),
    ],
)  # fmt: skip
def test_what_things_give(text: str, expected: list[str]) -> None:
    assert probed(text) == expected
