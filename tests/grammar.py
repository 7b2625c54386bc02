"""Projects with DBOS that nobody wrote: packages, imports in all directions, classes, queues, contexts, layers."""

from __future__ import annotations

import sys
import textwrap

from hypothesis import strategies as st

Project = dict[str, str]
MODULES = ("app", "jobs", "pkg.core", "pkg.tools", "pkg")
_PATHS = {
    "app": "app.py",
    "jobs": "jobs.py",
    "pkg": "pkg/__init__.py",
    "pkg.core": "pkg/core.py",
    "pkg.tools": "pkg/tools.py",
}

FUNCTIONS = ("load", "stamp", "retry", "store", "notify")
DURABLE = ("ship", "charge", "audit")
CLASSES = ("Desk", "Shop")
_ALL = (*FUNCTIONS, *DURABLE, *CLASSES, "state", "queue")

_HEADS = (
    "import time, random, uuid, os, asyncio, threading, functools, contextlib\n"
    "from dbos import DBOS, DBOSConfiguredInstance, SetWorkflowID, SetWorkflowTimeout, DBOSClient\n",
    "from __future__ import annotations\n"
    "import time as clock, random, uuid as ids\nimport os, asyncio, threading, functools, contextlib\n"
    "import time, uuid\n"
    "import dbos\nfrom dbos import DBOS as D, DBOS\n"
    "from dbos import DBOSConfiguredInstance, SetWorkflowID, SetWorkflowTimeout, DBOSClient\n",
    "from time import time as now\nimport random, time, uuid, os, asyncio, threading, functools, contextlib\n"
    "from dbos import *\n"
    "from dbos import DBOS, DBOSConfiguredInstance, SetWorkflowID, SetWorkflowTimeout, DBOSClient\n",
)
_LAYERS = (
    "@functools.cache",
    "@functools.wraps(print)",
    "@contextlib.contextmanager",
    "@retry",
    "@retry(3)",
    "@app.get('/x')",
    "@state.task",
)
_KINDS = (
    "@DBOS.workflow()",
    "@DBOS.workflow(name='w', max_recovery_attempts=3)",
    "@DBOS.step()",
    "@DBOS.step(retries_allowed=True, max_attempts=2)",
    "@DBOS.transaction()",
    "@DBOS.scheduled('* * * * *')\n@DBOS.workflow()",
    "@source.transaction()",
)

_names = st.sampled_from((*FUNCTIONS, *DURABLE, "x"))
_atoms = st.one_of(
    st.sampled_from(
        (
            "x",
            "state",
            "1",
            "'é'",
            "time.time()",
            "random.random()",
            "str(uuid.uuid4())",
            "os.environ['A']",
            "{1, 2}",
            "DBOS.workflow_id",
            "DBOS.recv('topic')",
            "DBOS.get_event('id', 'key')",
            "DBOS.start_workflow(ship, x)",
            "DBOS.start_workflow(charge, x).get_result()",
            "DBOS.enqueue_workflow('q', audit, x)",
            "queue.enqueue(ship, x)",
            "DBOS.run_step({'name': 's'}, stamp)",
            "DBOS.run_step(None, lambda: time.time())",
            "DBOSClient('sqlite:///x.sqlite')",
            "source.run_tx_step({'name': 't'}, store, x)",
            "Desk()",
            "Desk('a').run(x)",
            "Shop.make(x)",
            "self",
        )
    ),
    st.builds("{}()".format, _names),
    st.builds("{}({})".format, _names, _names),
)
_expressions = st.recursive(
    _atoms,
    lambda inner: st.one_of(
        st.builds("{}({})".format, _names, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("[{} for y in {}]".format, inner, inner),
        st.builds("f'{{{}}}'".format, _names),
        st.builds("(lambda y={}: {})".format, inner, inner),
        st.builds("functools.partial({}, {})".format, _names, inner),
        st.builds("{}.get_result()".format, inner),
        st.builds("(y := {})".format, inner),
    ),
    max_leaves=4,
)
_simple = st.one_of(
    _expressions,
    st.builds("x = {}".format, _expressions),
    st.builds("x, y = {}, {}".format, _expressions, _expressions),
    st.builds("state['a'] = {}".format, _expressions),
    st.builds("return {}".format, _expressions),
    st.sampled_from(
        (
            "DBOS.sleep(1)",
            "time.sleep(1)",
            "DBOS.set_event('key', x)",
            "DBOS.send('id', x, topic='topic')",
            "state.append(x)",
            "self.x = x",
            "threading.Thread(target=store).start()",
            "global state; state = x",
            "raise ValueError(x)",
            "from pkg import core as inner; inner.load(x)",
        )
    ),
)
_awaiting = st.one_of(
    _simple,
    st.builds("x = await {}".format, _expressions),
    st.builds("await asyncio.gather({}, {})".format, _expressions, _expressions),
    st.sampled_from(("await DBOS.sleep_async(1)", "await asyncio.sleep(1)", "await asyncio.wait_for(charge(x), 1)")),
)

_managers = st.sampled_from(("SetWorkflowID(str(x))", "SetWorkflowTimeout(5)", "Desk() as y"))


def _in(body: str) -> str:
    return textwrap.indent(body, "    ")


@st.composite
def _block(draw: st.DrawFn, simple: st.SearchStrategy[str], depth: int = 2) -> str:
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 3))):
        kind = (
            draw(st.sampled_from(("simple", "simple", "if", "for", "while", "try", "with", "def")))
            if depth
            else "simple"
        )
        if kind == "simple":
            lines.append(draw(simple))
            continue
        inner = _in(draw(_block(simple, depth - 1)))
        lines.append(
            {
                "if": f"if {draw(_expressions)}:\n{inner}\nelse:\n    pass",
                "for": f"for x in {draw(_expressions)}:\n{inner}",
                "while": f"while True:\n{inner}\n    break",
                "try": f"try:\n{inner}\nexcept Exception as error:\n    raise\nfinally:\n    pass",
                "with": f"with {draw(_managers)}:\n{inner}",
                "def": f"def inner(x=0):\n{inner}\ninner()",
            }[kind]
        )
    return "\n".join(lines)


@st.composite
def _function(draw: st.DrawFn, names: tuple[str, ...], kinds: tuple[str, ...], first: str = "") -> str:
    is_async = draw(st.booleans())
    body = draw(_block(_awaiting if is_async else _simple))
    layers = [draw(st.sampled_from(kinds))] if kinds else []
    layers += draw(st.lists(st.sampled_from(_LAYERS), max_size=1))
    above = "".join(f"{each}\n" for each in draw(st.permutations(layers)))
    name = draw(st.sampled_from(names))
    generic = "[T]" if sys.version_info >= (3, 12) and draw(st.integers(0, 4)) == 0 else ""
    parameters = ", ".join(
        each for each in (first, draw(st.sampled_from(("x=None", "x: Desk = None, *rest", "x=0, /, *, y=1")))) if each
    )
    returns = draw(st.sampled_from(("", " -> Desk", " -> 'Shop | None'", " -> int")))
    return f"{above}{'async def' if is_async else 'def'} {name}{generic}({parameters}){returns}:\n{_in(body)}\n"


@st.composite
def _class(draw: st.DrawFn) -> str:
    name = draw(st.sampled_from(CLASSES))
    above = draw(st.sampled_from(("", "@DBOS.dbos_class()\n", "@DBOS.dbos_class('desk')\n")))
    bases = draw(
        st.sampled_from(("", "(DBOSConfiguredInstance)", "(Desk)", "(Shop, DBOSConfiguredInstance)", "(core.Desk)"))
    )
    start = "def __init__(self, name='a'):\n    self.x = name\n    super().__init__(name)\n"
    method = draw(_function(("run", "ship"), ("", *_KINDS), "self")).replace("@\n", "\n")
    made = "@staticmethod\n" + draw(_function(("make",), ("@DBOS.workflow()", "@DBOS.step()")))
    kept = "@classmethod\n" + draw(_function(("every",), ("@DBOS.workflow()", "@DBOS.step()"), "cls"))
    parts = [start, method, *draw(st.lists(st.sampled_from((made, kept)), max_size=2, unique=True))]
    return f"{above}class {name}{bases}:\n{_in(''.join(parts))}\n"


@st.composite
def _import(draw: st.DrawFn, here: str) -> str:
    other = draw(st.sampled_from([each for each in MODULES if each != here]))
    name = draw(st.sampled_from(_ALL))
    if here.startswith("pkg") and other.startswith("pkg.") and draw(st.booleans()):
        other = "." + other.removeprefix("pkg.")
    forms = [f"from {other} import {name}", f"from {other} import {name} as {draw(_names)}", f"from {other} import *"]
    if not other.startswith("."):
        forms += [f"import {other}", f"import {other} as core"]
    return draw(st.sampled_from(forms))


@st.composite
def _module(draw: st.DrawFn, name: str) -> str:
    imports = draw(st.lists(_import(name), max_size=4))
    parts = draw(
        st.lists(
            st.one_of(_function(FUNCTIONS, ()), _function(DURABLE, _KINDS), _function(DURABLE, _KINDS), _class()),
            min_size=1,
            max_size=5,
        )
    )
    ends = draw(
        st.sampled_from(
            (
                "",
                "__all__ = ['load', 'ship', 'Desk']\n",
                "state = {}\nqueue = DBOS.register_queue('q', worker_concurrency=2)\n",
                "charge = DBOS.step()(load)\nship = retry(ship)\n",
                "if __name__ == '__main__':\n    DBOS(config={'name': 'app'})\n    DBOS.launch()\n    ship(1)\n",
            )
        )
    )
    return draw(st.sampled_from(_HEADS)) + "\n".join([*imports, *parts, ends])


@st.composite
def durable_projects(draw: st.DrawFn) -> Project:
    """The files of a project, by their paths."""
    chosen = draw(st.lists(st.sampled_from(MODULES), min_size=2, max_size=4, unique=True))
    if any(each.startswith("pkg") for each in chosen) and "pkg" not in chosen:
        chosen.append("pkg")
    return {_PATHS[name]: draw(_module(name)) for name in sorted(chosen)}
