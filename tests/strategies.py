"""Programs that nobody wrote: from a small grammar of what programs with DBOS are made of, and bytes gone wrong."""

from __future__ import annotations

import textwrap
from pathlib import Path

from hypothesis import strategies as st

FIXTURES = Path(__file__).parent / "fixtures"

NAMES = ("a", "b", "c", "d", "time", "DBOS", "self")
MODULES = ("m0", "m1", "m2", "m3")
CLASSES = ("A", "B", "C")

_names = st.sampled_from(NAMES)
_functions = st.sampled_from(NAMES[:4])
_classes = st.sampled_from(CLASSES)
_attributes = st.sampled_from(("a", "b", "c", "x", "run", "time", "step", "workflow", "append", "start_workflow"))
_leaves = st.one_of(
    _names,
    _classes,
    st.sampled_from(
        [
            "time.time()",
            "random.random()",
            "datetime.now()",
            "DBOS.workflow_id",
            "None",
            "(1)",
            "'é'",
            "os.environ['X']",
            "[x for x in a]",
            "{k: v for k, v in b.items() if (w := k)}",
            "(lambda: a())",
            "(lambda a: time.time())",
            "[a, b]",
            "{'a': a, **b}",
            "f'{a!r:>{b}}{time.time()}'",
            "super()",
            "functools.partial(a, b)",
            "threading.Thread(target=a).start()",
            "asyncio.to_thread(a)",
            "asyncio.gather(a(), b())",
            "DBOS.run_step(None, a)",
            "DBOS.start_workflow(a, 1)",
            "DBOS.sleep(1)",
            "DBOS.launch()",
            "DBOS(config={})",
            "DBOSClient('x')",
            "SQLAlchemyDatasource('x')",
        ]
    ),
)


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{}.{}".format, inner, _attributes),
        st.builds("{}()".format, inner),
        st.builds("{}({})".format, inner, inner),
        st.builds("{}({}, x={})".format, inner, inner, inner),
        st.builds("{}(*{}, **{})".format, inner, inner, inner),
        st.builds("{}[{}]".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("({} / {})".format, inner, inner),
        st.builds("(a := {})".format, inner),
        st.builds("(await {})".format, inner),
        st.builds("(yield {})".format, inner),
    )


expressions = st.recursive(_leaves, _larger, max_leaves=5)

_simple = st.one_of(
    expressions,
    st.builds("{} = {}".format, _names, expressions),
    st.builds("{0} = {0}()".format, _names),
    st.builds("{0} = [{0}]".format, _names),
    st.builds("{0} = {0}.{1}".format, _names, _attributes),
    st.builds("{}, ({}, *{}) = {}".format, _names, _names, _names, expressions),
    st.builds("{}: {} = {}".format, _names, st.sampled_from((*CLASSES, "'A'", "list[A]", "A | None")), expressions),
    st.builds("{}: {}".format, _names, _classes),
    st.builds("self.{} = {}".format, _attributes, expressions),
    st.builds("{}[{}] = {}".format, _names, expressions, expressions),
    st.builds("{} += {}".format, _names, expressions),
    st.builds("del {}".format, _names),
    st.builds("return {}".format, expressions),
    st.builds("raise {}".format, expressions),
    st.builds("assert {}".format, expressions),
    st.builds("global {}".format, _names),
    st.builds("nonlocal {}".format, _names),
    st.builds("import {}".format, st.sampled_from((*MODULES, "time", "dbos", "os.path as a"))),
    st.builds("from {} import {}".format, st.sampled_from((*MODULES, ".m0", ".", "time", "dbos")), _names),
    st.builds("from {} import *".format, st.sampled_from((*MODULES, "dbos"))),
    st.just("__all__ = ['a', 'A']"),
)

_decorators = st.one_of(
    st.sampled_from(
        (
            "DBOS.workflow()",
            "DBOS.step()",
            "DBOS.transaction()",
            "DBOS.workflow",
            "DBOS.dbos_class()",
            "DBOS.scheduled('* * * * *')",
            "staticmethod",
            "classmethod",
            "property",
            "contextlib.contextmanager",
            "functools.cache",
            "app.get('/')",
        )
    ),
    _functions,
    st.builds("{}({})".format, _functions, _functions),
)

_parameters = st.sampled_from(("", "self", "a", "a, b=None", "self, a: A = 1, *b, c=a, **d", "cls", "a: 'B', /"))


@st.composite
def _compound(draw: st.DrawFn, body: st.SearchStrategy[str]) -> str:
    """A statement that holds others."""

    def block() -> str:
        return textwrap.indent(draw(body), "    ")

    head = draw(
        st.sampled_from(
            ("def", "async def", "class", "if", "else", "for", "async for", "while", "with", "try", "match", "main")
        )
    )
    expression = draw(expressions)
    if head in ("def", "async def", "class"):
        above = "".join(f"@{each}\n" for each in draw(st.lists(_decorators, max_size=2)))
        if head == "class":
            bases = ", ".join(draw(st.lists(st.one_of(_classes, _functions, st.just("m0.A")), max_size=2)))
            return f"{above}class {draw(_classes)}({bases}):\n{block()}"
        returns = draw(st.sampled_from(("", " -> A", " -> 'B | None'")))
        return f"{above}{head} {draw(_functions)}({draw(_parameters)}){returns}:\n{block()}"
    if head == "if":
        return f"if {expression}:\n{block()}"
    if head == "else":
        return f"if {expression}:\n{block()}\nelif {draw(expressions)}:\n{block()}\nelse:\n{block()}"
    if head in ("for", "async for"):
        return f"{head} {draw(_names)} in {expression}:\n{block()}"
    if head == "while":
        return f"while {expression}:\n{block()}\nelse:\n{block()}"
    if head == "with":
        return f"with {expression} as {draw(_names)}, {draw(expressions)}:\n{block()}"
    if head == "try":
        return f"try:\n{block()}\nexcept A as {draw(_names)}:\n{block()}\nfinally:\n{block()}"
    if head == "match":
        return f"match {expression}:\n    case [{draw(_functions)}, *d]:\n{textwrap.indent(block(), '    ')}"
    return f"if __name__ == '__main__':\n{block()}"


def _joined(statement: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(statement, min_size=1, max_size=4).map("\n".join)


statements = st.recursive(_simple, lambda inner: _compound(_joined(inner)), max_leaves=6)

_HEAD = "import asyncio, contextlib, functools, os, random, threading, time\nfrom dbos import DBOS\n"
programs = st.lists(statements, min_size=1, max_size=8).map(lambda found: _HEAD + "\n".join(found) + "\n")
"""The text of one module; nearly all of them parse."""

_HELPERS = ("f", "g", "h", "k")
_KINDS = ("A", "B")

_helpers = st.sampled_from(_HELPERS)
_values = st.one_of(
    st.builds("{}()".format, _helpers),
    st.builds("{}({})".format, _helpers, _helpers),
    st.builds("{}({}())".format, _helpers, st.sampled_from(_KINDS)),
    st.builds("{}()".format, st.sampled_from(_KINDS)),
    st.builds("{}().{}()".format, st.sampled_from(_KINDS), st.sampled_from(("run", "make"))),
    st.builds("{}()".format, st.sampled_from(("x", "x.run", "x.make", "x.make().make().run", "T.run"))),
    st.sampled_from(("x", "T", "time.time()", "random.random()", "DBOS.start_workflow(w)", "x.item", "None")),
)
_sums = st.lists(_values, min_size=1, max_size=3).map(" or ".join)
_definitions = st.one_of(
    st.builds("def {}(x=None):\n    return {}".format, _helpers, _sums),
    st.builds("def {}(x: {}):\n    x = {}\n    return x or {}".format, _helpers, st.sampled_from(_KINDS), _sums, _sums),
    st.builds("def {}(x=None) -> {}:\n    {}".format, _helpers, st.sampled_from(_KINDS), _values),
    st.builds("async def {}(x=None):\n    return await {}".format, _helpers, _values),
    st.builds("@{}\ndef {}(x=None):\n    return {}".format, _helpers, _helpers, _values),
    st.builds(
        "class {}({}):\n    def __init__(self, x=None):\n        self.item = {}\n"
        "    def run(self, x=None):\n        return {}\n    def make(self, x=T):\n        return self.{}()".format,
        st.sampled_from(_KINDS),
        st.sampled_from(("", "A", "B", "m0.A", "m1.B", "T")),
        _values,
        _values,
        st.sampled_from(("item", "run", "make", "item.run")),
    ),
    st.builds("T = {}".format, _sums),
    st.builds("T = {}\nT = T.make() or {}".format, _values, _values),
    st.builds(
        "from {} import {}".format, st.sampled_from(MODULES), st.sampled_from((*_HELPERS, *_KINDS, "T", "*", "w"))
    ),
    st.builds("import {}".format, st.sampled_from(MODULES)),
)
_workflow = st.builds(
    "@DBOS.workflow()\ndef w(x: A = None):\n    {}\n    y = {}\n    y.run()\n    return y".format, _sums, _sums
)
_modules = st.builds(
    lambda definitions, workflow: _HEAD + "\n".join([*definitions, workflow]) + "\n",
    st.lists(_definitions, min_size=3, max_size=8),
    _workflow,
)

projects = st.lists(_modules, min_size=2, max_size=4).map(
    lambda texts: {f"{name}.py": text for name, text in zip(MODULES, texts, strict=False)}
)
"""The files of a project whose functions, classes and modules lead to one another, in circles and by stars."""

_sources = tuple(path.read_bytes() for path in sorted(FIXTURES.glob("*/*.py")))


@st.composite
def mutations(draw: st.DrawFn) -> bytes:
    """A real fixture of which something was cut, doubled or overwritten."""
    source = draw(st.sampled_from(_sources))
    start = draw(st.integers(0, len(source)))
    end = min(len(source), start + draw(st.integers(0, 60)))
    kind = draw(st.sampled_from(("cut", "truncate", "double", "overwrite", "swap")))
    if kind == "cut":
        return source[:start] + source[end:]
    if kind == "truncate":
        return source[:start]
    if kind == "double":
        return source[:end] + source[start:]
    if kind == "overwrite":
        return source[:start] + draw(st.binary(max_size=20)) + source[end:]
    lines = source.split(b"\n")
    first, second = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
    lines[first], lines[second] = lines[second], lines[first]
    return b"\n".join(lines)
