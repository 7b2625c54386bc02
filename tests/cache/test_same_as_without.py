"""Whatever happens to a project between two runs, a run with a cache finds what one without finds."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from dbos_lint.cache.run import Cache
from dbos_lint.configuration import Configuration
from dbos_lint.discovery import discover
from dbos_lint.linter import FileResult
from dbos_lint.runner import run_files

CLOCK = "import time\n\n\ndef stamp():\n    return time.time()\n"
STEADY = "def stamp():\n    return 1\n"
STEERED = "\n\n@DBOS.workflow()\ndef {name}(order: str) -> None:\n    if {call} > 1:\n        DBOS.sleep(1)\n"
QUEUED = "\n\n@DBOS.workflow()\ndef {name}(order: str) -> None:\n    DBOS.enqueue_workflow('orders', {name}, order)\n"
TAKEN = "from dbos import DBOS\n\n\n@DBOS.workflow(name='pay')\ndef {name}() -> int:\n    return 1\n"
GIVES_SET = "from dbos import DBOS\n\n\n@DBOS.workflow()\ndef give() -> set[int]:\n    return {1}\n"
PORTABLE = "from dbos import DBOS, DBOSPortableJSON\n\nDBOS(config={'name': 'a', 'serializer': DBOSPortableJSON})\n"
QUEUE = "from dbos import Queue\n\nqueue = Queue('{name}')\n"
DIVIDED = """from dbos import DBOS


def start():
    DBOS.register_queue('orders', partition_queue=True)
"""
NARROW = """from dbos import DBOS
from app import pay


def start():
    DBOS.register_queue('orders', concurrency=1)
    DBOS.enqueue_workflow('orders', pay, 'a')
"""
SENDS = """from dbos import DBOS


@DBOS.workflow()
def tell() -> None:
    DBOS.send('a', 1, 'payed')
    DBOS.set_event('stat', 1)
"""
WAITS = """from dbos import DBOS
from a import stamp


@DBOS.workflow()
def pay(order: str) -> str:
    DBOS.recv('paid')
    DBOS.get_event('a', 'state')
    return DBOS.enqueue_workflow('orders', stamp, order).get_result()
"""
ASKED = """from dbos import DBOS, EnqueueOptions


def start() -> None:
    options: EnqueueOptions = {'workflow_name': 'stump', 'queue_name': 'orders'}
    DBOS.enqueue_workflow_with_options(options)
"""


def steered(imports: str, call: str = "stamp()", name: str = "pay") -> str:
    return f"from dbos import DBOS\n{imports}\n" + STEERED.format(name=name, call=call)


STEP = "from dbos import DBOS\n{imports}\n\n\n@DBOS.step()\ndef do(order: str) -> None:\n    {call}\n"
WORKFLOW = "from dbos import DBOS\n\n\n@DBOS.workflow()\ndef stamp() -> int:\n    return 1\n"


# What may stand where: each says something of others that may be there or not.
TEXTS = {
    "a.py": (CLOCK, WORKFLOW, STEADY, "from b import stamp\n", "from pkg.b import stamp\n", "def stamp(:\n"),
    "b.py": (
        CLOCK,
        WORKFLOW,
        STEADY,
        "from a import *\n",
        "stamp = 1  # of dbos\n",
        QUEUE.format(name="orders"),
        GIVES_SET,
        DIVIDED,
        SENDS,
    ),
    "pkg/__init__.py": ("", "from .b import stamp\n", "from a import stamp\n", CLOCK),
    "pkg/b.py": (
        CLOCK,
        WORKFLOW,
        STEADY,
        "from a import stamp\n",
        QUEUE.format(name="order"),
        TAKEN.format(name="pay"),
        NARROW,
    ),
    "a/__init__.py": (WORKFLOW, STEADY, TAKEN.format(name="other")),
    "src/a.py": (WORKFLOW, STEADY),
    "app.py": (
        STEP.format(imports="from a import stamp", call="stamp()"),
        STEP.format(imports="from pkg import stamp", call="stamp()"),
        STEP.format(imports="import pkg.b", call="pkg.b.stamp()"),
        steered("from a import stamp"),
        steered("from pkg import stamp"),
        steered("import pkg.b", "pkg.b.stamp()"),
        "from dbos import DBOS\n" + QUEUED.format(name="pay"),
        WAITS,
        ASKED,
    ),
    "main.py": (
        PORTABLE,
        "import app, pkg.b\n",
        "import app, b\n",
        steered("import app, a", "a.stamp()"),
        steered("from b import stamp", name="other"),
        "from dbos import DBOS\nfrom pkg import b\n" + QUEUED.format(name="ship"),
    ),
}
WRITINGS = st.sampled_from([(place, text) for place, texts in TEXTS.items() for text in texts])
PLACES = tuple(TEXTS)
START = ("a.py", "b.py", "pkg/__init__.py", "pkg/b.py", "app.py", "main.py")
STARTS = st.tuples(*(st.sampled_from(TEXTS[place]) for place in START))
OPTIONS = ('preset = "strict"', 'ignore = ["DBS2"]', 'src = ["pkg"]', 'exclude = ["b.py"]', 'preset = "all"', "")
IGNORED = ("", "pkg/\n", "b.py\n")


class Project(RuleBasedStateMachine):
    """A project that people work on, linted after each change."""

    def __init__(self) -> None:
        super().__init__()
        self.base = Path(tempfile.mkdtemp()).resolve()
        self.root = self.base / "project"
        self.root.mkdir()
        (self.root / ".git").mkdir()
        self.paths = [str(self.root)]
        self.later = 0

    def teardown(self) -> None:
        shutil.rmtree(self.base)

    @initialize(texts=STARTS, options=st.sampled_from(OPTIONS))
    def begin(self, texts: tuple[str, ...], options: str) -> None:
        for place, text in zip(START, texts, strict=True):
            self._write(place, text)
        self._write("dbos-lint.toml", options)

    @rule(writing=WRITINGS)
    def edit(self, writing: tuple[str, str]) -> None:
        self._write(*writing)

    @rule(place=st.sampled_from(PLACES))
    def comment(self, place: str) -> None:
        path = self.root / place
        if path.is_file():
            self._write(place, path.read_text() + "# more to come\n")

    @rule(place=st.sampled_from(PLACES))
    def delete(self, place: str) -> None:
        (self.root / place).unlink(missing_ok=True)

    @rule(place=st.sampled_from(PLACES), other=st.sampled_from(PLACES))
    def rename(self, place: str, other: str) -> None:
        source, target = self.root / place, self.root / other
        if source.is_file():
            target.parent.mkdir(exist_ok=True)
            source.replace(target)

    @rule(options=st.sampled_from(OPTIONS))
    def set_options(self, options: str) -> None:
        self._write("dbos-lint.toml", options)

    @rule(patterns=st.sampled_from(IGNORED))
    def ignore(self, patterns: str) -> None:
        self._write(".gitignore", patterns)

    @rule(names=st.lists(st.sampled_from(PLACES), max_size=3))
    def choose(self, names: list[str]) -> None:
        self.paths = [str(self.root / name) for name in names if (self.root / name).is_file()] or [str(self.root)]

    @rule(later=st.sampled_from([0, 60]))
    def wait(self, later: int) -> None:
        """Run as if it were later: the stamps of files count then."""
        self.later = later

    @rule()
    def do_nothing(self) -> None:
        """Lint once more."""

    @invariant()
    def finds_the_same(self) -> None:
        self.paths = [path for path in self.paths if Path(path).exists()] or [str(self.root)]
        cache = Cache(str(self.base / "cache"), now=time.time_ns() + self.later * 10**9)
        assert self._results(cache) == self._results(None)

    def _results(self, cache: Cache | None) -> list[tuple[FileResult, bytes]]:
        configuration = Configuration(str(self.root))
        result = run_files(discover(self.paths, configuration), configuration, cache=cache)
        return [(file, file.source) for file in result.files]

    def _write(self, place: str, text: str) -> None:
        path = self.root / place
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


TestProject = Project.TestCase
TestProject.settings = settings(max_examples=12, stateful_step_count=10)
