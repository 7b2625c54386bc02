"""Where values end up: through every construct of a function, through calls, and when in doubt where it matters."""

from __future__ import annotations

import ast
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbos_lint.rules import check
from dbos_lint.rules.visitor import Here
from dbos_lint.semantics.ends import Sink
from dbos_lint.semantics.program import Program
from dbos_lint.semantics.uses import Uses
from dbos_lint.settings import Settings
from dbos_lint.syntax.parse import Fault

ROOT = Path("/nowhere/at/all")
HEAD = """
import asyncio, json, logging, math, random, sys, threading, time
import numpy as np
from contextlib import contextmanager
from dataclasses import dataclass
from dbos import DBOS, SetWorkflowID, SetEnqueueOptions, SetWorkflowTimeout
from outside import Thing, make
from time import source
logger = logging.getLogger(__name__)
STATE = {}
COUNT = 0
@DBOS.step()
def step(*args, **options): ...
@DBOS.step()
async def astep(*args): ...
@DBOS.workflow()
def child(*args): ...
def plain(value):
    return value + 1
def show(value):
    logger.info("%s", value)
def act(value):
    step(value)
def decide(value):
    if value > 1:
        step()
def check(value):
    if value > 1:
        raise ValueError(value)
def nap(seconds):
    DBOS.sleep(seconds)
def pair(first, second):
    show(first)
    return second
def many(*values, **named):
    show(values)
    return named
def remember(value):
    STATE["x"] = value
def fill(rows, value):
    rows.append(value)
def again(value, depth):
    return again(value, depth - 1) if depth else value
def knot(value):
    return tie(value)
def tie(value):
    if value: step()
    return knot(value)
class Timer:
    name = "t"
    def __init__(self, start=0):
        self.start = start
    def __enter__(self):
        return self
    def __exit__(self, *error):
        logger.info("%s", self.start)
    def begin(self, at):
        self.start = at
    def show(self):
        logger.info("%s", self.start)
    def elapsed(self):
        return self.start
    @property
    def age(self):
        return self.start
@dataclass
class Order:
    name: str = ""
    at: float = 0
"""


def here_of(text: str, others: dict[str, str] | None = None) -> Here:
    program = Program(Settings(root=str(ROOT)))
    for name, other in (others or {}).items():
        program.project.overlay[str(ROOT / name)] = other.encode()
    linted = program.linted(str(ROOT / "app.py"), text.encode())
    assert not isinstance(linted, Fault), linted
    return check(linted[1], program.analysis, frozenset())


def the_source(here: Here) -> ast.expr:
    (source,) = [
        node
        for node in ast.walk(here.collected.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "source"
    ]
    return source


def workflow(body: str, before: str = "") -> str:
    """A program with a workflow of this body, and other definitions before it."""
    head = f"{HEAD}{before}@DBOS.workflow()\ndef run(self, p, q):\n"
    return head + "".join(f"    {line}\n" for line in body.splitlines())


def ends(text: str, others: dict[str, str] | None = None) -> Sink:
    """Where the value of the one ``source()`` of the program goes: as a rule asks, and as the summary says."""
    here = here_of(text, others)
    found = here.sinks(the_source(here))
    assert summed(here) == found
    return found


def summed(here: Here) -> Sink:
    """Where the value goes, as the summary says."""
    node = the_source(here)
    (call,) = [call for each, call in here.collected.nodes.calls if each is node]
    key = here.value(here.function(call)).key
    return here.contexts.fates.closed(key, here.analysis.sinks.of(key, call.number))


def names(sinks: Sink) -> str:
    return " ".join(sorted(end.name or "" for end in Sink if end & sinks)).lower()


NOTHING = [
    "x = {}\nx['a'] = {}\nx['a']['b'] = source()\nstep(x['c'])",
    "source()",
    "x = source()",
    "_ = [source() for _ in p]",
    "x = source()\nx = 1\nstep(x)",
    "source() > p",
    "a = b = c = source()",
    "if source() > 1:\n    x = json.dumps({})\n    y = np.mean(x)\nstep()",
]
LOGGED = [
    "print(source())",
    "logger.info('%s', source())",
    "p.log.debug(f'{source():.3f}')",
    "logging.getLogger('x').info(x=source())",
    "p.span.set_attribute('t', source())",
    "p.metrics.timing('t', round(source() - p, 3))",
    "x = source()\nprint(x)",
    "x: float = source()\nprint(x)",
    "print(x := source())",
    "x = y = source()\nprint(x, y)",
    "x = source()\ny = x - p\nz = str(y)\nlogger.info(z)\nlogger.info(x)",
    "x = source()\nx = x - 1\nprint(x)",
    "x = source()\nx += 1\nprint(x)",
    "x, y = source(), 1\nprint(x)\nstep(y)",
    "x, y = source()\nprint(x, y)",
    "x, *y = [source(), 1]\nprint(y)",
    "x = source()\ny = x\nx = y\nprint(y)",
    "x = source().isoformat()\nprint(x)",
    "logger.info({'t': source()})",
    "x = [source()]\nprint(x[0])",
    "x = []\nx.append(source())\nprint(x)",
    "x = {}\nx['at'] = source()\nx['id'] = p\nstep(x['id'])\nprint(x)",
    "x = Order(p)\nx.at = source()\nprint(x.at)\nstep(x.name)",
    "print([f'{x}' for x in [source()]])",
    "print(sum(x for x in [source()] if x))",
    "for x in [source()]:\n    print(x)",
    "with make(source()) as x:\n    print(x)",
    "x = source()\nif x > 1:\n    logger.warning('slow')\nelse:\n    print(x)\nstep()",
    "if source() - p > 5: logger.warning('slow')\nstep()",
    "x = 'a' if source() else 'b'\nprint(x)\nstep()",
    "while source() < p:\n    print(p)\nstep()",
    "try:\n    x = source()\nexcept ValueError:\n    x = 0\nprint(x)\nstep()",
    "def inner():\n    print(x)\nx = source()\ninner()",
    "x = source()\nf = lambda: print(x)\nf()",
    "print(plain(source()))",
    "show(source())",
    "x = pair(source(), 1)\nstep(x)",
    "x = many(source(), b=1)\nstep(x)",
    "print(again(source(), 3))",
    "x = math.floor(source())\nprint(x)",
    "t = Timer(source())\nt.show()",
    "t = Timer()\nt.begin(source())\nt.show()\nprint(t.elapsed(), t.age)",
    "with Timer(source()):\n    step()",
    "t = Timer()\nwith t:\n    t.begin(source())\nprint(t.start)",
    "x = source()\nmatch p:\n    case 1: print(x)\n    case _: step()",
    "logger.info('%s', source()) if p else step()",
    "time.sleep\nx = str(source()) + 'x'\nprint(x.upper())",
]
ENDS = {
    "steers": [
        f"x = source()\nif x > 1 and {' and '.join(f'p.a{i}' for i in range(12))}: step()",
        f"x = source()\nif {'x > 1 and ' * 12}q: step()",
        "if source() > 1: step()",
        "if source() > 1:\n    return 1\nstep()",
        "if source() > 1:\n    raise ValueError\nstep()",
        "assert source() > 1\nstep()",
        "x = source()\nif p or x: step()",
        "source() > 1 and step()",
        "step() if source() else None",
        "[step() for x in p if source()]",
        "for x in source(): step()",
        "for x in range(source()):\n    y = step()",
        "while True:\n    step()\n    if source() > p: break",
        "for x in p:\n    if source() > x: continue\n    step(x)",
        "for x in p:\n    step(x)\n    if source() > x: break",
        "while True:\n    if source() > p: break\n    step()",
        "x = source()\nif x > 1:\n    print(x)\nelse:\n    p1 = step()",
        "match source():\n    case 1: step()",
        "match p:\n    case 1 if source(): step()",
        "if source() > 1:\n    child()",
        "if source() > 1:\n    DBOS.sleep(1)",
        "if source() > 1:\n    act(1)",
        "if source() > 1:\n    DBOS.start_workflow(child)",
        "if source() > 1:\n    p.whatever()",
        "if source() > 1:\n    remember(1)",
        "with p:\n    if source() > 1: step()",
        "try:\n    if source() > 1: step()\nfinally:\n    print()",
        "decide(source())",
        "if source() > 1: sys.exit(1)\nstep()",
        "if source() > 1: Thing().run()",
        "x = any(y > source() for y in p)\nif x: step()",
        "knot(source())",
    ],
    "logged steers": ["x = source()\nprint(x)\nif x: step()"],
    "polls": [
        "while source() < p:\n    step()",
        "while source() < p and q:\n    DBOS.sleep(1)",
        "while source() < p and act(1):\n    print()",
        "end = source() + 5\nwhile time.time() < end:\n    DBOS.sleep(1)",
        "while source() < p:\n    n = step()\nreturn n",
    ],
    "checked": [
        f"x = source()\nif {'x and ' * 12}q: step()",
        "x = source()\nif x is None:\n    return 1\nstep()",
        "x = source()\nif not x:\n    return 1\nstep()",
    ],
    "durable": [
        "x = {}\nx['a'] = {}\nx['a']['b'] = source()\nstep(x['a'])",
        "x = {}\nx['a'] = source()\nstep(x['a']['b'])",
        "step(source())",
        "step(key=source())",
        "step(*[source()])",
        "step(**{'a': source()})",
        "x = source()\nstep(f'{x}')",
        "x = [1, source()]\nstep(x)",
        "x = {'a': source()}\nstep(x)",
        "x = []\nx.append(source())\nstep(x)",
        "x = {}\nx['at'] = source()\nstep(x)",
        "x = {}\nx['at'] = source()\nstep(x['at'])",
        "x = {}\nx[source()] = 1\nstep(x)",
        "x = Order(at=source())\nstep(x)",
        "x = Order()\nx.at = source()\nstep(x)",
        "x = Order()\nx.at = source()\nstep(x.at + 1)",
        "x = p[source()]\nstep(x)",
        "x = source() or 1\nstep(x)",
        "x = source()\ny = -x\nz = y if q else 1\nstep(z)",
        "x = 1\nif source() > 1:\n    x = 2\nstep(x)",
        "x = 1 if source() else 2\nstep(x)",
        "x = []\nif source() > 1:\n    x.append(1)\nstep(x)",
        "n = 0\nwhile source() < p:\n    n += 1\nstep(n)",
        "n = 0\nfor x in p:\n    n += 1\n    if source() > x: break\nstep(n)",
        "x = y = 0\nfor _ in p:\n    step(y)\n    y = x\n    x = source()",
        "a = b = c = 0\nfor _ in p:\n    step(c)\n    c = b\n    b = a\n    a = source()",
        "x = source()\nfor y in p:\n    x = x + y\nstep(x)",
        "try:\n    x = source()\nexcept ValueError:\n    x = 0\nstep(x)",
        "x = source()\ntry:\n    x = 1\nexcept ValueError:\n    pass\nstep(x)",
        "x = source()\nif p:\n    x = 1\nstep(x)",
        "x = source()\nif p:\n    x = 1\n    return x\nstep(x)",
        "with make(source()) as x:\n    step(x)",
        "step([x for x in [source()]])",
        "step(x := source())",
        "def inner():\n    step(x)\nx = source()\ninner()",
        "x = source()\nDBOS.run_step({}, lambda: print(x))",
        "x = source()\ndef inner():\n    return x\nDBOS.run_step({}, inner)",
        "x = source()\ndef inner():\n    return x\nstep(inner())",
        "x = source()\nf = lambda: x\nstep(f())",
        "DBOS.run_step({'name': source()}, step)",
        "DBOS.start_workflow(child, source())",
        "child(source())",
        "DBOS.send(p, source())",
        "DBOS.recv(source())",
        "DBOS.set_event(source(), 1)",
        "DBOS.enqueue_workflow('q', child, source())",
        "with SetEnqueueOptions(deduplication_id=source()):\n    DBOS.enqueue_workflow('q', child)",
        "act(source())",
        "step(plain(source()))",
        "step(again(source(), 3))",
        "step(math.floor(source()))",
        "step(pair(1, source()))",
        "step(many(a=source()))",
        "t = Timer(source())\nstep(t.elapsed())",
        "t = Timer(source())\nstep(t.age)",
        "t = Timer()\nt.begin(source())\nstep(t.start)",
        "with Timer(source()) as t:\n    step(t.start)",
        "step(max(p, key=lambda x: abs(x - y))) if (y := source()) else 0",
        "x, (y, z) = 1, (2, source())\nstep(z)",
        "x = list(map(lambda y: y, [source()]))\nstep(x)",
        "step((source(), 1)[0])",
        "x = p.setdefault\nx = f'{source()!r:>{q}}'\nstep(x)",
    ],
    "sleeps": [
        "DBOS.sleep(p - source())",
        "x = source()\nDBOS.sleep(max(0, x))",
        "nap(source())",
        "time.sleep(source())",
    ],
    "waits": [
        "DBOS.recv('t', timeout_seconds=source())",
        "DBOS.recv('t', source())",
        "DBOS.get_event(p, 'k', timeout_seconds=source())",
        "with SetWorkflowID(source()):\n    child()",
        "with SetWorkflowTimeout(source()):\n    child()",
        "with SetEnqueueOptions(delay_seconds=p - source()):\n    DBOS.enqueue_workflow('q', child)",
        "DBOS.asyncio_wait(p, timeout=source())",
        "with SetWorkflowID(f'a-{source()}'):\n    DBOS.start_workflow(child)",
    ],
    "recorded": [
        "return source()",
        "x = source()\nreturn {'at': x}",
        "DBOS.set_event('k', source())",
        "DBOS.write_stream('k', value=source())",
        "raise ValueError(source())",
        "return plain(source())",
        "if source() > 1:\n    return 1\nreturn 2",
        "if source() > 1:\n    raise ValueError",
        "return [x for x in p if source()]",
    ],
    "lasts": [
        "global COUNT\nCOUNT = source()",
        "global COUNT\nif source() > 1:\n    COUNT = 1",
        "STATE['x'] = source()",
        "STATE.setdefault('x', source())",
        "p.append(source())",
        "p.x = source()",
        "p['x'] = source()",
        "remember(source())",
        "fill(p, source())",
        "rows = []\nfill(rows, source())",
        "make().x = source()",
        "def inner():\n    nonlocal x\n    x = source()\nx = 0\ninner()",
    ],
    "unknown": [
        "p(source())",
        "p.info(source())",
        "make(source())",
        "q.send(source())",
        "threading.Thread(target=show, args=(source(),))",
        "class A:\n    x = source()",
    ],
}


@pytest.mark.parametrize("body", NOTHING)
def test_what_nothing_uses_comes_to_nothing(body: str) -> None:
    assert names(ends(workflow(body))) == ""


@pytest.mark.parametrize("body", LOGGED)
def test_what_is_only_logged(body: str) -> None:
    found = ends(workflow(body))
    assert names(found) == "logged"
    assert not found.matters


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("def inner(a, at=source()):\n    step(at)\ninner(1)", Sink.DURABLE),
        ("def inner(at=source(), to=2):\n    step(at)\ninner()", Sink.DURABLE),
        ("def inner(a, /, *, at=source(), to=None):\n    return at\nstep(inner(1))", Sink.DURABLE),
        ("f = lambda at=source(): at\nstep(f())", Sink.DURABLE),
        ("def inner(a, at=source()):\n    print(at)\n    step(a)\ninner(1)", Sink.LOGGED),
    ],
)
def test_a_default_goes_into_its_parameter(body: str, expected: Sink) -> None:
    assert summed(here_of(workflow(body))) == expected


@pytest.mark.parametrize(("expected", "body"), [(end, body) for end, bodies in ENDS.items() for body in bodies])
def test_what_matters_and_how(expected: str, body: str) -> None:
    found = ends(workflow(body))
    assert set(expected.split()) <= set(names(found).split()), names(found)
    assert found.matters is (expected != "waits")
    assert found.repeats is (expected not in ("waits", "recorded"))


# ------------------------------------------------------------------------------------------ through calls and callers

CLOCK = "def clock():\n    return source()\n"
LATE = "def late(d):\n    return source() > d\n"
WATCH = """
class Watch:
    def __init__(self):
        self.started = 0
    def start(self):
        self.started = source()
    def took(self):
        return 9 - self.started
    def report(self):
        logger.info("took %s", self.took())
"""
ENTERED = """
class Watch:
    def __enter__(self):
        self.started = source()
        return self
    def __exit__(self, *error):
        logger.info("took %s", 9 - self.started)
"""
TIMED = """
@contextmanager
def timed():
    start = source()
    yield
    logger.info("took %s", start)
"""


@pytest.mark.parametrize(
    ("before", "body", "expected"),
    [
        (CLOCK, "print(clock())", "logged"),
        (CLOCK, "step(clock())", "durable"),
        (CLOCK, "return clock()", "recorded"),
        (f"{CLOCK}def more():\n    return clock() + 1\n", "DBOS.sleep(more())", "sleeps"),
        (f"{CLOCK}def more():\n    print(clock())\n", "more()", "logged"),
        (f"{CLOCK}@DBOS.workflow()\ndef other():\n    return clock()\n", "print(clock())", "logged recorded"),
        (f"{CLOCK}def f(n):\n    return f(n - 1) if n else clock()\n", "step(f(3))", "durable"),
        (LATE, "if late(1): step()", "steers"),
        (LATE, "if late(1): print()", "logged"),
        (LATE, "late(1)", ""),
        ("def late(d):\n    if source() > d: raise ValueError\n", "late(1)", "steers"),
        ("def ids():\n    yield source()\n", "for x in ids(): step(x)", "durable steers"),
        (WATCH, "w = Watch()\nw.start()\nw.report()\nstep()", "logged"),
        (WATCH, "w = Watch()\nw.start()\nstep(w.took())", "durable"),
        (WATCH, "w = Watch()\nw.start()\nstep(w)", "durable"),
        (f"{WATCH}W = Watch()\n", "W.start()", "lasts"),
        (f"{WATCH}def go(w: Watch):\n    w.start()\n", "go(Watch())", "lasts"),
        (ENTERED, "with Watch(): step()", "logged"),
        (ENTERED, "with Watch() as w:\n    step(w)", "durable logged"),
        (TIMED, "with timed():\n    step()", "logged"),
        (
            "def deco(f):\n    def wrapped(*a):\n        print(source())\n        return f(*a)\n    return wrapped\n"
            "@deco\ndef help(x): return x\n",
            "step(help(1))",
            "logged",
        ),
    ],
)
def test_what_a_helper_gives_back_is_followed_in_its_callers(before: str, body: str, expected: str) -> None:
    assert names(ends(workflow(body, before))) == expected


@pytest.mark.parametrize(
    ("library", "body", "expected"),
    [
        ("def show(x): print(x)", "show(source())", "logged"),
        ("def same(x): return x", "step(same(source()))", "durable"),
        ("def same(x): return x", "print(same(source()))", "logged"),
        ("from more import same", "return same(source())", "recorded"),
        ("from dbos import DBOS\ndef nap(x): DBOS.sleep(x)", "nap(source())", "sleeps"),
        ("from dbos import DBOS\n@DBOS.step()\ndef f(x): ...", "f(source())", "durable"),
        ("from dbos import DBOS\n@DBOS.step()\ndef f(): ...\ndef g(x):\n    if x: f()", "g(source())", "steers"),
        (
            "class Log:\n    def __init__(self, x): self.x = x\n    def show(self): print(self.x)",
            "Log(source()).show()",
            "logged",
        ),
        ("X = {}\ndef keep(x): X[1] = x", "keep(source())", "lasts"),
        ("same = lambda x: x", "print(same(source()))", "logged unknown"),
    ],
)
def test_other_files_are_followed_by_their_summaries(library: str, body: str, expected: str) -> None:
    text = workflow(body).replace("from outside import", "from library import *\nfrom outside import")
    others = {"library.py": library, "more.py": "def same(x): return x"}
    assert names(ends(text, others)) == expected


def test_what_a_function_returns_that_no_workflow_calls_is_not_known() -> None:
    assert names(ends(f"{HEAD}def f():\n    return source()\n")) == "returned"


def test_flows_can_be_pickled_and_take_no_tree() -> None:
    module = here_of(workflow("x = source()\nwith make(x) as y:\n    if y: step(y, lambda: x)")).module
    again = pickle.loads(pickle.dumps(module))
    assert [function.flows for function in again.functions] == [function.flows for function in module.functions]
    assert any(function.flows is not None and function.flows.targets for function in again.functions)


def test_what_nests_too_deeply_is_not_followed_but_judged() -> None:
    here = here_of(workflow("x = source()\nstep(" + "x + " * 700 + "x)"))
    assert next(function for function in here.module.functions if function.name == "run").flows is None
    assert here.sinks(the_source(here)) == Sink.UNKNOWN


def test_tests_are_not_followed_but_what_they_define_is() -> None:
    here = here_of(f"{HEAD}def test_it():\n    x = source()\n    def inner(y):\n        print(y)\n    inner(x)\n")
    flows = {function.name: function.flows for function in here.module.functions}
    assert flows["test_it"] is None
    assert flows["inner"] is not None


# ------------------------------------------------------------------------------------------ chains of constructs

_LINKS = st.sampled_from(
    [
        "{y} = {x}",
        "{y}: object = {x}",
        "{y} = {x} + 1",
        "{y} = -{x}",
        "{y} = f'{{{x}}}'",
        "{y} = [{x}, 1]",
        "{y} = {{'k': {x}}}",
        "{y} = {x}[q]",
        "{y} = {x} or 0",
        "{y} = p[{x}]",
        "{y} = {x} if q else 0",
        "{y} = 1 if {x} > 1 else 0",
        "{y} = {x} > 3",
        "{y}, other = {x}, 0",
        "{y}, *other = {x}",
        "{y} = 0\n{y} += {x}",
        "{y} = []\n{y}.append({x})",
        "{y} = {{}}\n{y}['k'] = {x}",
        "{y} = Order()\n{y}.at = {x}",
        "{y} = Order(at={x})",
        "{y} = [z for z in {x}]",
        "{y} = plain({x})",
        "{y} = pair(1, {x})",
        "{y} = again({x}, 2)",
        "{y} = str(round({x}))",
        "{y} = {x}.strip()",
        "{y} = math.floor({x})",
        "{y} = ({y} := {x})",
        "{y} = 0\nif {x} > 1:\n    {y} = 1",
        "{y} = 0\nfor z in p:\n    {y} = {x}",
        "{y} = 0\nwhile {x} < p:\n    {y} += 1",
        "try:\n    {y} = {x}\nexcept OSError:\n    {y} = 0",
        "with make({x}) as {y}:\n    pass",
        "t = Timer({x})\n{y} = t.elapsed()",
        "def f():\n    return {x}\n{y} = f()",
        "{y} = (lambda z: z)({x})",
    ]
)


@given(st.lists(_LINKS, max_size=8), st.sampled_from(["step({x})", "if {x} > 1: step()", "print({x})"]))
def test_a_value_comes_through_any_chain_to_the_end_of_it(links: list[str], last: str) -> None:
    lines = ["x0 = source()"]
    for number, link in enumerate(links):
        lines.append(link.format(x=f"x{number}", y=f"x{number + 1}"))
    body = "\n".join([*lines, last.format(x=f"x{len(links)}")])
    found = ends(workflow(body))
    expected = {"step({x})": Sink.DURABLE, "if {x} > 1: step()": Sink.STEERS, "print({x})": Sink.LOGGED}[last]
    # The truth of it would not do: that of a list does not depend on what it holds.
    assert found & (expected | Sink.UNKNOWN) or (found & Sink.CHECKED and expected != Sink.LOGGED), body


@given(st.lists(_LINKS, max_size=8))
def test_a_value_that_is_given_up_goes_nowhere(links: list[str]) -> None:
    lines = ["x0 = source()"]
    for number, link in enumerate(links):
        lines.append(link.format(x=f"x{number}", y=f"x{number + 1}"))
    body = "\n".join([*lines, *[f"x{number} = 0" for number in range(len(links) + 1)], "step(x0, q)"])
    assert not ends(workflow(body)) & (Sink.DURABLE | Sink.RECORDED), body


# ------------------------------------------------------------------------------------------ variables of one function


@pytest.mark.parametrize(
    ("body", "lost"),
    [("x = source()", True), ("x = source()\nprint(x)", False), ("global x\nx = source()", False), ("source()", False)],
)
def test_lost(body: str, lost: bool) -> None:
    (function,) = ast.parse("def f():\n" + "".join(f"    {line}\n" for line in body.splitlines())).body
    assert isinstance(function, ast.FunctionDef)
    source = next(node for node in ast.walk(function) if isinstance(node, ast.Call) and ast.unparse(node) == "source()")
    assert Uses(function).is_lost(source) is lost
