"""What running a function may do, through any calls, by the shortest way; and in which context it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbos_lint.diagnostic import Diagnostic
from dbos_lint.linter import FileResult, lint_source
from dbos_lint.semantics.analysis import Analysis
from dbos_lint.semantics.effects import DURABLE_IN_THREAD, MEMOIZED, RAISES_LOSSY
from dbos_lint.semantics.hazards import HAZARDS
from dbos_lint.semantics.program import Program
from dbos_lint.semantics.values import FunctionKey
from dbos_lint.settings import Settings
from tests.growing import grows_with_the_text

ROOT = Path("/nowhere/at/all")
SETTINGS = Settings(root=str(ROOT))
HEAD = "import time, random\nfrom dbos import DBOS\n"
WORKFLOW = "@DBOS.workflow()\ndef run():\n"


def lint(text: str, settings: Settings = SETTINGS, others: dict[str, str] | None = None) -> FileResult:
    program = Program(settings)
    for name, other in (others or {}).items():
        program.project.overlay[str(ROOT / name)] = other.encode()
    return lint_source((HEAD + text).encode(), str(ROOT / "app.py"), settings, program=program)


def found(text: str, settings: Settings = SETTINGS, others: dict[str, str] | None = None) -> list[Diagnostic]:
    return list(lint(text, settings, others).diagnostics)


def codes(text: str, settings: Settings = SETTINGS, others: dict[str, str] | None = None) -> list[str]:
    return [each.code for each in found(text, settings, others)]


def chain(diagnostic: Diagnostic) -> list[str]:
    return [step.label for step in diagnostic.trace]


CLOCK = "def clock():\n    return time.time()\n"


def test_the_shortest_way_is_told() -> None:
    text = f"{CLOCK}def far():\n    return near()\ndef near():\n    return clock()\n"
    text += f"{WORKFLOW}    far()\n    return near()\n"
    (only,) = found(text)
    assert chain(only) == ["run", "near", "clock", "time.time()"]


def test_of_ways_that_are_as_short_the_first_call_is_told_whatever_was_linted_before() -> None:
    library = "import time\ndef both():\n    return first() + second()\n"
    library += "".join(f"def {name}():\n    return stamp()\n" for name in ("first", "second"))
    library += "def stamp():\n    return time.time()\n"
    text = "from library import both\n@DBOS.workflow()\ndef run():\n    return both()\n"
    other = "from dbos import DBOS\nfrom library import second\n@DBOS.workflow()\ndef other():\n    return second()\n"
    overlay = {"library.py": library, "other.py": other}
    alone = lint(text, others=overlay)
    assert "first" in chain(alone.diagnostics[0])
    program = Program(SETTINGS)
    for name, each in overlay.items():
        program.project.overlay[str(ROOT / name)] = each.encode()
    lint_source(other.encode(), str(ROOT / "other.py"), SETTINGS, program=program)
    assert lint_source((HEAD + text).encode(), str(ROOT / "app.py"), SETTINGS, program=program) == alone


@pytest.mark.parametrize(
    ("helpers", "call"),
    [
        ("def f(n):\n    return f(n - 1) or time.time()\n", "f(3)"),
        ("def f(n):\n    return g(n)\ndef g(n):\n    return f(n) or time.time()\n", "f(3)"),
        ("class A:\n    def __init__(self):\n        self.t = time.time()\n", "A().t"),
        ("class A:\n    def f(self):\n        return time.time()\n", "A().f()"),
        ("class A:\n    def __call__(self):\n        return time.time()\n", "A()()"),
        ("class A:\n    @property\n    def f(self):\n        return time.time()\n", "A().f"),
        ("class A:\n    @staticmethod\n    def f():\n        return time.time()\n", "A.f()"),
        ("class A:\n    @classmethod\n    def f(cls):\n        return time.time()\n", "A.f()"),
        ("class A:\n    def f(self):\n        return time.time()\nclass B(A): ...\n", "B().f()"),
        ("class A:\n    def f(self):\n        return time.time()\n"
         "class B(A):\n    def f(self):\n        return super().f()\n",
         "B().f()"),
        ("class A:\n    def f(self):\n        return self.g()\n"
         "class B(A):\n    def g(self):\n        return time.time()\n",
         "B().f()"),
        ("def f():\n    def g():\n        return time.time()\n    return g()\n", "f()"),
        ("f = lambda: time.time()\n", "f()"),
        ("import functools\ndef f(a):\n    return time.time()\n", "functools.partial(f, 1)()"),
        ("def f(a):\n    return time.time()\n", "list(map(f, [1]))"),
        ("def f(a):\n    return time.time()\n", "sorted([2, 1], key=f)"),
        ("def f(a):\n    return a()\n", "f(lambda: time.time())"),
        ("import contextlib\nclass A:\n    def __enter__(self):\n        return time.time()\n"
         "    def __exit__(self, *a): ...\n"
         "def f():\n    with A() as t:\n        return t\n", "f()"),
        ("def deco(fn):\n    def inner():\n        return time.time(), fn()\n    return inner\n@deco\ndef f(): ...\n",
         "f()"),
        ("t = time.time\n", "t()"),
        ("from time import time as now\n", "now()"),
    ],
)  # fmt: skip
def test_effects_come_through_whatever_runs_them(helpers: str, call: str) -> None:
    assert codes(f"{helpers}{WORKFLOW}    return {call}\n") == ["DBS201"]


@pytest.mark.parametrize(
    ("helpers", "call"),
    [
        ("@DBOS.step()\ndef f():\n    return time.time()\n", "f()"),
        ("def f():\n    return time.time()\n", "DBOS.run_step(None, f)"),
        ("def f():\n    return time.time()\n", "f"),
        ("def f():\n    def g():\n        return time.time()\n", "f()"),
        ("class A:\n    def f(self):\n        return self.g()\n"
         "class B(A):\n    def g(self):\n        return time.time()\n",
         "A().f()"),
        ("class A:\n    def f(self):\n        return time.time()\n"
         "class B(A):\n    def f(self):\n        return 1\n", "B().f()"),
        ("class time:\n    def time(): ...\n", "time.time()"),
        ("def f(time):\n    return time.time()\n", "f(None)"),
        ("def f():\n    print(time.time())\n", "f()"),
        ("def f(n):\n    return f(n - 1)\n", "f(3)"),
    ],
)  # fmt: skip
def test_what_does_not_run_here_is_silent(helpers: str, call: str) -> None:
    assert codes(f"{helpers}{WORKFLOW}    return {call}\n") == []


def test_a_helper_that_a_comment_declares_deterministic_stops_the_way() -> None:
    text = f"def clock():{{comment}}\n    return time.time()\n{WORKFLOW}    return clock()\n"
    assert codes(text.format(comment="")) == ["DBS201"]
    assert codes(text.format(comment="  # dbos-lint: deterministic")) == []


@pytest.mark.parametrize(
    ("known", "expected"),
    [(("app.clock",), []), (("app.*",), []), (("*.clock",), []), (("time.*",), []), (("other.*",), ["DBS201"])],
)
def test_settings_declare_names_deterministic(known: tuple[str, ...], expected: list[str]) -> None:
    settings = SETTINGS._replace(known_deterministic=known)
    assert codes(f"{CLOCK}{WORKFLOW}    return clock()\n", settings) == expected


@pytest.mark.parametrize(
    ("extra", "call", "expected"),
    [
        ("acme.*:network", "acme.api.fetch(1)", ["DBS206"]),
        ("acme.now:clock", "acme.now()", ["DBS201"]),
        ("acme.NOW:clock", "acme.NOW", ["DBS201"]),
        ("app.local:clock", "local()", ["DBS201"]),
        ("other.*:network", "acme.api.fetch(1)", []),
    ],
)
def test_settings_add_sources(extra: str, call: str, expected: list[str]) -> None:
    settings = SETTINGS._replace(extra_nondeterministic=(extra,))
    assert codes(f"import acme\ndef local(): ...\n{WORKFLOW}    return {call}\n", settings) == expected


def test_a_finding_stands_where_the_effect_is_or_at_the_call_that_leaves_the_file() -> None:
    here = found(f"{CLOCK}{WORKFLOW}    return clock()\n")
    assert [each.start.row for each in here] == [4]
    there = found(f"import lib\n{WORKFLOW}    return lib.clock()\n", others={"lib.py": f"import time\n{CLOCK}"})
    assert [each.start.row for each in there] == [6]
    assert there[0].trace[-1].filename == str(ROOT / "lib.py")


def test_what_cannot_be_followed_is_counted() -> None:
    assert lint(f"{WORKFLOW}    return no_such_thing()()\n").unresolved == (5, 5)
    assert lint(f"{WORKFLOW}    return len([])\n").unresolved == ()


GROWING = {
    "chain": lambda n: (
        f"{WORKFLOW}    h0()\n"
        + "".join(f"def h{i}():\n    return h{i + 1}()\n" for i in range(n))
        + f"def h{n}(): ..."
    ),
    "cycle": lambda n: (
        f"{WORKFLOW}    h0()\n" + "".join(f"def h{i}():\n    return h{(i + 1) % n}()\n" for i in range(n))
    ),
    "calls of one helper": lambda n: f"{CLOCK}{WORKFLOW}" + "    clock()\n" * n,
    "rebound": lambda n: f"{WORKFLOW}    x = time\n" + "    x = x.foo()\n" * n + "    x.time()\n",
    "rebound in a loop": lambda n: f"{WORKFLOW}    x = time\n    while x:\n" + "        x = x.foo()\n" * n,
    "rebound in branches": lambda n: f"{WORKFLOW}    x = time\n" + "    if x: x = x.foo()\n" * n,
    "global": lambda n: (
        "x = []\n" + "".join(f"def h{i}():\n    global x\n    x = x.y()\n    x.append(1)\n" for i in range(n))
    ),
    "logged": lambda n: WORKFLOW + "    t = time.time()\n    print(t)\n" * n,
    "branching": lambda n: (
        "".join(f"def h{i}():\n    return h{i + 1}() or h{i + 1}().x()\n" for i in range(n))
        + f"def h{n}(): return time\n{WORKFLOW}    h0().time()\n"
    ),
    "threads": lambda n: (
        "import threading\n"
        + "".join(f"def h{i}():\n    threading.Thread(target=h{i + 1}).start()\n" for i in range(n))
        + f"def h{n}(): DBOS.sleep(1)\n{WORKFLOW}    h0()\n"
    ),
    "launch": lambda n: (
        "".join(f"def h{i}():\n    h{i + 1}()\n" for i in range(n)) + f"def h{n}(): DBOS.launch()\nh0()\n"
    ),
    "classes": lambda n: (
        "class C0:\n    def run(self): self.go()\n    def go(self): time.time()\n"
        + "".join(f"class C{i + 1}(C{i}):\n    def go(self): super().go()\n" for i in range(n))
        + f"{WORKFLOW}    C{n}().run()\n"
    ),
    "values made from one another": lambda n: (
        f"{WORKFLOW}    x0 = x1 = time.time()\n"
        + "".join(f"    x{i + 2} = x{i}.foo(x{i + 1}).bar(x{i})\n" for i in range(n))
        + f"    print(x{n})\n"
    ),
    "withs": lambda n: WORKFLOW + "    with open('x') as f: f.read()\n" * n,
    "elif": lambda n: f"{WORKFLOW}    if x: pass\n" + "    elif x.y(): return time.time()\n" * n,
    "callbacks": lambda n: f"def f(cb):\n    cb()\n{WORKFLOW}" + "    f(lambda: time.time())\n" * n,
    "handlers": lambda n: (
        f"{WORKFLOW}    kept = []\n" + "    try: f()\n    except OSError as e: kept.append(e)\n    g()\n" * n
    ),
    "nested": lambda n: WORKFLOW + "".join(f"    def f{i}(cb):\n        cb()\n    f{i}(print)\n" for i in range(n)),
}


@pytest.mark.parametrize("shape", GROWING)
def test_work_grows_with_the_text_and_not_with_its_square(shape: str) -> None:
    assert grows_with_the_text(GROWING[shape], lint)


@pytest.mark.parametrize("shape", GROWING)
def test_long_programs_are_linted_whole(shape: str) -> None:
    assert "DBS001" not in codes(GROWING[shape](400))


def test_what_nests_too_deeply_is_a_fault_and_harms_no_other_file(monkeypatch: pytest.MonkeyPatch) -> None:
    text = HEAD + f"{CLOCK}{WORKFLOW}    return clock()\n"
    program = Program(SETTINGS)

    def lint_here() -> list[str]:
        result = lint_source(text.encode(), str(ROOT / "app.py"), SETTINGS, program=program)
        return [each.code for each in result.diagnostics]

    def overflow(*arguments: object) -> None:
        raise RecursionError

    with monkeypatch.context() as patched:
        patched.setattr("dbos_lint.rules.check", overflow)
        assert lint_here() == ["DBS001"]
    assert lint_here() == ["DBS201"]


EVERYTHING = """import functools, threading
async def step():
    await DBOS.sleep_async(1)
class Lost(Exception):
    def __init__(self, a, b):
        super().__init__(a)
@functools.lru_cache
def remembered():
    DBOS.sleep(1)
LAST = None
def kept():
    global LAST
    if LAST is None:
        LAST = DBOS.retrieve_workflow("w").get_result()
async def hazardous():
    try:
        await step()
    except BaseException:
        pass
    finally:
        await step()
    try:
        await step()
    except Exception:
        pass
    for each in {"a", "b"}:
        await step()
    await asyncio.gather(twice(), twice())
    asyncio.create_task(step())
    await asyncio.wait_for(step(), 1)
    await asyncio.wait([step()], return_when=asyncio.FIRST_COMPLETED)
    await DBOS.asyncio_wait({asyncio.create_task(step()) for _ in "ab"}, return_when=asyncio.FIRST_COMPLETED)
    threading.Thread(target=remembered).start()
    raise Lost(1, 2)
async def twice():
    await step()
    await step()
"""


def analysis_of(text: str) -> tuple[Analysis, list[FunctionKey]]:
    program, path = Program(SETTINGS), str(ROOT / "app.py")
    program.project.overlay[path] = text.encode()
    module = program.project.module(path)
    assert module is not None
    return program.analysis, [FunctionKey(path, function.id) for function in module.functions]


def test_effects_of_one_kind_are_those_of_that_kind_among_all() -> None:
    text = f"import asyncio\n{HEAD}{EVERYTHING}"
    analysis, functions = analysis_of(text)
    told = [(key, effect.kind, effect.span) for key in functions for effect in analysis.effects(key)]
    kinds = {kind for _, kind, _ in told}
    assert kinds >= HAZARDS | {MEMOIZED, RAISES_LOSSY, DURABLE_IN_THREAD}
    asked = analysis_of(text)[0]  # of which nothing has been asked yet
    for kind in sorted(kinds):
        only = [(key, effect.kind, effect.span) for key in functions for effect in asked.effects(key, (kind,))]
        assert [each for each in only if each[1] == kind] == [each for each in told if each[1] == kind]
