"""Programs with DBOS that need mending, from a grammar of what people do in and around workflows."""

from __future__ import annotations

import textwrap

from hypothesis import strategies as st

_HEADS = st.sampled_from(
    (
        """\
import time, random, uuid, asyncio, os
from datetime import datetime
from dbos import DBOS, SetWorkflowTimeout, SetWorkflowID
""",
        """\
from __future__ import annotations

import asyncio
import os
import random
import time
import uuid
from datetime import datetime

from dbos import (
    DBOS,
    SetWorkflowID,  # ids
    SetWorkflowTimeout,
)
""",
        '''\
"""Orders."""
import datetime as dt, time as t
from datetime import datetime
import os, asyncio, random, uuid
import time
import dbos
from dbos import DBOS, SetWorkflowID, SetWorkflowTimeout
''',
        """\
from dbos import *
from dbos import DBOS as D, DBOS, SetWorkflowTimeout, SetWorkflowID
import asyncio, os, random, time, uuid
from datetime import datetime
""",
    )
)
_ARGUMENTS = st.sampled_from(("", "n: int", "n, *rest, k=1", "n: int = 3, /"))

_leaves = st.sampled_from(
    (
        "n",
        "1",
        "'é'",
        "None",
        "time.time()",
        "time.monotonic()",
        "datetime.now()",
        "datetime.now().isoformat()",
        "datetime.utcnow()",
        "random.random()",
        "random.randint(1, 6)",
        "random.choice([1, 2])",
        "uuid.uuid4()",
        "str(uuid.uuid4())",
        "uuid.uuid4().hex[:8]",
        "os.urandom(8)",
        "os.listdir('.')",
        "{1, 2}",
        "{x for x in (1, 2)}",
        "[x for x in {1, 2}]",
        "list({'a', 'b'})",
        "[step(x) for x in {'a', 'b'}]",
        "step(n)",
        "astep(n)",
        "await astep(n)",
        "plain(n)",
        "DBOS.workflow_id",
        "DBOS.sleep(1)",
        "DBOS.recv('topic')",
        "DBOS.recv()",
        "DBOS.get_event('id', 'key')",
        "DBOS.retrieve_workflow('id')",
        "DBOS.retrieve_workflow('id').get_result()",
        "DBOS.start_workflow(child, n)",
        "DBOS.start_workflow(child, n).get_result()",
        "DBOS.start_workflow_async(achild, n)",
        "DBOS.list_workflows(status='PENDING')",
        "DBOS.get_workflow_status('id')",
        "DBOS.sleep_async(1)",
        "DBOS.recv_async('topic')",
        "DBOS.run_step(None, plain, 1)",
        "DBOS.run_step({'nmae': 'x', 'retries_allowed': True}, plain, 1)",
        "f'{time.time()}'",
        "f'{n!r:>{10}} {uuid.uuid4()}'",
        "time.sleep(1)",
        "asyncio.sleep(2)",
        "DBOS.read_stream('id', 'key')",
    )
)


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({})".format, inner),
        st.builds("print({}, {})".format, inner, inner),
        st.builds("step({})".format, inner),
        st.builds("{} + {}".format, inner, inner),
        st.builds("-({})".format, inner),
        st.builds("not {}".format, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("[{}, *[{}]]".format, inner, inner),
        st.builds("{{'a': {}, **{{'b': {}}}}}".format, inner, inner),
        st.builds("[{} for x in [{}] if {}]".format, inner, inner, inner),
        st.builds("(y := {})".format, inner),
        st.builds("(lambda: {})".format, inner),
        st.builds("{}[{}]".format, st.just("rows"), inner),
        st.builds("{} and {}".format, inner, inner),
        st.builds("{} < {} <= 3".format, inner, inner),
        st.builds("str({}).strip()".format, inner),
        st.builds("sorted({}, key=str)".format, inner),
        st.builds("await {}".format, inner),
    )


_expressions = st.recursive(_leaves, _larger, max_leaves=4)

_simple = st.one_of(
    _expressions,
    _expressions,
    st.builds("x = {}".format, _expressions),
    st.builds("x, y = {}, {}".format, _expressions, _expressions),
    st.builds("x: int = {}".format, _expressions),
    st.builds("x += {}".format, _expressions),
    st.builds("rows[{}] = {}".format, _expressions, _expressions),
    st.builds("return {}".format, _expressions),
    st.builds("assert {}, {}".format, _expressions, _expressions),
    st.builds("a = {}; b = {}".format, _expressions, _expressions),
    st.sampled_from(
        (
            "time.sleep(1)",
            "asyncio.sleep(1)",
            "await asyncio.sleep(1)",
            "time.sleep(n); x = 1",
            "DBOS.sleep(5)",
            "DBOS.set_event('key', 1)",
            "DBOS.send('id', 'message', topic='t')",
            "DBOS.write_stream('key', n)",
            "DBOS.close_stream('key')",
            "DBOS.cancel_workflow('id')",
            "SetWorkflowTimeout(10)",
            "SetWorkflowID('a')",
            "import time",
            "'''x\ny'''",
            "pass",
        )
    ),
)


@st.composite
def _compound(draw: st.DrawFn, body: st.SearchStrategy[str]) -> str:
    def block() -> str:
        return textwrap.indent(draw(body), "    ")

    head = draw(st.sampled_from(("if", "else", "for", "stream", "while", "with", "try", "def", "async def", "match")))
    expression = draw(_expressions)
    if head == "if":
        return f"if {expression}:\n{block()}"
    if head == "else":
        return f"if {expression}:\n{block()}\nelif {draw(_expressions)}:\n{block()}\nelse:\n{block()}"
    if head == "for":
        return f"for x in {expression}:\n{block()}"
    if head == "stream":
        return f"for x in DBOS.read_stream('id', 'key'):\n{block()}"
    if head == "while":
        return f"while {expression}:\n{block()}"
    if head == "with":
        return f"with SetWorkflowID(str({expression})):\n{block()}"
    if head == "try":
        return f"try:\n{block()}\nexcept ValueError as e:\n{block()}\nfinally:\n{block()}"
    if head == "match":
        return f"match {expression}:\n    case [x, *_]:\n{textwrap.indent(block(), '    ')}"
    return f"{head} inner(n=0):\n{block()}\ninner()"


_block = st.recursive(
    st.lists(_simple, min_size=1, max_size=3).map("\n".join),
    lambda inner: st.one_of(_compound(inner), st.builds("{}\n{}".format, inner, inner)),
    max_leaves=4,
)

_decorators = st.sampled_from(
    (
        "@DBOS.workflow()\n",
        "@DBOS.workflow()\n",
        "@DBOS.workflow()\n",
        "@DBOS.workflow(name='w')\n",
        "@DBOS.workflow(max_recovery_attempt=3)\n",
        "@DBOS.workflow\n",
        "@DBOS.step()\n",
        "@DBOS.step\n",
        "@DBOS.step(max_attempts=3)\n",
        "@DBOS.step(max_attempts=3, interval_seconds=1.0,)\n",
        "@DBOS.transaction()\n",
        "@DBOS.workflow()\n@DBOS.step()\n",
        "@DBOS.scheduled('* * * * *')\n@DBOS.workflow()\n",
        "@DBOS.workflow()\n@DBOS.scheduled('* * * * *')\n",
        "@DBOS.workflow()\n# routes\n@app.get('/')\n",
        "@app.post('/x')\n@DBOS.workflow()\n",
        "",
    )
)
_RUNNING = (
    "",
    "if __name__ == '__main__':\n    DBOS(config={'name': 'app'})\n    DBOS.launch()\n    main(1)\n",
    """\
if __name__ == '__main__':
    DBOS(config={'name': 'app', 'app_db_pool_size': 3, "databse_url": 'x'})
    DBOS.launch()
    DBOS.create_schedule(schedule_name='s', workflow_fn=main, schedule='* * * * *')
    main(1)
""",
    """\
DBOS(config={'name': 'app'})
DBOS.launch()
async def amain():
    main(1)
    DBOS.start_workflow(main, 1).get_result()
asyncio.run(amain())
""",
)
_HELPERS = """\

rows = {}
app = None
@DBOS.step()
def step(n=0):
    return n
@DBOS.step()
async def astep(n=0):
    return n
@DBOS.workflow()
def child(n=0):
    return n
@DBOS.workflow()
async def achild(n=0):
    return n
def plain(n=0):
    return n
"""


@st.composite
def _function(draw: st.DrawFn) -> str:
    kind = draw(st.sampled_from(("def", "async def")))
    name = draw(st.sampled_from(("main", "other", "third")))
    return f"{draw(_decorators)}{kind} {name}({draw(_ARGUMENTS)}):\n{textwrap.indent(draw(_block), '    ')}\n"


@st.composite
def _class(draw: st.DrawFn) -> str:
    above = draw(st.sampled_from(("", "@DBOS.dbos_class()\n")))
    base = draw(st.sampled_from(("", "(object)", "(Base,)", "(DBOSConfiguredInstance)")))
    kind = draw(st.sampled_from(("def", "async def")))
    kept = draw(st.sampled_from(("", "@staticmethod\n", "@classmethod\n")))
    decorators = draw(st.permutations([kept, draw(_decorators)]))
    method = f"{''.join(decorators)}{kind} run(self, n=0):\n{textwrap.indent(draw(_block), '    ')}\n"
    return f"{above}class Orders{base}:\n{textwrap.indent(method, '    ')}\n"


durable_programs = st.builds(
    "{}{}{}{}".format,
    _HEADS,
    st.just(_HELPERS),
    st.lists(st.one_of(_function(), _function(), _class()), min_size=1, max_size=3).map("".join),
    st.sampled_from(_RUNNING),
)
"""The text of one module; most of them are Python."""
