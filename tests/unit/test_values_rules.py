"""What is said of a value that differs on recovery, by where it goes: the rule, the level, the place, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbos_lint.diagnostic import Diagnostic, Level
from dbos_lint.linter import lint_source
from dbos_lint.semantics.program import Program
from dbos_lint.settings import Settings
from tests.growing import grows_with_the_text

ROOT = Path("/nowhere/at/all")
OURS = ("DBS201", "DBS202", "DBS203", "DBS204", "DBS211", "DBS212", "DBS215", "DBS235", "DBS239")
SETTINGS = Settings(root=str(ROOT), select=OURS)
HEAD = """
import os, random, time, uuid
from dbos import DBOS, DBOSConfiguredInstance, SetWorkflowID
@DBOS.step()
def step(*args): ...
@DBOS.workflow()
def child(*args): ...
"""
ROWS = HEAD.count("\n")


def found(text: str, settings: Settings = SETTINGS, others: dict[str, str] | None = None) -> list[Diagnostic]:
    program = Program(settings)
    for name, other in (others or {}).items():
        program.project.overlay[str(ROOT / name)] = other.encode()
    result = lint_source((HEAD + text).encode(), str(ROOT / "app.py"), settings, program=program)
    return list(result.diagnostics)


def workflow(body: str) -> str:
    return "@DBOS.workflow()\ndef run(p, q):\n" + "".join(f"    {line}\n" for line in body.splitlines())


def told(text: str, settings: Settings = SETTINGS, others: dict[str, str] | None = None) -> list[str]:
    """The findings as ``DBS201 error 3``: the row counts from the first of ``text``."""
    return [f"{each.code} {each.level.value} {each.start.row - ROWS}" for each in found(text, settings, others)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("step(time.time())", "DBS201 error"),
        ("if time.time() > p: step()", "DBS201 error"),
        ("p.append(time.time())", "DBS201 error"),
        ("p(time.time())", "DBS201 error"),
        ("return time.time()", "DBS201 warning"),
        ("DBOS.set_event('k', time.time())", "DBS201 warning"),
        ("raise ValueError(time.time())", "DBS201 warning"),
        ("x = time.time()\nDBOS.set_event('k', x)\nreturn x", "DBS201 warning"),
        ("x = time.time()\nDBOS.set_event('k', x)\nstep(x)", "DBS201 error"),
        ("return random.random()", "DBS202 warning"),
        ("step(random.random())", "DBS202 error"),
        ("random.shuffle(p)", "DBS202 error"),
        ("DBOS.sleep(random.random())", ""),
        ("x = random.random()\nDBOS.sleep(x)\nreturn x", "DBS202 warning"),
        ("return uuid.uuid4()", "DBS203 warning"),
        ("step(str(uuid.uuid4()))", "DBS203 error"),
        ("with SetWorkflowID(str(uuid.uuid4())): child()", ""),
        ("DBOS.sleep(int(os.environ['X']))", "DBS204 warning"),
        ("if os.environ.get('X') is None: step()", "DBS204 warning"),
        ("return os.getpid()", "DBS204 warning"),
        ("print(time.time())", "DBS212 advice"),
        ("if time.time() > p: print('late')", "DBS212 advice"),
        ("x = uuid.uuid4()", "DBS212 advice"),
        ("DBOS.recv('t', timeout_seconds=p - time.time())", ""),
        ("DBOS.sleep(p - time.time())", "DBS235 error"),
        ("while time.time() < p: step()", "DBS235 error"),
        ("while time.time() < p:\n    if step(): return 1\nreturn 2", "DBS235 error"),
        ("while time.time() < p: print('wait')", "DBS212 advice"),
        ("step(id(p) % 2)", "DBS211 warning"),
        ("print(id(p))", ""),
        ("return hash('x')", ""),
        ("step(hash('x'))", "DBS211 warning"),
        ("step(hash(3))", ""),
        ("step(hash(('x', 3)))", "DBS211 warning"),
        ("step(hash((2, 3)))", ""),
        ("step(hash(p))", ""),
        ("step(len(DBOS.list_queues()))", "DBS239 warning"),
        ("return DBOS.list_queues()", "DBS239 warning"),
        ("print(DBOS.list_queues())", ""),
    ],
)
def test_the_level_follows_the_value(body: str, expected: str) -> None:
    assert [each.rpartition(" ")[0] for each in told(workflow(body))] == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("x = p - time.time()\nDBOS.sleep(x)", ["DBS235 error 4"]),
        ("x = p - time.time()\nif x > 0: DBOS.sleep(x)", ["DBS201 error 3", "DBS235 error 4"]),
        ("x = time.time()\nstep(x)\nDBOS.sleep(p - x)", ["DBS201 error 3", "DBS235 error 5"]),
        ("end = time.time() + 5\nwhile time.time() < end: step()", ["DBS235 error 4"]),
        ("x = y = time.time()\nDBOS.sleep(x + y)\nDBOS.sleep(y)", ["DBS235 error 4", "DBS235 error 5"]),
        ("while True:\n    if time.time() > p: break\n    step()", ["DBS201 error 4"]),
    ],
)
def test_a_wait_for_a_moment_is_told_where_it_waits(body: str, expected: list[str]) -> None:
    assert told(workflow(body)) == expected


CLOCK = "def clock():\n    return time.time()\n"


def test_a_helper_that_one_caller_logs_and_another_passes_on_is_told_once() -> None:
    assert told(f"{CLOCK}{workflow('print(clock())')}") == ["DBS212 advice 2"]
    assert told(f"{CLOCK}{workflow('print(clock())')}{workflow('step(clock())').replace('run', 'other')}") == [
        "DBS201 error 2"
    ]
    assert told(f"{CLOCK}{workflow('return clock()')}") == ["DBS201 warning 2"]


def test_a_pause_in_a_helper_is_told_at_the_call_that_gives_it_a_clock() -> None:
    pause = "def pause(seconds):\n    DBOS.sleep(seconds)\n"
    assert told(f"{pause}{workflow('pause(3)')}") == []
    assert told(f"{pause}{workflow('pause(p - time.time())')}") == ["DBS235 error 5"]
    until = "def until(moment):\n    DBOS.sleep(moment - time.time())\n"
    assert told(f"{until}{workflow('until(3)')}") == ["DBS235 error 2"]


OTHERS = {
    "clocks.py": "import time\ndef now():\n    return time.time()\n"
    "GLOBAL = []\ndef keep(x):\n    GLOBAL.append(now())\ndef show():\n    print(now())\n"
}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("print(now())", []),
        ("show()", []),
        ("return now()", ["DBS201 warning 4"]),
        ("step(now())", ["DBS201 error 4"]),
        ("keep(1)", ["DBS201 error 4"]),
        ("DBOS.sleep(p - now())", ["DBS235 error 4"]),
        ("x = now()\nprint(x)\nreturn x", ["DBS201 warning 4"]),
    ],
)
def test_other_files_are_told_at_the_call(body: str, expected: list[str]) -> None:
    assert told(f"from clocks import *\n{workflow(body)}", others=OTHERS) == expected


def test_the_worst_way_to_another_file_counts() -> None:
    library = "import time\ndef both():\n    step_it(time.time())\n    return time.time()\n"
    library += "from dbos import DBOS\n@DBOS.step()\ndef step_it(x): ...\n"
    (only,) = found(f"from library import both\n{workflow('return both()')}", others={"library.py": library})
    assert (only.code, only.level) == ("DBS201", Level.ERROR)


def test_the_settings_of_queues_are_fixed_before_3_0() -> None:
    text = workflow("queue = DBOS.retrieve_queue('q')\nstep(queue.worker_concurrency)")
    assert told(text) == ["DBS239 warning 4"]
    assert told(text, SETTINGS._replace(dbos_version="2.31")) == []


def test_what_is_guessed_is_shown_to_the_strict() -> None:
    text = workflow("step(hash(p))")
    assert told(text) == []
    assert told(text, SETTINGS._replace(preset="strict")) == ["DBS211 warning 3"]


def test_names_that_the_settings_add_are_followed_too() -> None:
    settings = SETTINGS._replace(extra_nondeterministic=("app.lucky",))
    lucky = "def lucky(): return 7\n"
    assert told(f"{lucky}{workflow('step(lucky())')}", settings) == ["DBS201 error 4"]
    assert told(f"{lucky}{workflow('print(lucky())')}", settings) == ["DBS212 advice 4"]


# ------------------------------------------------------------------------------------------ variables of the module

WRITES = "flag = False\nnames = []\nclass Box:\n    on = False\n    off = False\nbox = Box()\n"


@pytest.mark.parametrize(
    ("change", "body", "fires"),
    [
        ("def set(x):\n    global flag\n    flag = x\n", "if flag: step()", True),
        ("def set(x):\n    global flag\n    flag = x\n", "print(flag)", False),
        ("def set(x):\n    global flag\n    flag = x\n", "flag = 1\nstep(flag)", False),
        ("def set(x):\n    flag = x\n", "if flag: step()", False),
        ("def set(x):\n    names.append(x)\n", "for n in names: step(n)", True),
        ("def set(x):\n    names[0] = x\n", "step(names)", True),
        ("def set(x):\n    names[0] = x\n", "return names", False),
        ("def set(x):\n    box.on = x\n", "if box.on: step()", True),
        ("def set(x):\n    box.on = x\n", "if box.off: step()", False),
        ("def set(x):\n    Box.on = x\n", "if Box.on: step()", True),
        ("def main(x):\n    names.append(x)\n", "step(names)", False),
        ("def begin():\n    names.append(1)\n    DBOS.launch()\n", "step(names)", False),
        ("def add(x):\n    names.append(x)\nadd(1)\n", "step(names)", False),
        ("def go():\n    DBOS.launch()\ndef begin():\n    names.append(1)\n    go()\n", "step(names)", False),
        ("async def app_lifespan(app):\n    names.append(1)\n    yield\n", "step(names)", False),
        ("@app.on_event('startup')\ndef warm():\n    names.append(1)\n", "step(names)", False),
        ("def reload():\n    names.append(1)\n", "step(names)", True),
        ("def add(x):\n    names.append(x)\n    return x\n", "step(names)", False),
        ("def add(x):\n    names.append(x)\ndef later(): add(2)\n", "step(names)", True),
        ("@DBOS.step()\ndef add(x):\n    names.append(x)\n", "step(names)", False),
        ("@DBOS.workflow()\ndef add(x):\n    names.append(x)\n", "step(names)", False),
        ("def fill():\n    global flag\n    if flag is None:\n        flag = 1\n", "step(flag)", False),
        (
            "import threading\nlock = threading.Lock()\ndef renew():\n    global lock\n    lock = threading.Lock()\n",
            "with lock: step()",
            False,
        ),
        ("def set(x):\n    names.append(x)\ndef size():\n    return len(names)\n", "if size() > 3: step()", True),
    ],
)
def test_a_variable_that_other_code_changes(change: str, body: str, fires: bool) -> None:
    codes = [each.code for each in found(f"{WRITES}{change}{workflow(body)}")]
    assert codes == (["DBS215"] if fires else [])


@pytest.mark.parametrize(
    ("define", "shown", "fires"),
    [
        ("class A: ...", "f'{a}'", True),
        ("class A: ...", "str(a)", True),
        ("class A: ...", "f'{a.x}'", False),
        ("class A:\n    def __repr__(self): return ''", "f'{a}'", False),
        ("class B:\n    def __str__(self): return ''\nclass A(B): ...", "f'{a}'", False),
        ("from enum import Enum\nclass A(Enum):\n    X = 1", "f'{a}'", False),
        ("from elsewhere import B\nclass A(B): ...", "f'{a}'", False),
        ("from dataclasses import dataclass\n@dataclass\nclass A: ...", "f'{a}'", False),
    ],
)
def test_the_default_text_of_an_object(define: str, shown: str, fires: bool) -> None:
    text = define + "\n" + workflow(f"a = A()\nstep({shown})")
    assert [each.code for each in found(text)] == (["DBS211"] if fires else [])
    assert found(define + "\n" + workflow(f"a = A()\nprint({shown})")) == []


# ------------------------------------------------------------------------------------------ cost

WATCH = (
    "class M:\n    def go(self, x): self.t = x\n    def __enter__(self): return self\n    def __exit__(self, *a): ...\n"
)
GROWING = {
    "shared": lambda n: WRITES + "def set(x):\n    names.append(x)\n" + workflow("if names: print(names)\n" * n),
    "texts": lambda n: "class A: ...\n" + workflow("a = A()\n" + "step(f'{a}')\n" * n),
    "passed on": lambda n: (
        "".join(f"def h{i}(x):\n    return h{i + 1}(x + 1)\n" for i in range(n))
        + f"def h{n}(x): return x\n"
        + workflow("return h0(time.time())")
    ),
    "passed twice": lambda n: (
        "".join(f"def h{i}(x, y):\n    return h{i + 1}(y, x) or h{i + 1}(x, y)\n" for i in range(n))
        + f"def h{n}(x, y): return x\n"
        + workflow("return h0(time.time(), 1)")
    ),
    "many clocks": lambda n: workflow("x = 0\n" + "x += time.time()\n" * n + "return x"),
    "branches of clocks": lambda n: workflow("x = 0\n" + "if time.time() > x: x = x + 1\n" * n + "return x"),
    "loops": lambda n: workflow("x = 0\n" + "for i in x: x = x + time.time()\n" * n + "return x"),
    "sleeps": lambda n: workflow("x = time.time()\n" + "DBOS.sleep(x)\n" * n),
    "elif": lambda n: workflow("if q: pass\n" + "elif p: x = time.time()\n" * n + "DBOS.sleep(x)"),
    "closures": lambda n: workflow("x = time.time()\n" + "".join(f"def f{i}(): return x\nf{i}()\n" for i in range(n))),
    "managers": lambda n: WATCH + workflow("m = M()\n" + "with m: m.go(time.time())\n" * n + "step(m)"),
    "objects": lambda n: WATCH + workflow("m = M()\n" + "m.go(time.time())\n" * n),
}


@pytest.mark.parametrize("shape", GROWING)
def test_work_grows_with_the_text_and_not_with_its_square(shape: str) -> None:
    assert grows_with_the_text(GROWING[shape], found)
